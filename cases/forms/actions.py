"""One form per action on a case: what is asked, in the order it is told on the phone."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms

from atdemain.organisation.models import InternalAdvisor, User
from atdemain.organisation.participation import eligible_owners
from cases import hooks, permissions
from cases.enums import (
    OPEN_ESCALATION,
    AssignmentReason,
    AttemptOutcome,
    ClientConfirmation,
    Colour,
    PromiseKind,
    RebookInitiator,
    ResolutionCode,
    RootCause,
)
from cases.models import Case
from cases.slots import AHEAD_BUSINESS_DAYS

from .base import ActionForm, SlotForm
from .cancelling import CancelForm, RefuseCancelForm, RequestCancelForm
from .escalations import ESCALATION_FORMS
from .fields import Minutes, MomentField, RowField, SlotField, number_in, radios, select, text
from .reviewing import ReplyForm, ReviewForm
from .satisfaction import SatisfactionForm


class OnBehalf(forms.Form):
    """A manager who acts in the place of the person in charge says why."""

    on_behalf = text(
        "Pourquoi agissez-vous à la place du conseiller en charge ?", rows=2, minimum=10, maximum=400
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_place = permissions.in_place_of(self.user, self.action, self.case, self.now)
        if not in_place or not permissions.can(self.user, self.action, self.case, self.now):
            del self.fields["on_behalf"]


class PromiseForm(OnBehalf, SlotForm):
    action = "promise_callback"
    title = "Promettre un rappel"
    button = "Promettre"
    button_verb = "Promettre"
    more = ("kind", "minutes", "note")
    more_label = "Dire ce que sera ce rappel, changer sa durée, ajouter une note"

    slot = SlotField(label="Créneau du rappel")
    kind = forms.ChoiceField(
        label="Ce que sera ce rappel",
        choices=PromiseKind.choices,
        initial=PromiseKind.PROGRESS,
        required=False,
        widget=forms.Select,
    )
    minutes = Minutes()
    note = forms.CharField(label="Note pour le rappel", required=False, max_length=400)

    @property
    def heading(self) -> str:
        return f"Promettre un rappel à {self.case.client}"

    @property
    def intro(self) -> str:  # type: ignore[override]
        return f"Choisissez un créneau : il donne le jour et la fenêtre. {AHEAD_BUSINESS_DAYS} jours ouvrés au plus."


class RebookForm(OnBehalf, SlotForm):
    action = "rebook"
    title = "Déplacer le rappel"
    button = "Déplacer"
    button_verb = "Déplacer à"
    more = ("minutes", "note")
    more_label = "Ajouter une note ou changer la durée de la fenêtre"
    intro = (
        "Qui le demande décide de ce que devient l’engagement : d’accord avec le client, il n’est pas manqué."
    )

    initiator = radios("Qui demande à déplacer ?", RebookInitiator.choices, initial=RebookInitiator.CLIENT)
    client_agrees = forms.BooleanField(label="Le client a été joint et il est d’accord", required=False)
    reason = forms.CharField(label="Pourquoi", required=False, max_length=400)
    slot = SlotField(label="Nouveau créneau")
    minutes = Minutes()
    note = forms.CharField(label="Note pour le rappel", required=False, max_length=400)


class TellForm(OnBehalf, SlotForm):
    action = "tell_unresolved"
    title = "Informer le client"
    button = "Noter l’échange"
    button_verb = "Noter et promettre"
    more = ("minutes",)
    more_label = "Changer la durée de la fenêtre"

    told = text("Ce que vous avez dit au client", minimum=20)
    direction = radios("Qui a appelé ?", [("out", "Vous"), ("in", "Le client")], initial="out")
    slot = SlotField(label="Prochain rappel", required=False)
    minutes = Minutes()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.escalated = self.case.escalations.filter(status__in=OPEN_ESCALATION).exists()
        if self.escalated:
            self.fields["slot"].required = True

    @property
    def intro(self) -> str:  # type: ignore[override]
        if self.escalated:
            return "Le client est joint, le problème n’est pas réglé : une entité travaille, donnez la prochaine date."
        return "Le client est joint, le problème n’est pas réglé. Sans prochain rappel, le dossier revient à traiter."


class AttemptForm(OnBehalf, ActionForm):
    """Two interactions: open, and the button that says what happened."""

    action = "log_attempt"
    title = "Noter une tentative"
    intro = "Dites ce qu’a donné l’appel : l’heure est celle de maintenant. Client joint : informez-le ou résolvez ensuite."
    submit_name = "outcome"
    submit_choices = tuple(AttemptOutcome.choices)

    outcome = forms.ChoiceField(label="Issue", choices=AttemptOutcome.choices, widget=forms.HiddenInput)


class CorrectAttemptForm(ActionForm):
    action = "correct_attempt"
    title = "Corriger une tentative"
    intro = (
        "La tentative d’origine reste au journal ; celle-ci la remplace, et l’engagement est jugé de nouveau."
    )
    button = "Corriger la tentative"

    attempt_id = forms.IntegerField(widget=forms.HiddenInput)
    outcome = radios("Issue réelle", AttemptOutcome.choices)
    at = MomentField(
        label="Heure réelle de l’appel",
        required=False,
        help_text="Laissez vide si l’heure notée est juste.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    reason = text("Pourquoi", rows=2, minimum=10, maximum=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attempt_id"].initial = number_in(self.query.get("attempt"))


class ResolveForm(OnBehalf, ActionForm):
    action = "resolve"
    title = "Résoudre"
    button = "Résoudre le dossier"
    intro = "Le dossier reste sept jours en observation : un nouveau contact d’ici là le rouvre."

    resolution_code = select("Ce qui a résolu le problème", ResolutionCode.choices)
    root_cause = select("Cause", RootCause.choices)
    client_confirmation = radios(
        "Confirmation", ClientConfirmation.choices, initial=ClientConfirmation.CONFIRMED
    )
    reached_now = forms.BooleanField(
        label="Le client est en ligne ou vient d’être joint", required=False, initial=True
    )
    told = text(
        "Ce que vous avez dit au client",
        required=False,
        conditional=True,
        help_text="20 caractères au moins, si le client a été joint.",
    )

    def clean(self) -> dict:
        data = super().clean()
        if data.get("reached_now") and len(data.get("told", "").strip()) < 20:
            self.add_error("told", "Écrivez en 20 caractères au moins ce que vous avez dit au client.")
        return data


class NoteForm(ActionForm):
    action = "add_note"
    title = "Noter"
    button = "Ajouter la note"
    intro = "La note rejoint le fil du dossier ; le conseiller en charge en est prévenu."

    text = text("Note", rows=4, maximum=4000)


class ReopenForm(ActionForm):
    action = "reopen"
    title = "Rouvrir"
    button = "Rouvrir le dossier"
    intro = "Le dossier redevient à traiter, première action sous 2 heures ouvrées."

    reason = text("Pourquoi", rows=2, minimum=10, maximum=400)
    closed_by_mistake = forms.BooleanField(
        label="Résolu par erreur (ne compte pas comme réouverture)", required=False
    )


class RestoreForm(ActionForm):
    action = "restore"
    title = "Rétablir"
    button = "Rétablir le dossier"
    intro = "L’annulation est annulée : le dossier redevient à traiter."

    reason = text("Pourquoi", rows=2, minimum=10, maximum=400)


class MergeForm(ActionForm):
    action = "merge"
    title = "Fusionner"
    button = "Fusionner"
    intro = (
        "Contacts, escalades et rappel promis rejoignent le dossier qui reste ; les deux fils le racontent."
    )

    target = RowField(
        label="Dossier qui reste",
        queryset=Case.objects.none(),
        empty_label="Choisir…",
        error_messages={"required": "Choisissez le dossier qui reste."},
    )
    reason = text("Pourquoi", rows=2, minimum=10, maximum=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = (
            Case.objects.visible_to(self.user, now=self.now)
            .working()
            .filter(client=self.case.client_id)
            .exclude(pk=self.case.pk)
        )


class AssignForm(ActionForm):
    action = "assign"
    title = "Confier le dossier"
    button = "Confier le dossier"
    intro = "Le conseiller est prévenu aussitôt, avec le motif. Seuls ceux qui peuvent garder ce dossier sont proposés."

    advisor = RowField(
        label="Conseiller",
        queryset=InternalAdvisor.objects.none(),
        empty_label="Choisir…",
        error_messages={"required": "Choisissez le conseiller."},
    )
    reason_code = select("Motif", AssignmentReason.choices)
    reason_text = text(
        "Précision",
        rows=2,
        maximum=400,
        required=False,
        help_text="Nécessaire pour « Autre » et au-delà du plafond. Le conseiller la lira.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = eligible_owners(self.case.origin, self.now).filter(user__unit=self.case.unit_id)
        self.fields["advisor"].queryset = able if self.stale else able.exclude(pk=self.case.owner_id or 0)
        self.fields["advisor"].label_from_instance = self._word
        if not self.is_bound and self.advice:
            self.fields["advisor"].initial = self.advice.suggested

    @cached_property
    def advice(self) -> Any:
        """Who the engine would choose and why, and a word for each advisor; None without an engine."""
        ask = hooks.providers.get("assignment_advice")
        return ask(self.case, self.now) if ask else None

    def _word(self, advisor: InternalAdvisor) -> str:
        word = self.advice.words.get(advisor.pk, "") if self.advice else ""
        return f"{advisor} · {word}" if word else str(advisor)


class DelegateForm(ActionForm):
    action = "delegate"
    title = "Nommer un suppléant"
    button = "Nommer le suppléant"
    intro = "Le suppléant rappelle pendant l’absence ; le conseiller en charge reste le même."

    delegate = RowField(
        label="Suppléant",
        queryset=User.objects.none(),
        empty_label="Choisir…",
        error_messages={"required": "Choisissez le suppléant."},
    )
    reason = text("Motif", rows=2, maximum=400, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delegate"].queryset = (
            User.objects.filter(
                is_active=True, unit=self.case.unit_id, groups__name__in=["advisor", "support"]
            )
            .exclude(pk=self.case.owner_id or 0)
            .distinct()
        )


class ColourForm(ActionForm):
    action = "set_colour"
    title = "Changer la couleur"
    button = "Changer la couleur"
    intro = "La couleur décide de l’ordre et des délais demandés aux entités."

    colour = radios("Couleur", Colour.choices)
    reason = text("Pourquoi", rows=2, minimum=10, maximum=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colour"].initial = self.case.colour


class UnrelatedForm(ActionForm):
    action = "flag_unrelated"
    title = "Motif sans rapport"
    button = "Demander l’accord du manager"
    intro = "Le contact qui a rouvert ce dossier portait sur autre chose. Le manager décide."

    reason = text("Ce que voulait le client", rows=2, minimum=10, maximum=400)


class DecideUnrelatedForm(ActionForm):
    action = "decide_unrelated"
    title = "Décider du motif sans rapport"
    intro = "Accepté : la réouverture sort du taux de résolutions non tenues, et reste affichée à côté."
    submit_name = "agreed"
    submit_choices = (("1", "Accepter"), ("", "Refuser"))

    agreed = forms.BooleanField(required=False, widget=forms.HiddenInput)


class ClaimForm(ActionForm):
    action = "claim"
    title = "Prendre le dossier"
    one_click = True


class ReturnDelegationForm(ActionForm):
    action = "return_delegation"
    title = "Terminer la suppléance"
    one_click = True


ACTION_FORMS: dict[str, type[ActionForm]] = {
    form.action: form
    for form in (
        PromiseForm,
        RebookForm,
        TellForm,
        AttemptForm,
        CorrectAttemptForm,
        *ESCALATION_FORMS,
        ResolveForm,
        NoteForm,
        SatisfactionForm,
        ReviewForm,
        ReplyForm,
        ReopenForm,
        RestoreForm,
        CancelForm,
        RequestCancelForm,
        RefuseCancelForm,
        MergeForm,
        AssignForm,
        DelegateForm,
        ColourForm,
        UnrelatedForm,
        DecideUnrelatedForm,
        ClaimForm,
        ReturnDelegationForm,
    )
}
