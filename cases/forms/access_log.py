"""The two questions put to the access log: about a client, about a person, each with its period and its reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms

from cases import access_log
from cases.access_log import PERSON_DAYS

from .fields import FIRST_YEAR, LAST_YEAR, number_in, text

WHEN = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


def day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=WHEN,
        error_messages={"required": "Donnez cette date.", "invalid": "Cette date ne se lit pas."},
    )


class QuestionForm(forms.Form):
    """`found`: those whom the words name, to choose from when there are several."""

    kind: ClassVar[str] = ""
    nobody: ClassVar[str] = ""

    words = forms.CharField(
        max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": "Dites de qui il s’agit."},
    )
    starts_on = day("Du")
    ends_on = day("Au")
    reason = text("Motif", rows=2, minimum=10, maximum=400)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": today - timedelta(days=PERSON_DAYS - 1), "ends_on": today})
        super().__init__(*args, prefix=self.kind, **kwargs)
        self.found: list[Any] = []
        self.subject: Any = None
        self.fields["reason"].error_messages["required"] = "Dites pourquoi vous posez la question."

    def look_up(self, words: str) -> list[Any]:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("starts_on"), data.get("ends_on")
        for name, one in (("starts_on", start), ("ends_on", end)):
            if one and not FIRST_YEAR <= one.year <= LAST_YEAR:
                self.add_error(name, "Cette année n’est pas possible.")
        if start and end and end < start:
            self.add_error("ends_on", "La période finit avant de commencer.")
        if data.get("words"):
            self.found = self.look_up(data["words"])
            self._choose()
        return data

    def _choose(self) -> None:
        """The only one named, or the one picked among those shown."""
        picked = number_in(self.data.get(f"{self.kind}-picked"))
        self.subject = next((one for one in self.found if one.pk == picked), None)
        if self.subject is None and len(self.found) == 1:
            self.subject = self.found[0]
        if not self.found:
            self.add_error("words", self.nobody)
        elif self.subject is None:
            self.add_error("words", "Plusieurs correspondent : choisissez dans la liste.")


class ClientQuestion(QuestionForm):
    kind = "client"
    nobody = "Aucun client n’a cette référence, ce numéro ni ce nom."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = "Référence, téléphone ou nom du client"

    def look_up(self, words: str) -> list[Any]:
        return access_log.find_clients(words)


class PersonQuestion(QuestionForm):
    kind = "person"
    nobody = "Aucun compte n’a cet identifiant, ce matricule ni ce nom."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = "Identifiant, matricule ou nom de la personne"

    def look_up(self, words: str) -> list[Any]:
        return access_log.find_people(words)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and (end - start).days >= PERSON_DAYS:
            self.add_error("ends_on", f"Sur une personne, la période est de {PERSON_DAYS} jours au plus.")
        return data
