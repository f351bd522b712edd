"""« Noter un appel »: the fewest fields that make a contact."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from cases.enums import Channel, ContactOutcome, Segment
from cases.intake import IncomingContact
from cases.models import Reason
from cases.recording import NEW, UNKNOWN, Found, find, new_reference

#: A page left open does not make the call older than this.
LONGEST = timedelta(hours=4)


class ReasonField(forms.ModelChoiceField):
    """A code that no database can hold is an unknown reason, like any other."""

    def to_python(self, value: Any) -> Reason | None:
        if "\x00" in str(value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class RecordForm(forms.Form):
    """Validates who is on the line; `incoming()` is what intake is given, `found` who may be calling."""

    who = forms.CharField(
        label="Client",
        required=False,
        max_length=120,
        help_text="Numéro dans n’importe quelle écriture, référence ou nom.",
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "data-who": True}),
    )
    withheld = forms.BooleanField(
        label="Numéro masqué", required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )
    client = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    new_name = forms.CharField(
        label="Nom du nouveau client",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    new_segment = forms.ChoiceField(
        label="Segment",
        required=False,
        choices=Segment.choices,
        initial=Segment.CONSUMER,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reason = ReasonField(
        label="Motif",
        queryset=Reason.objects.order_by("label"),
        to_field_name="code",
        empty_label="Choisir…",
        error_messages={"required": "Choisissez le motif.", "invalid_choice": "Ce motif n’existe pas."},
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    channel = forms.ChoiceField(
        label="Canal",
        choices=Channel.choices,
        initial=Channel.VOICE,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    outcome = forms.ChoiceField(
        label="Issue",
        choices=ContactOutcome.choices,
        initial=ContactOutcome.HANDLED,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    summary = forms.CharField(
        label="Résumé",
        required=False,
        max_length=400,
        help_text="Une phrase : ce que le client constate, ce que vous avez fait.",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )
    conflictual = forms.BooleanField(
        label="Appel conflictuel",
        required=False,
        help_text="Votre seule appréciation ; ne sert à aucune évaluation.",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    started = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any, now: datetime, **kwargs: Any) -> None:
        self.user, self.now = user, now
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4()
        self.fields["started"].initial = now.isoformat()
        self.found = Found("", "", [])
        if self.is_bound:
            self.found = find(user, self.data.get("who", ""), now)
            for name in self.errors:
                if name in self.fields:
                    self.fields[name].widget.attrs["aria-invalid"] = "true"

    @property
    def chosen(self) -> str:
        """The radio to tick: what was picked, else the only client the words name."""
        picked = self.data.get("client", "") if self.is_bound else self.initial.get("client", "")
        if picked:
            return picked
        return self.found.only.client.client_ref if self.found.only else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self._errors.pop("key", None):  # a new one at each click would be a new contact at each click
            self._refuse_key()
        for name in ("client", "started"):  # hidden: what cannot be read is as if it were not there
            self._errors.pop(name, None)
        found = find(self.user, data.get("who", ""), self.now)
        refs = {candidate.client.client_ref for candidate in found.candidates}
        picked = data.get("client", "")
        if picked in (NEW, UNKNOWN) or picked in refs:
            data["client"] = picked
        elif found.only:
            data["client"] = found.only.client.client_ref
        elif found.candidates:
            self.add_error("who", "Plusieurs clients correspondent : choisissez celui qui appelle.")
        elif data.get("who"):
            self.add_error(
                "who",
                "Aucun client à ce numéro ni à cette référence : créez-le ou notez l’appel sans client.",
            )
        elif data.get("withheld"):
            data["client"] = UNKNOWN
        else:
            self.add_error("who", "Dites qui appelle, ou cochez « Numéro masqué » si vous ne le savez pas.")
        if data.get("client") == NEW and not data.get("new_name", "").strip():
            self.add_error("new_name", "Donnez le nom du nouveau client.")
        data["number"] = "" if data.get("withheld") else found.number
        return data

    def _refuse_key(self) -> None:
        """The page is drawn again, with a key that makes a second click the same contact."""
        self.data = self.data.copy()
        self.data["key"] = str(uuid.uuid4())
        self.add_error(
            None,
            "Cette page est abîmée, l’appel n’est pas encore noté. Vérifiez-le et enregistrez de nouveau.",
        )

    def incoming(self) -> IncomingContact:
        """Only after `is_valid()`. The hidden key makes a second click the same contact."""
        data = self.cleaned_data
        started = self._started(data.get("started", ""))
        picked = data["client"]
        return IncomingContact(
            source_id=str(data.get("key") or uuid.uuid4()),
            arrived_at=started,
            answered_at=started,
            channel=data["channel"],
            outcome=data["outcome"],
            client_ref="" if picked == UNKNOWN else new_reference() if picked == NEW else picked,
            client_name=data["new_name"].strip() if picked == NEW else "",
            client_segment=data.get("new_segment") or Segment.CONSUMER.value,
            identification="none" if picked == UNKNOWN else "certain",
            unit_id=self.user.unit_id,
            caller_number=data["number"],
            reason_id=data["reason"].pk,
            handled_by_id=self.user.pk,
            conflictual=data["conflictual"],
            summary=data["summary"].strip(),
        )

    def _started(self, text: str) -> datetime:
        try:
            at = parse_datetime(text) if text else None
        except ValueError:  # well written, but no such date
            at = None
        if at is None or at.tzinfo is None or not self.now - LONGEST <= at <= self.now:
            return self.now
        return at
