"""The forms of an escalation: sent, answered, talked about, by the owner and by the entity's specialist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from atdemain.organisation.calendar import NeverOpen
from atdemain.organisation.enums import EntityKind
from atdemain.organisation.models import Entity, EntityContact
from cases import guards, line_words
from cases.enums import (
    OPEN_ESCALATION,
    AnswerCode,
    Colour,
    EscalationMode,
    EscalationNoteKind,
    EscalationReason,
)
from cases.models import Escalation
from cases.workflow.loaded import Loaded
from cases.workflow.move import facts_of

from .base import ActionForm, SlotForm
from .fields import Minutes, MomentField, RowField, SlotField, number_in, radios, select, text


class EscalateForm(SlotForm):
    """Four interactions: open, the entity, the summary, send; the news date is proposed."""

    action = "escalate"
    actions = ("escalate", "add_escalation")
    title = "Escalader"
    button = "Escalader"
    button_verb = "Escalader et promettre"
    more = ("named_contact", "reason", "colour", "mode", "minutes", "client_agrees")
    more_label = "Interlocuteur, motif, couleur, durée de la fenêtre"

    target_entity = RowField(
        label="Entité à saisir",
        queryset=Entity.objects.none(),
        empty_label="Choisir…",
        error_messages={"required": "Choisissez l’entité à saisir."},
    )
    summary = text("Ce que l’entité doit savoir", minimum=20)
    named_contact = RowField(
        label="Interlocuteur",
        queryset=EntityContact.objects.none(),
        required=False,
        empty_label="aucun contact nommé",
    )
    reason = select("Motif", EscalationReason.choices)
    colour = radios("Couleur", Colour.choices)
    mode = radios(
        "Mode", [("case", "Dossier"), ("warm_transfer", "Transfert accompagné de l’appel")], initial="case"
    )
    client_agrees = forms.BooleanField(
        label="Le client a été joint et accepte la nouvelle date", required=False
    )
    slot = SlotField(label="Nouvelles promises au client", required=False)
    minutes = Minutes()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.case.escalations.filter(status__in=OPEN_ESCALATION).values("target_entity")
        entities = Entity.objects.filter(accepts_escalations=True)
        self.fields["target_entity"].queryset = entities if self.stale else entities.exclude(pk__in=asked)
        self.fields["named_contact"].queryset = EntityContact.objects.filter(active=True).select_related(
            "entity"
        )
        self.fields["named_contact"].label_from_instance = lambda contact: (
            f"{contact.entity} · {contact.name}"
        )
        self.fields["reason"].initial = EscalationReason.NETWORK_DIAGNOSIS
        self.fields["colour"].initial = self.case.colour
        self.needs_slot = guards.promise_needed(facts_of(Loaded(self.case)), self.now)
        self.fields["slot"].required = self.needs_slot
        if self.needs_slot and not self.is_bound:
            self.initial.setdefault("slot", self._proposed())

    def _proposed(self) -> str:
        """The first hour that can be picked tomorrow or later, else today's."""
        cells = [cell for _, row in self.week.rows for cell in row if cell and cell.start]
        today = self.calendar.local_date(self.now)
        later = sorted(
            cell.start for cell in cells if self.calendar.local_date(cell.start) > today
        ) or sorted(cell.start for cell in cells)
        return later[0].isoformat() if later else ""

    @property
    def intro(self) -> str:  # type: ignore[override]
        if self.needs_slot:
            return (
                "Une autre entité doit agir : vous gardez le dossier, et le client a une date de nouvelles."
            )
        return "Une autre entité doit agir : vous gardez le dossier. Le rappel déjà promis tient, sauf autre créneau."


