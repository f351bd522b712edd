"""A toy kind of job: each row adds a line to a list, and says so in the database."""

from __future__ import annotations

from atdemain.jobs.kinds import Kind, Result, RowRefused


class Toy:
    """What was acted on, in order; `wrong` rows are refused, `broken` ones raise what nobody foresaw."""

    def __init__(self) -> None:
        self.acted: list[int] = []
        self.undone: list[int] = []
        self.wrong: set[int] = set()
        self.broken: set[int] = set()
        self.refusal = ""
        self.told: list[int] = []
        self.before = lambda row: None

    def act(self, job, row, actor, now) -> Result:
        self.before(row)
        if row.object_id in self.wrong:
            raise RowRefused("Pas celui-ci.", lambda: self.told.append(row.object_id))
        if row.object_id in self.broken:
            raise ValueError("unforeseen")
        self.acted.append(row.object_id)
        return Result(memory={"was": row.object_id * 10})

    def undo(self, job, row, actor, now) -> Result:
        self.undone.append(row.memory["was"])
        return Result()

    def kind(self) -> Kind:
        return Kind("toy", may=self.may, act=self.act, undo=self.undo, undo_words="On revient.")

    def may(self, job) -> str:
        return self.refusal
