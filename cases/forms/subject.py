"""A client's request on their data, then the confirmation of an erasure."""

from __future__ import annotations

from django import forms

from cases.enums import SubjectChannel

from .client_merge import ClientField
from .fields import select, text


class RequestForm(forms.Form):
    client = ClientField(label="Client", help_text="Référence exacte, ou numéro de téléphone.")
    channel = select("Demande reçue par", SubjectChannel.choices)
    reason = text(
        "Ce qui est demandé, et comment l’identité a été vérifiée",
        rows=2,
        minimum=10,
        maximum=400,
        help_text="Écrit au registre et au journal de la fiche.",
    )


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label="Le client sait que rien ne pourra être retrouvé, et que son prochain appel ouvrira une nouvelle fiche.",
        error_messages={"required": "Confirmez d’abord que le client le sait."},
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
