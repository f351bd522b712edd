"""« Importer des contacts »: the file, how to read it, and what it may open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from cases.importing.errors import ProfileRefused
from cases.importing.profile import Profile
from cases.importing.toml import MAX_BYTES as PROFILE_MAX
from cases.importing.toml import load, parse_bytes, shipped
from cases.importing.upload import MAX_BYTES

OTHER = "other"
MODES = (
    ("shadow", "Observer : compter, n’ouvrir aucun dossier"),
    ("live", "Ouvrir les dossiers des contacts de moins de 168 h"),
    ("replay", "Rejouer l’histoire : l’heure de chaque contact sert d’horloge, rien n’est envoyé"),
)
TOO_BIG = (
    f"Ce fichier dépasse {MAX_BYTES // 1024 // 1024} Mo. Découpez-le, ou importez-le sur le serveur : "
    "manage.py import_contacts."
)


class ImportForm(forms.Form):
    """`chosen` is the profile once the form is valid."""

    file = forms.FileField(
        label="Fichier CSV ou TSV",
        help_text=f"{MAX_BYTES // 1024 // 1024} Mo au plus.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={"required": "Choisissez le fichier."},
    )
    profile = forms.ChoiceField(
        label="Profil de lecture", widget=forms.Select(attrs={"class": "form-select"})
    )
    profile_file = forms.FileField(
        label="Autre profil (TOML)",
        required=False,
        help_text="Seulement si vous avez choisi « Un autre profil ».",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".toml"}),
    )
    mode = forms.ChoiceField(
        label="Ce que l’import peut faire",
        choices=MODES,
        initial="shadow",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, too_big: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_big = too_big
        self.chosen: Profile | None = None
        self.fields["profile"].choices = [*((n, n) for n in shipped()), (OTHER, "Un autre profil")]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.too_big:
            self._errors.pop("file", None)
            self.add_error("file", TOO_BIG)
        try:
            self.chosen = self._profile(data)
        except ProfileRefused as refusal:
            self.add_error("profile_file" if data.get("profile") == OTHER else "profile", str(refusal))
        return data

    def _profile(self, data: dict[str, Any]) -> Profile | None:
        if data.get("profile") != OTHER:
            return load(data["profile"]) if data.get("profile") in shipped() else None
        given: UploadedFile | None = data.get("profile_file")
        if given is None:
            raise ProfileRefused("Choisissez le fichier du profil.")
        name = (given.name or "profil").removesuffix(".toml")
        return parse_bytes(given.read(PROFILE_MAX + 1), name=name)

    def refuse_file(self, refusal: ProfileRefused) -> None:
        """What the profile says does not fit the file."""
        self.add_error("file", ValidationError(f"{refusal} Choisissez de nouveau le fichier."))
