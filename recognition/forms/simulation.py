from __future__ import annotations

from typing import Any

from django import forms

from recognition.models import SchemeVersion
from recognition.terms import TermsRefused


class SimulationForm(forms.Form):
    """Two versions of one programme; a draft counts once it can be read."""

    before = forms.ChoiceField(label="Première version", widget=forms.Select(attrs={"class": "form-select"}))
    after = forms.ChoiceField(
        label="Seconde version",
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = SchemeVersion.objects.select_related("programme").order_by("programme", "number")
        self.versions = {str(row.pk): row for row in rows if _readable(row)}
        choices = [
            (key, f"Version {row.number} « {row.name} »{', brouillon' if row.state == 'draft' else ''}")
            for key, row in self.versions.items()
        ]
        if self.versions:  # the last two of the last programme, which are those to compare
            last = [*self.versions.values()][-1].programme_id
            latest = [key for key, row in self.versions.items() if row.programme_id == last][-2:]
            self.initial = {**dict(zip(("before", "after"), latest, strict=False)), **self.initial}
        for name in ("before", "after"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
            field.error_messages |= {
                "required": "Choisissez une version.",
                "invalid_choice": "Choisissez une version dans la liste.",
            }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        before, after = (self.versions.get(data.get(name, "")) for name in ("before", "after"))
        if before is not None and before == after:
            self.add_error("after", "Choisissez deux versions différentes.")
        elif before is not None and after is not None and before.programme_id != after.programme_id:
            self.add_error("after", "Choisissez deux versions du même programme.")
        return data

    @property
    def chosen(self) -> tuple[SchemeVersion, SchemeVersion]:
        return self.versions[self.cleaned_data["before"]], self.versions[self.cleaned_data["after"]]


def _readable(row: SchemeVersion) -> bool:
    try:
        row.terms()
    except TermsRefused:
        return False
    return True
