"""The pages of versions: HR writes and publishes, every employee reads (domain.md L56–L63, L69; HR stories 1–4)."""

from __future__ import annotations

import re
from datetime import date

import pytest

from atdemain.organisation.models import Participation
from recognition.models import BudgetEnvelope, SchemeVersion
from recognition.scheme import drafting, seeds
from tests.office import NOW, text_of
from tests.recognition.scheme_cast import HALF, actor, draft, programme, publish, published, second_hr

pytestmark = pytest.mark.django_db
BASE = "/recognition/schemes/"
HOSTILE = "<script>alert(1)</script> « l’un & l’autre » {{ x }} \u202e=1+1"


def page(row: SchemeVersion, tail: str = "") -> str:
    return f"{BASE}{row.pk}/{tail}"


def again(row: SchemeVersion) -> SchemeVersion:
    return SchemeVersion.objects.get(pk=row.pk)


def identity(row: SchemeVersion, **changes: str) -> dict[str, str]:
    return {
        "version": str(row.version), "name": "Inclusive", "legal_basis": "unilateral_decision",
        "decided_on": "2026-01-05", "document_url": "", "org-TOTAL_FORMS": "2", "org-INITIAL_FORMS": "0",
    } | changes  # fmt: skip


def test_versions_are_listed_with_their_end_and_an_empty_list_says_what_to_do(office):
    browser = office.browser("hr")
    assert "Aucun" in text_of(browser.get(BASE))
    published(office, renewal="tacit", max_renewals=2)
    shown = text_of(browser.get(BASE))
    assert "01/01/2027" in shown
    assert "Reconduction tacite, 0 sur 2" in shown


def test_draft_is_opened_from_nothing_and_says_all_that_it_lacks(office):
    browser = office.browser("hr")
    answer = browser.post(f"{BASE}new/", {"start": f"blank:{programme().pk}"}, follow=True)
    shown = text_of(answer)
    assert "Ce qui manque pour publier" in shown
    for told in ("Donnez un nom", "Donnez le premier jour", "au moins un critère", "au moins un niveau"):
        assert told in shown
    row = SchemeVersion.objects.get()
    assert f"{page(row, 'period/')}#id_period_start" in answer.content.decode()


def test_draft_is_not_opened_from_what_is_not_offered(office):
    row = draft(office)
    browser = office.browser("hr")
    for start in ("", f"copy:{row.pk}", "blank:999", "amend:x"):
        answer = browser.post(f"{BASE}new/", {"start": start})
        assert answer.status_code == 422
    assert SchemeVersion.objects.count() == 1


def test_identity_is_saved_with_its_signatories_in_hundredths(office):
    row = draft(office)
    sent = identity(
        row, **{"org-0-organisation": "Organisation A", "org-0-weight_bp": "30,5", "org-0-signed": "on"}
    )
    assert office.browser("hr").post(page(row, "identity/"), sent).status_code == 302
    assert again(row).signatories == [{"organisation": "Organisation A", "signed": True, "weight_bp": 30_50}]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"decided_on": "2027-01-05"}, "datée d’un jour à venir"),
        ({"decided_on": "hier"}, "Ce jour n’existe pas"),
        ({"document_url": "javascript:alert(1)"}, "Une adresse complète"),
        ({"org-0-organisation": "A", "org-0-weight_bp": "101"}, "Une part va de 0 à 100"),
        ({"org-0-organisation": "A", "org-0-weight_bp": "-1"}, "Une part va de 0 à 100"),
        ({"org-0-organisation": "", "org-0-weight_bp": "10"}, "Nommez l’organisation"),
        ({"org-0-organisation": "A", "org-1-organisation": "A"}, "citée deux fois"),
        ({"legal_basis": "caprice"}, "Choisissez dans la liste"),
    ],
)
def test_identity_that_is_wrong_is_refused_at_its_field_and_kept(office, sent, told):
    row = draft(office)
    answer = office.browser("hr").post(page(row, "identity/"), identity(row, name="Gardé", **sent))
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert 'value="Gardé"' in answer.content.decode()
    assert again(row).name == "Inclusive"


