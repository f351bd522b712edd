"""What can be wrong: the profile or the file as a whole, or one row; and what stops a run half-way."""

from __future__ import annotations


class ProfileRefused(Exception):
    """The profile or the file cannot be used; French, says what to mend. Raised before the first row."""


class Interrupted(Exception):
    """Asked to stop, or another process goes on with this import. What is committed stays; run it again."""


class RowRejected(Exception):
    """One row that cannot be a contact: its line, its column as the file names it, and why, in French."""

    def __init__(self, line: int, column: str, reason: str) -> None:
        super().__init__(line, column, reason)
        self.line, self.column, self.reason = line, column, reason

    def __str__(self) -> str:
        where = f", colonne {self.column}" if self.column else ""
        return f"ligne {self.line}{where} : {self.reason}"
