"""What the filters of the lists share: choices and days, the right a list is read by, its filter in words."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.pages.typography import in_sentence
from atdemain.statements import Param, Statement
from cases import attention
from cases.enums import Scope
from cases.forms.filtering import DayField, LeanSelect, midnight, until
from cases.names import person_key

NOBODY = "none"
ALL = "all"


class Light:
    """A filter copied for each request as it is: its choices, which nobody changes, need no copies of their own."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        clone = copy.copy(self)
        clone.extra = dict(self.extra)
        clone.method = self.method  # bound to the copy
        return clone


class Choice(Light, django_filters.Filter):
    """One of a few; `empty` says what the list shows when nothing is chosen, `implied` that it is a condition too,
    `names` that its choices are people or entities."""

    field_class = forms.ChoiceField

    def __init__(
        self,
        label: str,
        choices: Sequence[tuple[str, str]] = (),
        empty: str = "Tous",
        *,
        implied: bool = False,
        names: bool = False,
        **kwargs: Any,
    ) -> None:
        self.implied, self.names = implied, names
        widget = LeanSelect(attrs={"class": "form-select"})
        super().__init__(label=label, choices=[("", empty), *choices], widget=widget, **kwargs)

    def offer(self, choices: Sequence[tuple[Any, str]]) -> None:
        self.extra["choices"] = [*self.extra["choices"][:1], *choices]


class Words(Light, django_filters.Filter):
    """What is typed of a name, a number or a text."""

    field_class = forms.CharField

    def __init__(self, label: str, *, most: int = 120, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "maxlength": most})
        super().__init__(label=label, max_length=most, widget=widget, **kwargs)


class Day(Light, django_filters.Filter):
    """From the start of a day, or until its end (`lookup_expr="lt"`), on the reader's clock."""

    field_class = DayField

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if value is None or self.method is not None:
            return super().filter(qs, value)
        return qs.filter(**{f"{self.field_name}__lt": until(value)} if self.lookup_expr == "lt"
                         else {f"{self.field_name}__gte": midnight(value)})  # fmt: skip


class ListFilter(django_filters.FilterSet):
    """What one account asks of a list at `now`. `qs`: within one of its rights, filtered, not ordered."""

    #: Shown at once; the others are folded under « Autres filtres ».
    main: ClassVar[tuple[str, ...]] = ()
    #: Told in words of their own, by the list that has them.
    together: ClassVar[tuple[str, ...]] = ()
    scope = Choice("Périmètre", implied=True, method="by_scope")

    def __init__(self, data: QueryDict, *, user: User, now: datetime) -> None:
        super().__init__(data)
        self.user, self.now = user, now
        self.limits = attention.Limits(user.unit, now)
        self.clients: list[int] = []  # those the filter names, for the access log
        self.rights = list(self.model.objects.scopes_of(user))
        if len(self.rights) > 1:
            first, *others = self.rights
            self.filters["scope"].extra["choices"] = [("", first.label)]
            self.filters["scope"].offer([(right.value, right.label) for right in others])
        else:
            del self.filters["scope"]
        self.prepare()

    @property
    def model(self) -> Any:
        return self._meta.model

    def prepare(self) -> None:
        """Where the choices of this account are filled in."""

    @property
    def right(self) -> Scope | None:
        """The right this list is read by; None when the account has none."""
        asked = self.form.cleaned_data.get("scope") or (self.rights[0] if self.rights else None)
        return Scope(asked) if asked else None

    def by_scope(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        return qs  # `filter_queryset` has begun with it

    def base(self) -> QuerySet:
        return self.model.objects.within(self.user, self.right) if self.right else self.model.objects.none()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Nothing while a filter cannot be read: rows that were not asked for are no answer."""
        if self.form.errors:
            return self.model.objects.none()
        return super().filter_queryset(self.base())

    @property
    def described(self) -> list[str]:
        """The filter in words: « Couleur : rouge »; what holds without being asked is said too."""
        said = []
        for name, field in self.form.fields.items():
            value = self.form.cleaned_data.get(name)
            if isinstance(field, forms.ChoiceField):
                label = dict(map(_as_text, field.choices)).get(str(value or ""), "")
                if value or getattr(self.filters[name], "implied", False):
                    kept = self.filters[name].names and value != NOBODY
                    said.append(f"{field.label}\u00a0: {label if kept else in_sentence(label)}")
            elif value and name not in self.together:
                said.append(f"{field.label}\u00a0: {value:%d/%m/%Y}" if isinstance(field, DayField)
                            else f"{field.label}\u00a0: {value}")  # fmt: skip
        return said


def _as_text(pair: tuple[Any, Any]) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])


def colleagues(user: User) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Who may keep a case of this account's unit, and who may stand in, by name: one query.

    A manager's own team is named too, whatever its unit: the figures of « Mon unité » lead to its lists.
    """
    if not user.unit_id:
        return [], []
    managing = user.has_role(Role.MANAGER)
    people = _WITH_TEAM(unit=user.unit_id, manager=user.pk) if managing else _COLLEAGUES(unit=user.unit_id)
    named = [
        (str(pk), f"{last} {first}".strip() or login, keeps)
        for pk, last, first, login, keeps in sorted(
            people, key=lambda one: (person_key(one[1], one[2]), one[0])
        )
    ]
    return [(pk, name) for pk, name, keeps in named if keeps], [(pk, name) for pk, name, _ in named]


def _people(who: Q) -> QuerySet:
    """`boss`: who somebody answers to, by name, by the team, else as head of the unit."""
    support = User.groups.through.objects.filter(group__name=Role.SUPPORT).values("user")
    return (
        User.objects.alias(boss=Coalesce("manager", "team__manager", "unit__head"))
        .filter(Q(advisor_profile__isnull=False) | Q(pk__in=support), who)
        .order_by("pk")
        .values_list("pk", "last_name", "first_name", "username", "advisor_profile")
    )


_COLLEAGUES = Statement(lambda: _people(Q(unit=Param("unit"))))
_WITH_TEAM = Statement(lambda: _people(Q(unit=Param("unit")) | Q(boss=Param("manager"))))