PERIOD = {
    "period_start": "2027-01-01",
    "period_end": "2027-06-30",
    "renewal": "none",
    "max_renewals": "0",
    "notice_days": "30",
    "appeal_days": "30",
}


@pytest.mark.parametrize(
    ("sent", "field", "told"),
    [
        ({"period_end": "2026-12-31"}, "period_end", "La période finit avant de commencer"),
        ({"period_end": "2027-02-29"}, "period_end", "Ce jour n’existe pas"),
        ({"period_start": "2026-12-15"}, "period_start", "La version 1 couvre déjà"),
        ({"notice_days": "-1"}, "notice_days", "n’est pas négatif"),
        ({"notice_days": "400"}, "notice_days", "plus long que la période"),
        ({"max_renewals": "2"}, "max_renewals", "Sans reconduction"),
        ({"appeal_days": "9999"}, "appeal_days", "démesuré"),
    ],
)
def test_period_that_is_wrong_is_refused_at_its_field(office, sent, field, told):
    published(
        office,
        seeds.inclusive(date(2026, 12, 12), date(2026, 12, 31)),
        envelope=1,
        criteria={
            "days": {
                "label": "Jours",
                "source": "active_days",
                "comparator": "at_least",
                "threshold": 5,
                "unit": "days",
                "roles": list(seeds.ROLES),
            },
        },
        levels=[
            {
                "code": "level_1",
                "rank": 1,
                "label": "Niveau 1",
                "amounts": dict.fromkeys(seeds.ROLES, 1),
                "condition": {"criterion": "days"},
            }
        ],
        notice_days=1,
    )
    row = draft(office)
    answer = office.browser("hr").post(page(row, "period/"), {"version": row.version, **PERIOD, **sent})
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_period_left_blank_is_saved_and_told_as_missing(office):
    row = draft(office)
    browser = office.browser("hr")
    assert browser.post(page(row, "period/"), {"version": row.version}).status_code == 302
    assert "Dites si la version se reconduit" in text_of(browser.get(page(row)))


def test_money_is_typed_in_euros_and_stored_in_cents(office):
    row = draft(office)
    sent = {
        "version": row.version,
        "envelope_cents": "48 000,5",
        "reserve_bp": "7,5",
        "budget_policy": "scale",
        "proration": "calendar_days",
    }
    assert office.browser("hr").post(page(row, "money/"), sent).status_code == 302
    envelope = BudgetEnvelope.objects.get(scheme=row)
    assert (envelope.total_cents, envelope.reserve_bp, again(row).budget_policy) == (48_000_50, 7_50, "scale")


@pytest.mark.parametrize("typed", ["-1", "12,345", "mille", "1e5", "0", "nan"])
def test_envelope_that_is_no_amount_is_refused(office, typed):
    row = draft(office)
    answer = office.browser("hr").post(
        page(row, "money/"), {"version": row.version, "envelope_cents": typed, "budget_policy": "block"}
    )
    assert answer.status_code == 422
    assert BudgetEnvelope.objects.get(scheme=row).total_cents == 60_000_00


def criterion(row: SchemeVersion, **changes) -> dict[str, object]:
    return {
        "version": row.version, "label": "Accompagnement", "source": "mentoring_minutes", "comparator": "at_least",
        "threshold": "9 h 30", "roles": ["advisor"],
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "minutes"), [("9 h 30", 570), ("9,5", 570), ("14", 840), ("90 min", 90), ("14h", 840)]
)
def test_criterion_on_a_time_is_typed_in_hours_and_stored_in_minutes(office, typed, minutes):
    row = draft(office)
    answer = office.browser("hr").post(page(row, "criteria/new/"), criterion(row, threshold=typed))
    assert answer.status_code == 302
    stored = again(row).criteria["accompagnement"]
    assert (stored["threshold"], stored["unit"]) == (minutes, "minutes")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": ""}, "un critère qui ne se vérifie pas"),
        ({"source": "contract_type"}, "Type de contrat"),
        ({"source": "mode"}, "Un salarié désigné est traité comme un volontaire"),
        ({"source": "calls_per_hour"}, "La productivité individuelle n’est jamais un critère"),
        ({"source": "horoscope"}, "Source inconnue"),
        ({"label": ""}, "Nommez le critère"),
        ({"threshold": ""}, "Donnez le seuil"),
        ({"threshold": "-3"}, "n’est pas négatif"),
        ({"threshold": "9 h 75"}, "Un temps"),
        ({"roles": []}, "à quels rôles"),
        ({"roles": ["astronaut"]}, "Ce rôle n’existe pas"),
        ({"comparator": "is_true"}, "se compare à un seuil"),
        ({"source": "briefing_weeks", "threshold": "101", "roles": ["manager"]}, "ne dépasse pas 100"),
        ({"source": "named_contacts", "threshold": "1"}, "ne dit rien du rôle"),
    ],
)
def test_criterion_that_is_wrong_is_refused_at_its_field_and_nothing_is_written(office, changes, told):
    row = draft(office)
    answer = office.browser("hr").post(page(row, "criteria/new/"), criterion(row, **changes))
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert again(row).criteria == row.criteria


