from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from cases.enums import (
    WORKING_STATES,
    CancelReason,
    CaseState,
    ClientConfirmation,
    ClosureKind,
    Colour,
    Origin,
    ReasonFamily,
    ResolutionCode,
    RootCause,
    Unrelated,
)
from cases.querysets import CaseQuerySet

if TYPE_CHECKING:
    from atdemain.organisation.models import User


class Case(FSMModelMixin, models.Model):
    """A client's problem, kept by one internal advisor from opening to confirmed resolution.

    `state` moves only through `cases.workflow` (one door, architecture.md §3): the methods below set
    fields, they do not save, query or notify. `version` is bumped by every door passage.
    """

    ref = models.CharField("référence", max_length=20, unique=True, null=True)
    client = models.ForeignKey("cases.Client", models.PROTECT, related_name="cases", verbose_name="client")
    line = models.ForeignKey(
        "cases.Line", models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="ligne"
    )
    identity_key = models.CharField(max_length=60)
    reason_family = models.CharField("famille de motif", max_length=20, choices=ReasonFamily.choices)
    state = FSMField("état", default=CaseState.OPENED, choices=CaseState.choices, protected=True)
    origin = models.CharField("origine", max_length=15, choices=Origin.choices)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="cases", verbose_name="unité")
    owner = models.ForeignKey(
        "organisation.InternalAdvisor",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_cases",
        verbose_name="conseiller en charge",
        db_index=False,
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegated_cases",
        verbose_name="suppléant",
    )
    delegate_from = models.DateTimeField("suppléance du", null=True, blank=True)
    delegate_to = models.DateTimeField("au", null=True, blank=True)
    specialist = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="spécialiste",
    )
    colour = models.CharField("couleur", max_length=8, choices=Colour.choices, default=Colour.ORANGE)
    opened_at = models.DateTimeField("ouvert le")
    assigned_at = models.DateTimeField("confié le", null=True, blank=True)
    first_action_at = models.DateTimeField("première action", null=True, blank=True)
    reopened_at = models.DateTimeField("rouvert le", null=True, blank=True)
    resolved_at = models.DateTimeField("résolu le", null=True, blank=True)
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    last_event_at = models.DateTimeField("dernier événement")
    next_due_at = models.DateTimeField("prochaine échéance", null=True, blank=True)
    closure_kind = models.CharField("clôture", max_length=10, choices=ClosureKind.choices, blank=True)
    cancel_reason = models.CharField(
        "motif d’annulation", max_length=20, choices=CancelReason.choices, blank=True
    )
    resolution_code = models.CharField(
        "résolution", max_length=20, choices=ResolutionCode.choices, blank=True
    )
    root_cause = models.CharField("cause", max_length=20, choices=RootCause.choices, blank=True)
    client_confirmation = models.CharField(
        "confirmation", max_length=15, choices=ClientConfirmation.choices, blank=True
    )
    reopened_count = models.PositiveSmallIntegerField("réouvertures", default=0)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="fusionné dans",
    )
    mass_incident = models.ForeignKey(
        "cases.MassIncident", models.PROTECT, null=True, blank=True, related_name="cases"
    )
    detected_late = models.BooleanField("détecté tard", default=False)
    threshold_no_longer_met = models.BooleanField("seuil non atteint après correction", default=False)
    current_promise = models.OneToOneField(
        "cases.Promise",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="engagement en cours",
    )
    version = models.PositiveIntegerField("version", default=1)
    #: The client's `name_key`; kept by the database (cases/copies.py), so that sorting by name has an index.
    client_key = models.CharField(max_length=120, default="", db_default="", editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        verbose_name_plural = "dossiers"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["identity_key"],
                condition=Q(state__in=[s.value for s in WORKING_STATES]),
                name="case_one_working_per_identity",
                violation_error_message="Un dossier est déjà en cours pour ce client ou cette ligne.",
            ),
            models.CheckConstraint(
                name="case_state_known", condition=Q(state__in=[s.value for s in CaseState])
            ),
            models.CheckConstraint(
                name="case_resolved_is_explained",
                condition=~Q(state="resolved")
                | (~Q(resolution_code="") & ~Q(root_cause="") & Q(resolved_at__isnull=False)),
                violation_error_message="Un dossier résolu dit sa résolution et sa cause.",
            ),
            models.CheckConstraint(
                name="case_closed_is_explained",
                condition=(Q(state="closed") & ~Q(closure_kind="") & Q(closed_at__isnull=False))
                | (~Q(state="closed") & Q(closure_kind="")),
                violation_error_message="Un dossier clos dit comment.",
            ),
            models.CheckConstraint(
                name="case_merged_says_where",
                condition=~Q(closure_kind="merged") | Q(merged_into__isnull=False),
            ),
            models.CheckConstraint(name="case_not_merged_into_itself", condition=~Q(merged_into=F("pk"))),
        ]
        indexes = [
            models.Index(
                fields=["owner", "next_due_at"], condition=~Q(state="closed"), name="case_owner_due"
            ),
            models.Index(
                fields=["unit", "opened_at"],
                condition=Q(owner__isnull=True, state__in=[s.value for s in WORKING_STATES]),
                name="case_unit_queue",
            ),
            models.Index(
                fields=["client", "unit", "owner", "delegate", "client_key"],
                condition=Q(state__in=[s.value for s in WORKING_STATES]),
                name="case_working",
            ),
            models.Index(fields=["owner", "opened_at", "id"], name="case_owner_opened"),
            models.Index(fields=["unit", "reason_family", "opened_at", "id"], name="case_unit_family"),
            # What a list filters by comes with the key: a filter that few rows pass is read in the index alone.
            *(
                models.Index(
                    fields=["unit", column, "id"], include=["state", "colour", "reason_family"], name=name
                )
                for column, name in (("opened_at", "case_unit_opened"), ("client_key", "case_unit_client"))
            ),
            # What is worked on is a small part of what is kept.
            *(
                models.Index(
                    fields=["unit", column, "id"],
                    include=["state", "colour", "reason_family"],
                    condition=~Q(state="closed"),
                    name=name,
                )
                for column, name in (
                    ("opened_at", "case_open_opened"),
                    ("client_key", "case_open_client"),
                    ("last_event_at", "case_open_event"),
                    ("next_due_at", "case_open_due"),
                )
            ),
        ]

    def __str__(self) -> str:
        return self.ref or "dossier"

    def save(self, *args, **kwargs) -> None:
        """A new case starts `opened`; afterwards only the door of `cases.workflow` moves it.

        A whole save would bring back the state of an old copy: name the fields, the state not among them.
        """
        if self._state.adding:
            if self.state != CaseState.OPENED:
                raise ValueError("A case starts opened: its state moves through cases.workflow only.")
        elif kwargs.get("update_fields") is None or "state" in kwargs["update_fields"]:
            raise ValueError(
                "The state of a case moves through cases.workflow only: name the fields to save."
            )
        super().save(*args, **kwargs)

    @property
    def is_working(self) -> bool:
        return self.state in WORKING_STATES

    def in_charge(self, user: User, at: datetime) -> bool:
        """Whether this account is the owner, or the delegate in office at `at`."""
        if self.owner_id == user.pk:
            return True
        return (
            self.delegate_id == user.pk
            and (self.delegate_from is None or self.delegate_from <= at)
            and (self.delegate_to is None or at < self.delegate_to)
        )

    # -- transitions (domain.md §3.2): fields only; guards, rights and side tables are elsewhere --------

    @transition(field=state, source=CaseState.OPENED, target=CaseState.CALLBACK_DUE)
    def promise_callback(self) -> None:
        """T02."""

    @transition(field=state, source=[CaseState.OPENED, CaseState.CALLBACK_DUE], target=CaseState.ESCALATED)
    def escalate(self) -> None:
        """T03, T03b."""

    @transition(field=state, source=CaseState.ESCALATED, target=CaseState.ESCALATED)
    def add_escalation(self) -> None:
        """T04."""

    @transition(field=state, source=CaseState.ESCALATED, target=CaseState.CALLBACK_DUE)
    def entity_answered(self) -> None:
        """T05."""

    @transition(field=state, source=CaseState.ESCALATED, target=CaseState.CALLBACK_DUE)
    def withdraw_last_escalation(self) -> None:
        """T05b."""

    @transition(field=state, source=CaseState.ESCALATED, target=CaseState.CALLBACK_DUE)
    def promise_reached(self) -> None:
        """T06."""

    @transition(field=state, source=CaseState.CALLBACK_DUE, target=CaseState.OPENED)
    def told_unresolved(self) -> None:
        """T07a."""

    @transition(field=state, source=CaseState.CALLBACK_DUE, target=CaseState.ESCALATED)
    def told_still_escalated(self) -> None:
        """T07b."""

    @transition(field=state, source=CaseState.CALLBACK_DUE, target=CaseState.CALLBACK_DUE)
    def told_and_promise_again(self) -> None:
        """T07c."""

    @transition(field=state, source=CaseState.CALLBACK_DUE, target=CaseState.CALLBACK_DUE)
    def rebook(self) -> None:
        """T08."""

    @transition(field=state, source=[CaseState.OPENED, CaseState.CALLBACK_DUE], target=CaseState.RESOLVED)
    def resolve(self, *, at: datetime, code: str, cause: str, confirmation: str) -> None:
        """T09."""
        self.resolved_at = at
        self.resolution_code, self.root_cause, self.client_confirmation = code, cause, confirmation

    @transition(field=state, source=CaseState.RESOLVED, target=CaseState.OPENED)
    def reopen_by_contact(self, *, at: datetime) -> None:
        """T10."""
        self._start_again(at)
        self.reopened_count += 1
        self.colour = one_step_up(self.colour)

    @transition(field=state, source=CaseState.RESOLVED, target=CaseState.OPENED)
    def reopen(self, *, at: datetime, by_mistake: bool) -> None:
        """T11: as T10 without a contact; a case closed by mistake is not counted as reopened."""
        self._start_again(at)
        if not by_mistake:
            self.reopened_count += 1
            self.colour = one_step_up(self.colour)

    @transition(field=state, source=CaseState.RESOLVED, target=CaseState.CLOSED)
    def confirm(self, *, at: datetime) -> None:
        """T12."""
        self.closure_kind, self.closed_at = ClosureKind.CONFIRMED, at

    @transition(
        field=state,
        source=[CaseState.OPENED, CaseState.ESCALATED, CaseState.CALLBACK_DUE, CaseState.RESOLVED],
        target=CaseState.CLOSED,
    )
    def merge(self, *, at: datetime, into: Case) -> None:
        """T13."""
        self.closure_kind, self.closed_at, self.merged_into = ClosureKind.MERGED, at, into

    @transition(field=state, source=[CaseState.OPENED, CaseState.ESCALATED], target=CaseState.CALLBACK_DUE)
    def merge_brings_callback(self) -> None:
        """T13, on the case merged into: one of the two owed a callback."""

    @transition(field=state, source=CaseState.OPENED, target=CaseState.ESCALATED)
    def merge_brings_escalation(self) -> None:
        """T13, on the case merged into: an escalation came with the other."""

    @transition(
        field=state,
        source=[CaseState.OPENED, CaseState.ESCALATED, CaseState.CALLBACK_DUE],
        target=CaseState.CLOSED,
    )
    def cancel(self, *, at: datetime, reason: str) -> None:
        """T14."""
        self.closure_kind, self.closed_at, self.cancel_reason = ClosureKind.CANCELLED, at, reason

    @transition(field=state, source=CaseState.CLOSED, target=CaseState.OPENED)
    def restore(self) -> None:
        """T15: as it was before, with a first action to take."""
        self.closure_kind, self.closed_at, self.cancel_reason = "", None, ""
        self.first_action_at = None

    def _start_again(self, at: datetime) -> None:
        self.reopened_at, self.resolved_at, self.first_action_at = at, None, None
        self.resolution_code = self.root_cause = self.client_confirmation = ""


