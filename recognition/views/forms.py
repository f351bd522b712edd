"""What the pages of recognition do with a refusal: said at its field, what was typed is kept."""

from __future__ import annotations

from django import forms

from recognition.participation.refusal import Refused


def refused_at(form: forms.Form, refused: Refused) -> None:
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)