def test_criterion_by_yes_or_no_has_no_threshold_to_type(office):
    row = draft(office)
    sent = criterion(row, label="Formé", source="base_training", comparator="is_true", threshold="")
    assert office.browser("hr").post(page(row, "criteria/new/"), sent).status_code == 302
    assert again(row).criteria["forme"]["threshold"] == 1


def test_criterion_is_changed_and_taken_away(office):
    row = draft(office)
    browser = office.browser("hr")
    shown = browser.get(page(row, "criteria/mentoring_14/")).content.decode()
    assert 'value="14\u00a0h"' in shown
    browser.post(page(row, "criteria/mentoring_14/"), criterion(row, threshold="15"))
    assert again(row).criteria["mentoring_14"]["threshold"] == 900
    browser.post(page(row, "criteria/mentoring_14/"), {"version": again(row).version, "op": "remove"})
    assert "mentoring_14" not in again(row).criteria
    assert "un critère qui n’existe pas" in text_of(browser.get(page(row)))


@pytest.mark.parametrize("place", ["criteria/mentoring_14/", "levels/level_1/"])
def test_enter_saves_and_takes_nothing_away(office, place):
    """A browser presses the first button of the form."""
    shown = office.browser("hr").get(page(draft(office), place)).content.decode()
    main = shown[shown.index("<main") :]
    first = re.search(r"<button[^>]*type=\"submit\"[^>]*>", main)
    assert first is not None
    assert "name=" not in first[0]


def level(row: SchemeVersion, rows: list[tuple[int, str]], **changes) -> dict[str, object]:
    amounts = {f"amount_{role}": "900" for role in seeds.ROLES}
    return {
        "version": row.version, "label": "Niveau 3", "rank": "3", **amounts,
        "depth": [str(depth) for depth, _ in rows], "what": [what for _, what in rows],
    } | changes  # fmt: skip


TREE = [
    (0, "level:level_1"),
    (0, "any"),
    (1, "criterion:still_in"),
    (1, "all"),
    (2, "criterion:just_exit"),
    (2, "criterion:days_60"),
    (0, "criterion:days_60"),
]


def test_level_is_written_as_rows_and_stored_as_a_tree(office):
    row = draft(office)
    assert office.browser("hr").post(page(row, "levels/new/"), level(row, TREE)).status_code == 302
    made = again(row).levels[2]
    assert made["condition"] == {
        "all": [
            {"same_as": "level_1"},
            {
                "any": [
                    {"criterion": "still_in"},
                    {"all": [{"criterion": "just_exit"}, {"criterion": "days_60"}]},
                ]
            },
            {"criterion": "days_60"},
        ]
    }
    assert made["amounts"] == dict.fromkeys(seeds.ROLES, 900_00)


def test_level_saved_as_it_is_shown_changes_nothing(office):
    row = draft(office)
    browser = office.browser("hr")
    for one in row.levels:
        response = browser.get(page(row, f"levels/{one['code']}/"))
        rows = [(item.depth, item.what) for item in response.context["rows"]]
        sent = level(row, rows, label=one["label"], rank=str(one["rank"]))
        sent |= {f"amount_{role}": f"{cents // 100},00" for role, cents in one["amounts"].items()}
        assert browser.post(page(row, f"levels/{one['code']}/"), sent).status_code == 302
    assert (again(row).levels, again(row).version) == (row.levels, row.version)