def one_step_up(colour: str) -> Colour:
    """green → orange → red."""
    return Colour.ORANGE if colour == Colour.GREEN else Colour.RED


class CaseNote(models.Model):
    """A free note on a case (A5)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("le")
    text = models.TextField("note", max_length=4000)

    class Meta:
        verbose_name = "note"
        verbose_name_plural = "notes"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class FailedResolution(models.Model):
    """A resolution that did not hold (T10); counted at unit and entity level, never per person."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="failed_resolutions")
    contact = models.OneToOneField("cases.Contact", models.PROTECT, related_name="failed_resolution")
    resolved_at = models.DateTimeField("résolu le")
    at = models.DateTimeField("rouvert le")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    entity = models.ForeignKey("organisation.Entity", models.PROTECT, null=True, blank=True, related_name="+")
    unrelated = models.CharField(
        "motif sans rapport", max_length=10, choices=Unrelated.choices, blank=True, default=Unrelated.NO
    )

    class Meta:
        verbose_name = "résolution non tenue"
        verbose_name_plural = "résolutions non tenues"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.case} {self.at:%d/%m/%Y}"


class ClientAccessGrant(models.Model):
    """Recording a contact opens that client's page to the recorder for 24 hours (domain.md §2.6)."""

    client = models.ForeignKey("cases.Client", models.CASCADE, related_name="access_grants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField("jusqu’à")

    class Meta:
        verbose_name = "accès temporaire"
        verbose_name_plural = "accès temporaires"
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="access_grant_once")]

    def __str__(self) -> str:
        return f"{self.user} : {self.client}"
