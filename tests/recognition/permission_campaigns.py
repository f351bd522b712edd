"""The objects that the rows of recognition are about: a campaign in its state, an award, an appeal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from recognition.appeals import workflow as appeals
from recognition.models import Appeal, Award, Campaign
from tests.office import NOW
from tests.recognition.campaign_cast import ANSWER, DAY, WHY, Season

UNKNOWN = 10**9
ROUTES = frozenset(
    f"recognition:{name}"
    for name in (
        "campaigns", "campaign_new", "campaign", "campaign_awards", "campaign_awards_file", "campaign_award",
        "campaign_blocking", "campaign_payroll", "campaign_step", "envelope", "appeal_new", "appeals", "appeal",
        "appeal_withdraw", "appeal_decide", "appeal_second_level", "transparency", "transparency_file",
    )
)  # fmt: skip
CLOSED_BY = NOW - 40 * DAY


def set_up(scene: Any) -> None:
    """What the row is about, before anybody asks: what each ask does is undone. `scene`: tests.permission_cast.Scene."""
    name, objects = scene.row.route.removeprefix("recognition:"), scene.objects
    if scene.situation == "unknown" or name in ("campaigns", "appeals"):
        return
    if name.startswith("transparency") and scene.situation != "published":
        return
    season = objects["season"] = Season.of(scene.office)
    if name == "envelope":
        return
    if name in ("appeal_new", "appeal", "appeal_withdraw"):
        for user in list(scene.office.people.values()):
            if user.employee_number and user.username not in ("hr2", "hr3"):  # who validates
                season.joins(user.username)
        season.published(now=NOW)
        if name != "appeal_new":
            for award in Award.objects.select_related("employee"):
                _filed(season, award)
        return
    season.joins("advisor")
    if name == "campaign_new":
        return
    if name.startswith(("transparency", "appeal")):
        season.published(now=NOW)
        if name.startswith("appeal"):
            appeal = objects["appeal"] = _filed(season, season.award("advisor"))
            if name == "appeal_second_level":
                appeals.decide(
                    appeal.pk, accept=False, text=ANSWER, seen=1, actor=season.actor("hr2"), now=NOW
                )
        return
    objects["campaign"] = (
        season.closed(now=CLOSED_BY) if name == "campaign_payroll" else season.computed(now=NOW)
    )


def _filed(season: Season, award: Award) -> Appeal:
    actor = season.actor(award.employee.username)
    return appeals.file(award.pk, ground="other", text=WHY, observer_agreed=False, actor=actor, now=NOW)


def addresses(scene: Any, route: str, role: str) -> Iterator[str]:
    """Where the row is asked; what its POST carries is set on `scene`."""
    name = route.removeprefix("recognition:")
    yield reverse(route, args=_arguments(scene, name, role))


def _arguments(scene: Any, name: str, role: str) -> list[Any]:
    season: Season | None = scene.objects.get("season")
    if name in ("campaigns", "appeals") or name.startswith("transparency"):
        return []
    if season is None:
        steps = {"campaign_step": [UNKNOWN, "collect"], "campaign_award": [UNKNOWN, UNKNOWN]}
        return steps.get(name, [UNKNOWN])
    if name == "campaign_new":
        day = season.scheme.period_end.isoformat()
        scene.data = {"scheme": season.scheme.pk, "name": "Semestre", "reference_date": day, "unit": ""}
        return []
    if name == "envelope":
        scene.data = {
            "change": "top_up", "top_up-seen": season.envelope().version, "top_up-amount": "1", "top_up-reason": WHY
        }  # fmt: skip
        return [season.scheme.pk]
    if name in ("appeal_decide", "appeal_second_level"):
        appeal = Appeal.objects.get(pk=scene.objects["appeal"].pk)
        scene.data = {
            "version": appeal.version, "answer": "reject", "text": ANSWER, "on": NOW.date().isoformat(),
            "outcome": "confirmed", "second_text": ANSWER,
        }  # fmt: skip
        return [appeal.pk]
    if name.startswith("appeal"):
        whose = role if scene.situation == "mine" and role else "stranger"
        award = season.award(whose)
        scene.data = {"ground": "other", "text": WHY, "version": 1}
        return [award.pk if name == "appeal_new" else award.appeals.get().pk]
    campaign = Campaign.objects.get(pk=scene.objects["campaign"].pk)
    scene.data = {"version": campaign.version, "run": campaign.run}
    extra = {
        "campaign_step": [scene.action],
        "campaign_award": list(Award.objects.values_list("pk", flat=True)),
    }
    return [campaign.pk, *extra.get(name, [])]
