"""Where somebody stands under a version on a day: the check HR and the employee both read (domain.md §6.5, L60, L64)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation
from cases.names import name_key
from recognition import rules
from recognition.enums import SchemeState
from recognition.evidence.gather import gather
from recognition.findings import Person, Result
from recognition.models import SchemeVersion
from recognition.terms import Terms
from recognition.wording import period

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Check:
    """`person` None: no day of participation in the period, in a role the version pays or not."""

    scheme: SchemeVersion
    terms: Terms
    day: date
    cutoff: datetime
    person: Person | None
    result: Result | None

    @property
    def over(self) -> bool:
        """The period is over: what lacks can no more be done."""
        return self.day > self.terms.period_end or self.cutoff >= _midnight(self.terms.period_end + ONE_DAY)


def versions() -> list[SchemeVersion]:
    """Everything that was published, the latest period and number first. One statement."""
    return list(
        SchemeVersion.objects.select_related("programme")
        .exclude(state=SchemeState.DRAFT)
        .filter(period_start__isnull=False, period_end__isnull=False)
        .order_by("-period_start", "-number", "-pk")
    )


def version_on(known: Iterable[SchemeVersion], day: date) -> SchemeVersion | None:
    """The version whose period holds this day, an amendment before what it amends; else the last one begun before."""
    begun = [one for one in known if one.period_start and one.period_start <= day]
    holding = [one for one in begun if one.period_end and day <= one.period_end]
    if holding:
        return max(holding, key=lambda one: (one.period_start, one.number))
    return max(begun, key=lambda one: (one.period_end, one.number), default=None)


def check(scheme: SchemeVersion, employee_id: int, day: date, now: datetime) -> Check:
    """As known at the end of `day` (Paris), or now when the day still runs."""
    terms = scheme.terms()
    cutoff = min(now, _midnight(day + ONE_DAY) - timedelta(microseconds=1))
    found = gather(terms, cutoff=cutoff, employees=[employee_id], programme_id=scheme.programme_id)
    person = found[0][1] if found else None
    result = rules.judge(terms, person) if person else None
    return Check(scheme, terms, day, cutoff, person, result)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


# -- finding somebody ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A participant, for the list HR searches: the last participation begun tells the role."""

    pk: int
    username: str
    last_name: str
    first_name: str
    number: str
    unit: str
    role: str
    starts_on: date
    ends_on: date | None

    @property
    def name(self) -> str:
        """« Arnaud Eva », or the log-in of an account without a name: it is what the line links by."""
        return f"{self.last_name} {self.first_name}".strip() or self.username

    @property
    def role_label(self) -> str:
        return Role(self.role).label

    @property
    def span(self) -> str:
        if self.ends_on is None:
            return f"depuis le {self.starts_on:%d/%m/%Y}"
        return period(self.starts_on, self.ends_on)


def participants(words: str = "") -> list[Found]:
    """Whoever ever took part, by name; `words`: beginnings of names, without case nor accents, or a number."""
    account = ("pk", "username", "last_name", "first_name", "employee_number", "unit__name")
    rows = Participation.objects.order_by("employee", "-starts_on", "-pk").values_list(
        *(f"employee__{field}" for field in account), "role", "starts_on", "ends_on"
    )
    found: dict[int, Found] = {}
    for pk, username, last, first, number, unit, *held in rows:
        if pk not in found:
            found[pk] = Found(pk, username, last, first, number or "", unit or "", *held)
    keys = name_key(words).split()
    kept = [one for one in found.values() if _answers(one, words.strip(), keys)]
    return sorted(kept, key=lambda one: (name_key(one.last_name), name_key(one.first_name), one.pk))


def _answers(one: Found, words: str, keys: list[str]) -> bool:
    if not words or (one.number and one.number.casefold() == words.casefold()):
        return True
    names = name_key(f"{one.last_name} {one.first_name}").split()
    return bool(keys) and all(any(name.startswith(key) for name in names) for key in keys)
