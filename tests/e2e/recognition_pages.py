"""The pages of recognition that axe looks at, and what they are of."""

from __future__ import annotations

from tests.office import Office
from tests.recognition import campaign_cast, improving, permission_mentoring
from tests.recognition.lived import half_year
from tests.recognition.people import story_of_participation
from tests.recognition.permission_scheme import simulated
from tests.recognition.scheme_cast import draft, published

#: role, or role_theme → pages, {names} being objects of the busy office
PAGES: dict[str, tuple[str, ...]] = {
    "advisor": (
        "/account/participation/", "/account/participation/texts/2026-1/", "/account/participation/{taking_part}/leave/",
        "/programme/", "/mentoring/", "/mentoring/calendar/", "/mentoring/{session}/", "/dossier-arcq/", "/arcq/lyon/",
        "/suggestions/", "/suggestions/?q=zzz", "/suggestions/new/", "/suggestions/new/?case={opened}",
        "/suggestions/{idea}/", "/suggestions/{idea}/effect/", "/suggestions/board/", "/scripts/", "/scripts/serie/",
        "/surveys/", "/surveys/{asking}/answer/", "/cases/{opened}/suggestions/",
        "/account/recognition/", "/account/recognition/eligibility/?on=2026-02-30",
        "/recognition/awards/{award}/appeal/", "/recognition/appeals/{appeal}/", "/recognition/transparency/?axis=role",
    ),
    "support": (
        "/scripts/new/", "/scripts/new/?code=serie", "/surveys/new/", "/surveys/{asking}/", "/surveys/{counted}/",
        "/surveys/{counted}/?by=role", "/surveys/{unsent}/",
    ),
    "backoffice": ("/suggestions/?signal=mine", "/suggestions/{posted}/"),
    "manager": (
        "/participants/", "/participants/designate/", "/participants/{taking_part}/exit/", "/exits/{file}/",
        "/account/participation/volunteer/",
    ),
    "trainer": (
        "/skills/", "/skills/?show=all", "/skills/validate/", "/skills/{skill}/",
        "/mentoring/", "/mentoring/calendar/", "/mentoring/calendar/?view=week", "/mentoring/new/",
        "/mentoring/{session}/", "/mentoring/{session}/edit/", "/mentoring/{disputed}/", "/dossier-arcq/",
        "/competencies/", "/competencies/?who=advisor", "/competencies/{leaver}/",
    ),
    "hr": (
        "/participants/", "/participants/?mode=choisi", "/exits/just-causes/", "/exits/{file}/", "/neutralised/", "/skills/",
        "/mentoring/follow-up/", "/mentoring/{disputed}/", "/dossier-arcq/people/?who=advisor",
        "/dossier-arcq/{leaver}/", "/arcq/", "/arcq/brest/publish/",
        "/suggestions/board/", "/surveys/{counted}/?by=unit",
        "/recognition/eligibility/", "/recognition/eligibility/?q=zzz", "/recognition/eligibility/{participant}/",
    ),
    "hr_campaign": (
        "/recognition/campaigns/", "/recognition/campaigns/new/", "/recognition/campaigns/{campaign}/",
        "/recognition/campaigns/{campaign}/awards/", "/recognition/campaigns/{campaign}/awards/?who=zzz",
        "/recognition/campaigns/{campaign}/awards/{award}/", "/recognition/campaigns/{campaign}/blocking/",
        "/recognition/envelopes/{scheme}/", "/recognition/appeals/", "/recognition/appeals/{appeal}/decide/",
    ),
    "hr_scheme": (
        "/recognition/schemes/", "/recognition/schemes/new/", "/recognition/schemes/{draft}/",
        "/recognition/schemes/{draft}/identity/", "/recognition/schemes/{draft}/period/",
        "/recognition/schemes/{draft}/roles/", "/recognition/schemes/{draft}/money/",
        "/recognition/schemes/{draft}/criteria/days_60/", "/recognition/schemes/{draft}/levels/level_2/",
        "/recognition/schemes/{draft}/publish/", "/recognition/schemes/{draft}/preview/",
        "/recognition/schemes/{version}/", "/recognition/simulations/", "/recognition/simulations/{simulation}/",
    ),
    "staffrep": (
        "/exits/", "/arcq/", "/recognition/conditions/", "/recognition/simulations/", "/recognition/simulations/{simulation}/",
        "/recognition/transparency/", "/recognition/transparency/?axis=level",
    ),
    "admin": (
        "/programme/", "/programme/at-demain/phases/", "/programme/at-demain/phases/{phase}/", "/programme/at-demain/lead/",
    ),
}  # fmt: skip


def busy(office: Office) -> dict[str, str]:
    """A programme that lives: name → what the addresses above call it."""
    refs = {"participant": str(office.people["colleague"].pk)}
    refs |= campaign_cast.a_campaign(office)
    half_year(office, 3)
    refs |= {"version": str(published(office, renewal="tacit", max_renewals=1).pk)}
    refs |= {"draft": str(draft(office, renewal="").pk), "simulation": str(simulated(office, 12).pk)}
    return refs | permission_mentoring.busy(office) | improving.busy(office) | story_of_participation(office)
