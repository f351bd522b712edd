"""Declaring, correcting and ending a mass incident; lines and the parent case are named by reference."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cases.models import Case, Line, MassIncident

from .fields import MomentField, radios

SHOWN = 5  # unknown references named in a message
LOCAL = "%Y-%m-%dT%H:%M"
NEW, KNOWN, NONE = "new", "known", "none"
PARENTS = (
    (NEW, "Ouvrir un dossier parent"),
    (KNOWN, "Prendre un dossier en cours"),
    (NONE, "Aucun : les contacts portent l’incident, sans dossier"),
)


def lines_named(text: str) -> list[Line]:
    """References separated by spaces, commas or lines. Raises ValidationError naming those unknown."""
    wanted = dict.fromkeys(re.split(r"[\s,;]+", text.replace("\x00", " ").strip()))
    wanted.pop("", None)
    found = {line.line_ref: line for line in Line.objects.filter(line_ref__in=wanted)}
    unknown = [ref for ref in wanted if ref not in found]
    if unknown:
        raise ValidationError(f"Lignes inconnues : {_some(unknown)}.")
    return list(found.values())


def working_case(ref: str) -> Case | None:
    """The case of this reference, None without one. Raises ValidationError when it is not being worked."""
    ref = ref.replace("\x00", "").strip()
    if not ref:
        return None
    case = Case.objects.filter(ref__iexact=ref).first()
    if case is None:
        raise ValidationError(f"Dossier inconnu : {ref}.")
    if not case.is_working:
        raise ValidationError(f"Le dossier {case.ref} n’est pas en cours. Choisissez-en un qui l’est.")
    return case


def _some(refs: Collection[str]) -> str:
    shown = list(refs)[:SHOWN]
    more = f" et {len(refs) - SHOWN} autres" if len(refs) > SHOWN else ""
    return ", ".join(shown) + more


def moment(label: str, **options: Any) -> MomentField:
    return MomentField(
        label=label,
        input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format=LOCAL),
        error_messages={"required": "Donnez la date et l’heure."},
        **options,
    )


def words(
    label: str, longest: int, *, required: bool = True, rows: int = 0, help_text: str = ""
) -> forms.CharField:
    widget: Any = (
        forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(attrs={"autocomplete": "off"})
    )
    widget.attrs["class"] = "form-control"
    return forms.CharField(
        label=label, max_length=longest, required=required, widget=widget, help_text=help_text,
        error_messages={"required": "Ce champ est nécessaire."},
    )  # fmt: skip


class IncidentWords(forms.Form):
    """What may still be corrected once it is declared."""

    label = words(
        "Titre", 120, help_text="Ce que le conseiller doit reconnaître : « Fibre coupée, Lyon 3ᵉ »."
    )
    starts_at = moment("Début")
    cause = words("Cause", 120, required=False, help_text="Si elle est connue.")
    message = words(
        "Consigne aux conseillers", 400, required=False, rows=3,
        help_text="Affichée à toute l’unité tant que l’incident dure : que dire au client, jusqu’à quand.",
    )  # fmt: skip


class DeclareForm(IncidentWords):
    ref = forms.CharField(max_length=40, widget=forms.HiddenInput)
    line_refs = words(
        "Lignes touchées", 200_000, required=False, rows=4,
        help_text="Références, une par ligne ou séparées par des espaces. Vide : toute l’unité.",
    )  # fmt: skip
    parent = radios("Où rattacher les contacts", PARENTS, initial=NEW)
    parent_ref = words(
        "Dossier en cours",
        20,
        required=False,
        help_text="Par exemple ATD-2026-000123, pour le deuxième choix.",
    )

    def __init__(self, *args: Any, unit_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_id = unit_id

    def clean_ref(self) -> str:
        return "".join(self.cleaned_data["ref"].split()).upper()

    def clean_line_refs(self) -> list[Line]:
        lines = lines_named(self.cleaned_data["line_refs"])
        elsewhere = [line.line_ref for line in lines if line.unit_id != self.unit_id]
        if elsewhere:
            raise ValidationError(
                f"Lignes d’une autre unité : {_some(elsewhere)}. Son manager déclare l’incident là-bas."
            )
        return lines

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["case"] = None
        if data.get("parent") == KNOWN:
            try:
                data["case"] = working_case(data.get("parent_ref", ""))
            except ValidationError as error:
                self.add_error("parent_ref", error)
            else:
                if data["case"] is None:
                    self.add_error(
                        "parent_ref", "Donnez la référence du dossier, ou choisissez d’en ouvrir un."
                    )
                elif data["case"].unit_id != self.unit_id:
                    self.add_error("parent_ref", "Ce dossier est celui d’une autre unité.")
        return data


class ChangeForm(IncidentWords):
    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, incident: MassIncident, data: Any = None) -> ChangeForm:
        names = ("label", "starts_at", "cause", "message", "version")
        return cls(data, prefix="change", initial={name: getattr(incident, name) for name in names})


class EndForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    ends_at = moment("Fin")
