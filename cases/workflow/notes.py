"""A note (A5): anyone who works on the case may leave one, in any state."""

from cases.models import CaseNote
from cases.reasons import Reason

from .door import action
from .move import Move


@action("add_note")
def add_note(move: Move) -> None:
    text = move.text("text", 4000)
    if len(text) < 3:
        move.refuse(Reason("text", "Écrivez la note.", "text"))
    note = CaseNote.objects.create(case=move.case, by=move.user, at=move.now, text=text)
    move.changes["note"] = [None, note.pk]
    move.personal["text"] = note.text
    move.tell_in_charge("note_added", f"Note ajoutée sur {move.case.ref}")