@pytest.mark.parametrize(
    ("rows", "changes", "told"),
    [
        (TREE, {"amount_support": ""}, "Donnez le montant"),
        (TREE, {"amount_support": "-5"}, "n’est pas négatif"),
        (TREE, {"amount_support": "100"}, "donne moins que le précédent"),
        (TREE, {"rank": "1"}, "Deux niveaux ont le rang 1"),
        (TREE, {"rank": "0"}, "Le premier rang est 1"),
        ([(0, "any")], {}, "est vide"),
        ([(1, "criterion:days_60")], {}, "en retrait sous une ligne"),
        ([(0, "criterion:days_60"), (1, "criterion:still_in")], {}, "en retrait sous une ligne"),
        ([(0, "criterion:nowhere")], {}, "un critère qui n’existe pas"),
        ([(0, "level:nowhere")], {}, "un niveau qui n’existe pas"),
        ([(0, "whatever")], {}, "Choisissez ce que dit cette ligne"),
        ([(0, "criterion:days_60")] * 121, {}, "n’ont pas été lues"),
    ],
)
def test_level_that_is_wrong_is_refused_where_it_is(office, rows, changes, told):
    row = draft(office)
    answer = office.browser("hr").post(page(row, "levels/new/"), level(row, rows, **changes))
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert again(row).levels == row.levels


def test_levels_that_refer_to_each_other_are_refused_on_the_page(office):
    row = draft(office)
    sent = level(row, [(0, "level:level_2")], label="Niveau 1", rank="1")
    sent |= {f"amount_{role}": "400" for role in seeds.ROLES}
    answer = office.browser("hr").post(page(row, "levels/level_1/"), sent)
    assert answer.status_code == 422
    assert "renvoie à elle-même" in text_of(answer)


def test_rows_of_a_level_move_without_script_and_write_nothing(office):
    row = draft(office)
    browser = office.browser("hr")
    rows = [(0, "criterion:days_60"), (0, "criterion:trained")]
    for op, expected in (
        ("down:0", ["criterion:trained", "criterion:days_60"]),
        ("up:1", ["criterion:trained", "criterion:days_60"]),
        ("remove:0", ["criterion:trained"]),
        ("add", ["criterion:days_60", "criterion:trained", ""]),
        ("up:0", ["criterion:days_60", "criterion:trained"]),
        ("remove:99", ["criterion:days_60", "criterion:trained"]),
    ):
        response = browser.post(page(row, "levels/level_1/"), level(row, rows, label="Gardé", op=op))
        assert response.status_code == 200
        assert [item.what for item in response.context["rows"]] == expected
        assert 'value="Gardé"' in response.content.decode()
    assert again(row).version == row.version


# -- two people at once ----------------------------------------------------------------------------------


def test_section_saved_over_somebody_elses_change_is_a_conflict_that_keeps_what_was_typed(office):
    row = draft(office)
    second = second_hr(office)
    drafting.change(
        row.pk, {"notice_days": 20}, version=row.version, by=second, actor=actor(office, "hr2"), now=NOW
    )
    browser = office.browser("hr")
    answer = browser.post(page(row, "identity/"), identity(row, name="La mienne"))
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "Nadia Benali a modifié cette version le 10/11/2026" in shown
    assert 'value="La mienne"' in answer.content.decode()
    assert again(row).name == "Inclusive"
    assert browser.post(page(row, "identity/"), identity(again(row), name="La mienne")).status_code == 302
    assert (again(row).name, again(row).notice_days) == ("La mienne", 20)


def test_section_saved_after_the_publication_is_a_conflict(office):
    row = draft(office)
    publish(office, row)
    answer = office.browser("hr").post(page(row, "identity/"), identity(row))
    assert answer.status_code == 409
    assert "est publiée par Nadia Benali" in text_of(answer)


def test_draft_dropped_meanwhile_is_unknown(office):
    row = draft(office)
    drafting.drop(row.pk, version=row.version, actor=actor(office), now=NOW)
    assert office.browser("hr").post(page(row, "identity/"), identity(row)).status_code == 404


# -- publishing ------------------------------------------------------------------------------------------


