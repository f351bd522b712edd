"""What the form of an action on a case has in common with the others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import Unit, User
from cases import hooks, hour_guards
from cases.models import Case, Promise
from cases.slots import Away, Week, week
from cases.workflow.loaded import calling_unit

from .fields import number_in

REQUIRED = "Ce champ est nécessaire."
DJANGO_REQUIRED = forms.Field.default_error_messages["required"]
STALE = "Ce formulaire est incomplet ou date d’une page ancienne : rouvrez le dossier et recommencez."


class ActionForm(forms.Form):
    """One action. `performs` is the workflow's word, `data_for_workflow()` what it is given.

    `one_click` actions carry nothing but the version: their button posts at once.
    """

    action: ClassVar[str] = ""
    actions: ClassVar[tuple[str, ...]] = ()  # the workflow's words this form may end in, if several
    title: ClassVar[str] = ""
    intro: ClassVar[str] = ""
    button: ClassVar[str] = "Enregistrer"
    button_verb: ClassVar[str] = ""  # « Promettre »: the button then repeats the slot chosen
    one_click: ClassVar[bool] = False
    more: ClassVar[tuple[str, ...]] = ()  # fields folded under « … »
    more_label: ClassVar[str] = "Plus de précisions"
    submit_name: ClassVar[str] = ""
    submit_choices: ClassVar[tuple[tuple[str, str], ...]] = ()
    aliases: ClassVar[dict[str, str]] = {}  # a refusal's field → this form's field

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, case: Case, user: User, now: datetime, query: Any = None, **kwargs: Any
    ) -> None:
        self.case, self.user, self.now, self.query = case, user, now, query or {}
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = case.version
        self.refusals: list[str] = []
        for field in self.fields.values():
            if field.error_messages["required"] == DJANGO_REQUIRED:  # a field with its own words keeps them
                field.error_messages["required"] = REQUIRED
            if isinstance(field.widget, forms.TextInput | forms.NumberInput | forms.DateTimeInput):
                field.widget.attrs.setdefault("class", "form-control")
            if isinstance(field.widget, forms.Select) and not isinstance(field.widget, forms.RadioSelect):
                field.widget.attrs.setdefault("class", "form-select")
            if isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs.setdefault("class", "form-check-input")

    def full_clean(self) -> None:
        """A hidden field has no place for its error: it is said above the form."""
        super().full_clean()
        for name, errors in (self._errors or {}).items():
            if name not in self.fields:
                continue
            self.fields[name].widget.attrs["aria-invalid"] = "true"
            if self._hidden(name):
                said = errors if name == self.submit_name else [STALE]
                self.refusals += [text for text in said if text not in self.refusals]

    @classmethod
    def another_week(cls, posted: Any, **kwargs: Any) -> ActionForm:
        """The same form, not checked, with what was typed so far and the week asked for."""
        query = QueryDict(mutable=True)
        query["from"] = posted["from"]
        return cls(initial={name: posted[name] for name in posted if name != "from"}, query=query, **kwargs)

    # -- what the template reads ---------------------------------------------------------------------

    @property
    def performs(self) -> str:
        return self.action

    @property
    def heading(self) -> str:
        return self.title

    @property
    def query_string(self) -> str:
        return self.query.urlencode() if hasattr(self.query, "urlencode") else ""

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [
            self[name]
            for name in self.fields
            if name not in {"version", "slot", self.submit_name, *self.more}
        ]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.more if name in self.fields]

    @property
    def more_open(self) -> bool:
        return any(field.errors for field in self.more_fields)

    # -- the door ------------------------------------------------------------------------------------

    def data_for_workflow(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def take_refusal(self, reasons: Iterable[Any]) -> None:
        """Put each reason at its field, or above the form when it has none here."""
        for reason in reasons:
            name = self.aliases.get(reason.field or "", reason.field or "")
            if name in self.fields and not self._hidden(name):
                self.add_error(name, reason.text)
                self.fields[name].widget.attrs["aria-invalid"] = "true"
            else:
                self.refusals.append(reason.text)

    @property
    def stale(self) -> bool:
        """The page that sent this form showed an older case: the door says what became of it."""
        return self.is_bound and number_in(self.data.get("version")) != self.case.version

    def _hidden(self, name: str) -> bool:
        return self.fields[name].widget.is_hidden

    def refresh_version(self, case: Case) -> None:
        """After a conflict: keep what was typed, but confirm against the case as it is now."""
        self.data = self.data.copy()
        self.data["version"] = case.version
        self.case = case


class SlotForm(ActionForm):
    """An action that promises a callback: the grid of the owner's unit."""

    aliases: ClassVar[dict[str, str]] = {"window_start": "slot", "window_end": "slot", "window": "slot"}

    @cached_property
    def unit(self) -> Unit:
        return calling_unit(self.case)

    @cached_property
    def calendar(self) -> BusinessCalendar:
        return self.unit.calendar()

    @property
    def shut(self) -> str:
        """Said in place of the grid when the unit has no hour at all."""
        return next((reason.text for reason in hour_guards.unit_hours(self.calendar, self.now)), "")

    @property
    def impossible(self) -> bool:
        """There is no slot to choose where one is needed: nothing to send."""
        return bool(self.shut) and self.fields["slot"].required

    @cached_property
    def week(self) -> Week:
        return week(
            self.calendar,
            now=self.now,
            first=self._first_day(),
            taken=self._taken(self.calendar.tz),
            away=self._away(),
        )

    @property
    def chosen_slot(self) -> str:
        return self.data.get("slot", "") if self.is_bound else self.initial.get("slot", "")

    def data_for_workflow(self) -> dict[str, Any]:
        """The slot and the width become the window promised."""
        data = super().data_for_workflow()
        start, minutes = data.pop("slot", None), data.pop("minutes", None) or 60
        data["window_start"] = start
        data["window_end"] = start + timedelta(minutes=minutes) if start else None
        return data

    def _first_day(self) -> date | None:
        asked = self.data.get("from") or self.query.get("from", "")
        try:
            return date.fromisoformat(asked) if asked else None
        except ValueError:
            return None

    def _away(self) -> Away | None:
        """Which windows the owner's planning does not cover, asked of whoever plans; a delegate stands in."""
        provider, owner = hooks.providers.get("owners_away"), self.case.owner_id
        if provider is None or owner is None or self.case.delegate_id is not None:
            return None
        return lambda windows: {
            (start, end) for _owner, start, end in provider([(owner, *window) for window in windows])
        }

    def _taken(self, tz: ZoneInfo) -> dict[datetime, int]:
        """How many callbacks the owner already promised, by hour (one query)."""
        if self.case.owner_id is None:
            return {}
        taken: dict[datetime, int] = {}
        for start in Promise.objects.filter(
            closed_at__isnull=True, case__owner=self.case.owner_id, window_start__gte=self.now
        ).values_list("window_start", flat=True):
            hour = start.replace(minute=0, second=0, microsecond=0)
            taken[hour] = taken.get(hour, 0) + 1
        return taken