class AnswerForm(ActionForm):
    action = "answer_escalation"
    title = "Saisir la réponse de l’entité"
    button = "Enregistrer la réponse"
    intro = "La réponse arrive au conseiller en charge, avec l’heure avant laquelle rappeler le client."

    escalation = forms.IntegerField(widget=forms.HiddenInput)
    answer_code = radios("Réponse", AnswerCode.choices)
    answer_text = text(
        "Ce qui sera dit au client",
        minimum=10,
        help_text="10 caractères au moins, sans sigle. Rejeté : pourquoi. Besoin du client : de quoi.",
    )
    named_contact = RowField(
        label="Reçue par téléphone, de qui ?",
        queryset=EntityContact.objects.none(),
        required=False,
        empty_label="Choisir…",
    )
    appointment_at = MomentField(
        label="Date et heure du rendez-vous",
        required=False,
        help_text="Pour un rendez-vous pris : le client la demandera.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    duplicate_of = forms.CharField(
        label="Doublon de",
        required=False,
        max_length=60,
        help_text="Pour un doublon : la référence du dossier, du ticket ou de l’escalade.",
    )
    tell_client_now = forms.BooleanField(
        label="À dire au client sans attendre les autres entités", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = number_in(self.data.get("escalation") or self.query.get("escalation"))
        escalation = self.case.escalations.filter(pk=asked).first() if asked else None
        self.fields["escalation"].initial = asked
        for name, code in (
            ("appointment_at", AnswerCode.APPOINTMENT),
            ("duplicate_of", AnswerCode.DUPLICATE),
        ):
            self.fields[name].only_for, self.fields[name].conditional = code.value, True
        if escalation is None or escalation.target_entity_id == self.user.entity_id:
            del self.fields["named_contact"]
            self.title, self.button = "Répondre", "Envoyer la réponse"
        else:
            self.fields["named_contact"].queryset = escalation.target_entity.contacts.filter(active=True)
            self.fields["named_contact"].required = True
            self.fields["named_contact"].initial = escalation.named_contact_id
        others = self.case.escalations.filter(status__in=OPEN_ESCALATION).exclude(
            pk=escalation.pk if escalation else None
        )
        if not others.exists():
            del self.fields["tell_client_now"]


class AcknowledgeForm(ActionForm):
    action = "acknowledge_escalation"
    title = "Accuser réception"
    one_click = True

    escalation = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawForm(ActionForm):
    action = "withdraw_escalation"
    title = "Retirer l’escalade"
    button = "Retirer l’escalade"
    intro = "L’entité en est prévenue. Si c’était la dernière, le dossier revient à vous : client à rappeler."

    escalation = forms.IntegerField(widget=forms.HiddenInput)
    reason = text("Pourquoi", rows=2, minimum=10, maximum=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["escalation"].initial = number_in(self.query.get("escalation"))


class TransferForm(EscalateForm):
    """Two interactions: open, and the entity to whom the live call goes; the rest is proposed."""

    action = "warm_transfer"
    title = "Transférer l’appel"
    submit_name = "target_entity"
    more = ("named_contact", "reason", "colour", "minutes", "client_agrees")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["mode"]
        self.fields["target_entity"].widget = forms.HiddenInput()
        self.fields["reason"].initial = EscalationReason.EXPERTISE
        if not self.is_bound:
            about = line_words.problem(
                self.case.reason_family, self.case.line.technology if self.case.line else None
            )
            self.initial.setdefault("summary", f"Client en ligne, appel transféré en direct : {about}.")

    @property
    def performs(self) -> str:
        """The same act as any escalation: the mode tells it."""
        return "escalate"

    @property
    def submit_choices(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override]
        """The entities where somebody may answer at this hour, the back office first; not one's own unit."""
        entities = self.fields["target_entity"].queryset
        there = [e for e in entities if e.unit_id != self.case.unit_id and _is_open(e, self.now)]
        there.sort(key=lambda entity: (entity.kind != EntityKind.BACK_OFFICE, entity.name))
        return tuple((str(entity.pk), entity.name) for entity in there)

    @property
    def intro(self) -> str:  # type: ignore[override]
        if not self.submit_choices:
            return "Aucune entité n’est ouverte à cette heure : escaladez le dossier, elle le verra à l’ouverture."
        return "Choisissez à qui passer le client : l’appel reste le même contact, et vous gardez le dossier."

    def data_for_workflow(self) -> dict[str, Any]:
        return super().data_for_workflow() | {"mode": EscalationMode.WARM_TRANSFER.value}


def _is_open(entity: Entity, now: datetime) -> bool:
    try:
        return entity.calendar().is_open(now)
    except NeverOpen:
        return False


class ExchangeForm(ActionForm):
    """A word about one escalation, open, of this case."""

    escalation = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = number_in(self.data.get("escalation") or self.query.get("escalation"))
        self.fields["escalation"].initial = asked
        self.about: Escalation | None = (
            self.case.escalations.select_related("target_entity").filter(pk=asked).first() if asked else None
        )


class RequestInfoForm(ExchangeForm):
    action = "request_info"
    title = "Demander une précision"
    button = "Demander la précision"
    intro = "Le conseiller en charge la reçoit aussitôt. Votre délai de réponse continue de courir."

    text = text("Ce qu’il vous manque", minimum=10)


class GiveInfoForm(ExchangeForm):
    action = "give_info"
    title = "Donner la précision"
    button = "Envoyer la précision"

    text = text("Votre réponse à l’entité", minimum=10)

    @property
    def intro(self) -> str:  # type: ignore[override]
        """The question itself: nobody should look for it elsewhere."""
        asked = (
            self.about.notes.filter(kind=EscalationNoteKind.INFO_REQUEST).order_by("-at", "-pk").first()
            if self.about
            else None
        )
        return f"{self.about.target_entity} demande : « {asked.text} »" if self.about and asked else ""


class GiveStatusForm(ExchangeForm):
    action = "give_status"
    title = "Faire le point"
    button = "Envoyer le point"
    intro = "Où vous en êtes, en clair : le conseiller en charge le dira au client. Ce n’est pas encore la réponse."

    text = text("Où vous en êtes", minimum=10)


class RequestStatusForm(ExchangeForm):
    action = "request_status"
    title = "Où en est-on ?"
    one_click = True


class ClaimEscalationForm(ExchangeForm):
    action = "claim_escalation"
    title = "Prendre l’escalade"
    one_click = True


class HandBackForm(ExchangeForm):
    action = "hand_back_escalation"
    title = "Rendre l’escalade"
    one_click = True


ESCALATION_FORMS: tuple[type[ActionForm], ...] = (
    EscalateForm,
    TransferForm,
    AnswerForm,
    AcknowledgeForm,
    WithdrawForm,
    RequestInfoForm,
    GiveInfoForm,
    GiveStatusForm,
    RequestStatusForm,
    ClaimEscalationForm,
    HandBackForm,
)