def confirmed(row: SchemeVersion, number: object = None) -> dict[str, object]:
    return {"version": row.version, "confirmed": row.number if number is None else number}


def test_hr_who_tries_to_publish_what_starts_today_is_refused(office):
    row = draft(office, seeds.inclusive(date(2026, 11, 10), date(2027, 5, 10)), by="hr")
    second_hr(office)
    answer = office.browser("hr2").post(page(row, "publish/"), confirmed(row))
    assert answer.status_code == 422
    assert "choisissez un premier jour à venir" in text_of(answer)
    assert again(row).state == "draft"


def test_hr_who_forgets_the_renewal_clause_is_refused_and_led_to_it(office):
    row = draft(office, renewal="", max_renewals=None)
    answer = office.browser("hr2").post(page(row, "publish/"), confirmed(row))
    assert answer.status_code == 422
    assert "Dites si la version se reconduit" in text_of(answer)
    assert f"{page(row, 'period/')}#id_renewal" in answer.content.decode()


def test_hr_publishes_the_second_version_and_reads_its_difference_with_the_first(office):
    first = published(
        office, seeds.historical(date(2026, 12, 12), date(2026, 12, 31)), name="Historique", notice_days=1
    )
    row = draft(office)
    browser = office.browser("hr2")
    shown = text_of(browser.get(page(row)))
    assert f"Différences avec la version {first.number}" in shown
    answer = browser.post(page(row, "publish/"), confirmed(row), follow=True)
    assert "est publiée" in text_of(answer)
    read = text_of(office.browser("advisor").get(f"/recognition/conditions/{programme().code}/{row.number}/"))
    assert f"Différences avec la version {first.number}" in read
    assert "Avoir participé à la phase pilote" in read


@pytest.mark.parametrize("typed", ["", "0", "oui", "99"])
def test_publication_that_is_not_confirmed_is_refused(office, typed):
    row = draft(office)
    answer = office.browser("hr2").post(page(row, "publish/"), confirmed(row, typed))
    assert answer.status_code == 422
    assert again(row).state == "draft"


def test_writer_reads_why_somebody_else_must_publish(office):
    row = draft(office)
    browser = office.browser("hr")
    assert "Vous avez rédigé cette version" in text_of(browser.get(page(row, "publish/")))
    answer = browser.post(page(row, "publish/"), confirmed(row))
    assert answer.status_code == 422
    assert again(row).state == "draft"


def test_publication_of_a_draft_changed_since_is_a_conflict(office):
    row = draft(office)
    drafting.change(
        row.pk, {"name": "Autre"}, version=row.version, by=office.people["hr"], actor=actor(office), now=NOW
    )
    answer = office.browser("hr2").post(page(row, "publish/"), confirmed(row))
    assert answer.status_code == 409
    assert again(row).state == "draft"


def test_amendment_that_takes_from_somebody_names_them_to_hr(office):
    Participation.objects.create(
        employee=office.people["colleague"], programme=programme(), role="advisor", mode="volunteer",
        starts_on=date(2026, 1, 1), consent="accepted",
    )  # fmt: skip
    days = {
        "label": "Jours",
        "source": "active_days",
        "comparator": "at_least",
        "threshold": 60,
        "unit": "days",
        "roles": ["advisor"],
    }
    one = {
        "code": "level_1",
        "rank": 1,
        "label": "Niveau 1",
        "amounts": {"advisor": 400_00},
        "condition": {"criterion": "days"},
    }
    row = published(office, eligible_roles=["advisor"], criteria={"days": days}, levels=[one])
    hr = office.people["hr"]
    worse = drafting.amending(row, by=hr, actor=actor(office), now=NOW)
    worse = drafting.change(
        worse.pk, {"levels": [one | {"amounts": {"advisor": 399_00}}]}, version=worse.version, by=hr,
        actor=actor(office), now=NOW,
    )  # fmt: skip
    answer = office.browser("hr2").post(page(worse, "publish/"), confirmed(worse))
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "1 personne y perdrait" in shown
    assert str(office.people["colleague"]) in shown


# -- what employees read ---------------------------------------------------------------------------------


