"""Planning a mentoring session, disputing one, settling: what is typed stays, each refusal at its field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms

from atdemain.organisation.models import User
from cases.forms.fields import RowField, number_in, radios, text
from cases.names import name_key
from recognition.mentoring import facts, rules
from recognition.mentoring.enums import DisputeOutcome
from recognition.mentoring.rules import Objection
from recognition.mentoring.workflow import Content
from recognition.models import MentoringSession
from routing import planning
from routing.forms.briefings import PeopleField
from routing.forms.planning import day_field, time_field
from routing.models import Skill
from routing.presence import PresenceRefused

#: Colleagues shown for a name.
FOUND = 12


def find(words: str, user: User, but: Iterable[int] = ()) -> list[User]:
    """Colleagues whose first or last name begins with each word, accents aside; the own unit first.

    Read whole and compared here: a house of some thousand accounts (a name has no index without its accents).
    """
    asked = name_key(words).split()
    if not asked:
        return []
    left_out = {user.pk, *but}
    found = []
    rows = facts.colleagues().values_list("pk", "first_name", "last_name", "unit")
    for pk, first, last, unit in rows:
        names = name_key(f"{first} {last}").split()
        if pk not in left_out and all(any(name.startswith(word) for name in names) for word in asked):
            found.append((unit != user.unit_id, name_key(last), name_key(first), pk))
    kept = [pk for *_order, pk in sorted(found)[:FOUND]]
    people = {one.pk: one for one in User.objects.select_related("unit").filter(pk__in=kept).order_by("pk")}
    return [people[pk] for pk in kept]


class TraineesField(PeopleField):
    def __init__(self) -> None:
        super().__init__("Collègues accompagnés")
        self.queryset = facts.colleagues()
        self.error_messages["required"] = "Choisissez au moins un collègue accompagné."
        self.error_messages["invalid_choice"] = "Une des personnes cochées n’est plus en activité."
        self.error_messages["invalid_pk_value"] = "Une des personnes cochées n’est plus en activité."


class PlanForm(forms.Form):
    """`who`: the words looked up, never kept."""

    skill = RowField(
        Skill.objects.order_by("label", "pk"),
        label="Compétence",
        empty_label="Choisir…",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Choisissez la compétence travaillée.",
            "invalid_choice": "Choisissez la compétence dans la liste.",
        },
    )
    day = day_field("Jour")
    start = time_field("Début")
    minutes = forms.IntegerField(
        label="Durée (min)",
        min_value=rules.SHORTEST,
        max_value=rules.LONGEST,
        widget=forms.NumberInput(
            attrs={"class": "form-control", "inputmode": "numeric", "step": rules.STEP, "min": rules.SHORTEST}
        ),
        error_messages={
            "required": "Donnez la durée, en minutes.",
            "invalid": "Un nombre entier de minutes.",
            "min_value": "La durée est d’au moins 15 minutes.",
            "max_value": "Une séance dure 480 minutes (8 h) au plus.",
        },
    )
    trainees = TraineesField()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    @classmethod
    def of(cls, session: MentoringSession, user: User) -> PlanForm:
        local = session.starts_at.astimezone(planning.zone_of(user))
        first = {
            "skill": session.skill_id,
            "day": local.date(),
            "start": local.time(),
            "minutes": session.minutes,
            "trainees": [seat.trainee_id for seat in session.seats.all()],
            "version": session.version,
        }
        return cls(user=user, initial=first)

    @property
    def chosen(self) -> list[User]:
        """The colleagues ticked so far, whatever else the form holds."""
        if self.is_bound:
            raw = self.data.getlist("trainees") if hasattr(self.data, "getlist") else []
        else:
            raw = self.initial.get("trainees", [])
        keys = {pk for pk in map(number_in, raw) if pk is not None}
        return list(facts.colleagues().select_related("unit").filter(pk__in=list(keys)[:50]))

    def clean_trainees(self) -> list[User]:
        people = list(self.cleaned_data["trainees"])
        if len(people) > rules.GROUP:
            raise forms.ValidationError("Quatre collègues accompagnés au plus.")
        return people

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("day") and data.get("start"):
            try:
                data["starts_at"] = planning.instant(
                    data["day"], data["start"], planning.zone_of(self.user), "start"
                )
            except PresenceRefused as refused:
                self.add_error("start", refused.message)
        return data

    def content(self) -> Content:
        data = self.cleaned_data
        return Content(
            tuple(sorted(one.pk for one in data["trainees"])),
            data["skill"],
            data["starts_at"],
            data["starts_at"] + timedelta(minutes=data["minutes"]),
        )

    def refuse(self, reasons: Iterable[Objection]) -> None:
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


class DisputeForm(forms.Form):
    text = text(
        "Ce que vous contestez",
        minimum=20,
        maximum=1000,
        help_text="Lu par le tuteur, les soutiens de son unité et les RH. Dites les faits : date, durée, contenu.",
    )


class SettleForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    mentor_heard_on = day_field("Tuteur entendu le")
    trainee_heard_on = day_field("Collègue entendu le")
    outcome = radios("Décision", DisputeOutcome.choices)
    text = text("Motif de la décision", minimum=20, maximum=1000, help_text="Les deux personnes le lisent.")

    def refuse(self, reasons: Iterable[Objection]) -> None:
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


def next_half_hour(now: datetime) -> datetime:
    seconds = now.timestamp()
    return datetime.fromtimestamp((seconds // 1800 + 1) * 1800, tz=now.tzinfo)