def test_conditions_are_read_by_every_employee_dated_with_their_hash_and_their_end(office):
    row = published(office, renewal="tacit", max_renewals=2, document_url="https://intranet.example/d.pdf")
    address = f"/recognition/conditions/{programme().code}/{row.number}/"
    for who in ("advisor", "support", "trainer", "backoffice", "manager", "staffrep", "admin"):
        browser = office.browser(who)
        answer = browser.get("/recognition/conditions/", follow=True)
        assert answer.redirect_chain == [(address, 302)]
        shown = text_of(answer)
        for told in (
            "Version 1", "10/11/2026", "01/01/2027", "30/06/2027", row.content_hash, "2 fois au plus",
            "Conseiller client", "Spécialiste back-office", "400,00", "Au moins 14 h d’accompagnement co-signées",
            "le type de contrat", "contester pendant 30 jours", "Staffrep Essai", "Décision unilatérale",
        ):  # fmt: skip
            assert told in shown, told


def test_conditions_show_each_role_what_is_asked_of_it_alone(office):
    row = published(office)
    response = office.browser("manager").get(f"/recognition/conditions/{programme().code}/{row.number}/")
    manager = next(one for one in response.context["by_role"] if one["role"] == "Manager")
    assert [line.text for line in manager["levels"][0]["lines"]] == [
        "Au moins 60 jours de participation",
        "Au moins 80 % des semaines avec un briefing de l’équipe",
    ]
    assert [line.text for line in manager["levels"][1]["lines"]] == [
        "Les conditions de « Niveau 1 »",
        "Au moins 100 % des alertes de charge de l’équipe traitées en un jour",
    ]


def test_conditions_say_what_is_counted_as_it_is_counted(office):
    """What an exit without a just cause costs, the delay to sign, refused suggestions (domain.md §6.3, §11)."""
    row = published(office)
    shown = text_of(
        office.browser("advisor").get(f"/recognition/conditions/{programme().code}/{row.number}/")
    )
    assert "les propositions déposées, refusées comprises, hors doublons et retraits" in shown
    assert "Au moins 2 évolutions de script écrites ou proposées" in shown
    assert "sans juste motif ne donne droit à aucun montant pour la période" in shown
    assert "accompagné dans les 14 jours" in shown.replace("\u00a0", " ")
    assert "les 90 jours d’avant" in shown.replace("\u00a0", " ")


def test_conditions_of_a_draft_are_unknown_to_all_and_previewed_by_hr(office):
    row = draft(office)
    address = f"/recognition/conditions/{programme().code}/{row.number}/"
    assert office.browser("advisor").get(address).status_code == 404
    assert office.browser("hr").get(address).status_code == 404
    assert "Aperçu d’un brouillon" in text_of(office.browser("hr").get(page(row, "preview/")))
    assert "Aucune version n’est publiée" in text_of(
        office.browser("advisor").get("/recognition/conditions/")
    )


def test_empty_draft_is_previewed_without_an_error(office):
    second_hr(office)
    row = drafting.new(programme(), by=office.people["hr"], actor=actor(office), now=NOW)
    assert "ne se lisent pas encore" in text_of(office.browser("hr").get(page(row, "preview/")))


def test_hostile_words_are_shown_as_they_are(office):
    criteria = seeds.content(seeds.inclusive(*HALF))["criteria"]
    criteria["days_60"]["label"] = HOSTILE[:80]
    names = [{"organisation": HOSTILE[:80], "signed": True, "weight_bp": 10_00}]
    row = published(office, criteria=criteria, name=HOSTILE[:60], signatories=names)
    for who, address in (
        ("hr", page(row)), ("hr", BASE), ("advisor", f"/recognition/conditions/{programme().code}/{row.number}/"),
    ):  # fmt: skip
        shown = office.browser(who).get(address).content.decode()
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown


def test_renewal_is_stopped_from_the_page(office):
    row = published(office, renewal="tacit", max_renewals=1)
    browser = office.browser("hr")
    assert "Ne pas reconduire" in text_of(browser.get(page(row)))
    answer = browser.post(page(row, "stop/"), {"version": row.version}, follow=True)
    assert "ne sera pas reconduite" in text_of(answer)
    assert again(row).renewal_stopped_on == date(2026, 11, 10)
