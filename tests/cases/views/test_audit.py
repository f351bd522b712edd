"""The audit of a case: each step in words, the chain judged on display, the time in each state, who looked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.journal import triggers
from atdemain.journal.access import log_access
from atdemain.journal.chain import COLUMNS, event_hash
from atdemain.journal.enums import AccessAction, Purpose
from atdemain.journal.erasure import erase_personal
from atdemain.journal.models import AccessLog, AuditEvent, AuditPayload
from atdemain.journal.record import Entry, record_many
from atdemain.organisation.models import Programme, UnitParticipation
from cases import clients, workflow
from cases.models import Case
from tests.office import HOUR, NOW, THURSDAY, TOLD, Office, text_of

pytestmark = pytest.mark.django_db


def audit(office: Office, case: Case, who: str = "manager", query: str = ""):
    return office.browser(who).get(f"/cases/{case.ref}/audit/{query}")


def words(office: Office, case: Case, who: str = "manager", query: str = "") -> str:
    page = audit(office, case, who, query)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(page)))


def steps_of(said: str) -> str:
    return said[said.index("Toutes les étapes") :]


# -- what it tells -------------------------------------------------------------------------------------------


def test_each_step_says_who_when_what_changed_and_from_where(office):
    case = office.case("escalated", at=NOW - 6 * HOUR)
    said = steps_of(words(office, case))
    assert "10/11/2026 09:30:00" in said  # the unit's clock
    assert "Advisor Essai conseiller client" in said
    assert "Escaladé vers BO-Cuivre (orange)" in said
    assert "État : Ouvert → devient" not in said
    assert re.search(r"État ?:? ?Ouvert → Escaladé", said)
    assert "Paires inversées au répartiteur, à reprendre." in said
    assert "page de l’application" in said
    assert "version 3 du dossier" in said


def test_old_and_new_are_words_and_names_never_codes_nor_numbers(office):
    case = office.case("opened")
    office.do(case, "set_colour", "manager", colour="red", reason="Le client est isolé.")
    office.do(case, "assign", "manager", advisor=office.people["colleague"].pk, reason_code="load")
    said = steps_of(words(office, case))
    assert re.search(r"Couleur ?:? ?Orange → Rouge", said)
    assert re.search(r"Conseiller en charge ?:? ?Advisor Essai → Colleague Essai", said)
    for code in ("owner_id", "set_colour", "callback_due", "opened", "'red'", "None", "page)"):
        assert code not in said


def test_a_refusal_is_a_step_with_its_reason(office):
    case = office.case("resolved")
    with pytest.raises(workflow.Refused):
        office.do(case, "escalate", "advisor", summary="x")
    said = steps_of(words(office, case))
    assert "Refusé : escalader. Raison : pas possible dans l’état où était le dossier." in said


def test_the_rule_that_opened_the_case_is_named_with_its_version_and_linked(office):
    programme, lyon = Programme.objects.get(), office.units["lyon"]
    UnitParticipation.objects.create(programme=programme, unit=lyon, participates=True)
    client = office.client("Léa Moreau")
    for days in (3, 2, 1):
        office.contact(client, NOW - timedelta(days=days))
    case = Case.objects.get(client=client)
    page = audit(office, case)
    assert f'href="/cases/{case.ref}/#why-case">règle R1 v' in page.content.decode()
    assert 'id="why-case"' in office.browser("manager").get(f"/cases/{case.ref}/").content.decode()


def test_the_time_in_each_state_is_told_in_business_and_elapsed_time(office):
    case = office.case("callback_due", at=NOW - 6 * HOUR)
    said = words(office, case)
    table = said[said.index("Temps passé dans chaque état") : said.index("Comment lire")]
    assert re.search(r"Rappel à faire 100 % 1 6 h 0 min 6 h 0 min", table)


def test_erased_values_are_said_with_their_day_and_the_chain_still_holds(office):
    case = office.case("opened")
    office.do(case, "add_note", "advisor", text="Le client préfère le matin.")
    erase_personal("case", [case.pk], actor=office.actor("admin"), at=NOW + HOUR)
    said = words(office, case)
    assert "Le client préfère le matin." not in said
    assert "Valeur effacée le 10/11/2026" in said
    assert "Valeurs personnelles effacées : 2 étapes de l’historique." in said
    assert "Chaîne vérifiée" in said


def test_what_people_typed_is_words_never_markup(office):
    case = office.case("opened")
    office.do(case, "add_note", "advisor", text="<script>alert(1)</script>")
    body = audit(office, case).content.decode()
    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)" in body


# -- the chain -------------------------------------------------------------------------------------------------


@pytest.fixture
def unguarded(db):
    with triggers.without_triggers(connection):
        yield


def rows(case: Case):
    return AuditEvent.objects.filter(object_type="case", object_id=str(case.pk))


def told_case(office: Office) -> Case:
    case = office.case("resolved")
    for number in range(3):
        office.do(case, "add_note", "advisor", text=f"Note numéro {number}.")
    return case


def test_an_untouched_chain_is_said_to_hold_with_its_number_of_rows(office):
    case = told_case(office)
    assert f"Chaîne vérifiée : {rows(case).count()} lignes." in words(office, case)


def edit(case: Case) -> None:
    rows(case).filter(seq=3).update(action="confirm")


def edit_personal_value(case: Case) -> None:
    AuditPayload.objects.filter(event__in=rows(case).filter(seq=3)).update(body={"told": "autre chose"})


def remove(case: Case) -> None:
    AuditPayload.objects.filter(event__in=rows(case).filter(seq=3)).delete()
    rows(case).filter(seq=3).delete()


def swap(case: Case) -> None:
    for seq, place in ((3, 90), (4, 3), (90, 4)):
        rows(case).filter(seq=seq).update(seq=place)


def replace(case: Case) -> None:
    event = rows(case).get(seq=3)
    columns = rows(case).filter(seq=3).values(*COLUMNS).get() | {"reason_code": "autre"}
    rows(case).filter(seq=3).update(reason_code="autre", hash=event_hash(event.prev_hash, columns))


def cut(case: Case) -> None:
    last = rows(case).order_by("-seq").first()
    AuditPayload.objects.filter(event=last).delete()
    rows(case).filter(pk=last.pk).delete()


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (edit, "étape 3 : modifiée après son écriture"),
        (edit_personal_value, "étape 3 : modifiée après son écriture"),
        (remove, "étape 3 : supprimée"),
        (swap, "étape 4 : échangée avec une autre"),
        (replace, "étape 3 : remplacée par une autre"),
        (cut, "étape 6 : supprimée à la fin de la chaîne"),
    ],
    ids=["edited", "personal value edited", "removed", "swapped", "replaced", "truncated"],
)
def test_a_tampered_row_of_each_kind_is_named(office, unguarded, tamper, named):
    case = told_case(office)
    assert rows(case).count() == 6
    tamper(case)
    page = audit(office, case)
    said = re.sub(r"<[^>]+>", "", text_of(page))
    assert "La chaîne ne tient pas" in said
    assert named in said
    assert "Chaîne vérifiée" not in said
    gone = tamper in (remove, cut)
    assert ("at-tampered" in page.content.decode()) is not gone


def test_a_deleted_end_whose_head_was_adjusted_is_seen_by_the_file_outside(
    office, unguarded, settings, tmp_path
):
    settings.JOURNAL_HEADS = str(tmp_path / "heads.log")
    case = told_case(office)
    lines = [f"\ncase {case.pk} {one.seq} {one.hash}" for one in rows(case)]
    (tmp_path / "heads.log").write_text("\ncase 1234567 1 " + "0" * 64 + "".join(lines))
    assert "ceux que garde le fichier des têtes de chaîne" in words(office, case)
    cut(case)
    last = rows(case).order_by("-seq").first()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE journal_journalhead SET seq = %s, hash = %s", [last.seq, last.hash])
    assert "étape 6 : supprimée à la fin de la chaîne" in words(office, case)


def test_without_a_file_outside_the_page_says_what_it_cannot_prove(office):
    assert "aucun fichier extérieur n’en garde la tête" in words(office, office.case())


# -- who reads it, and what that leaves ------------------------------------------------------------------------


def test_the_advisor_reads_the_audit_of_the_own_case_but_not_who_looked_at_it(office):
    case = office.case("opened")
    office.browser("colleague").get(f"/cases/{case.ref}/")
    assert "Colleague Essai" not in words(office, case, "advisor")
    assert "Qui a consulté" not in words(office, case, "advisor")
    assert audit(office, case, "colleague").status_code == 403


def test_the_case_links_to_its_audit_for_whoever_may_read_it(office):
    case = office.case("opened")
    link = f'href="/cases/{case.ref}/audit/"'
    for who, has in (("advisor", True), ("manager", True), ("colleague", False), ("support", False)):
        assert (link in office.browser(who).get(f"/cases/{case.ref}/").content.decode()) is has


def test_who_looked_is_told_by_person_and_day_with_the_purpose(office, clock):
    case = office.case("opened")
    for _ in range(3):
        office.browser("colleague").get(f"/cases/{case.ref}/")
        clock.shift(HOUR / 4)
    office.browser("advisor").get(f"/clients/{case.client.client_ref}/")
    other = office.case("opened", client=None)
    office.browser("support").get(f"/cases/{other.ref}/")
    said = words(office, case)
    seen = said[said.index("Qui a consulté ce dossier") :]
    assert (
        "10/11/2026 Colleague Essai conseiller client Travail de son unité Consultation, dossier 15:30 – 16:00, 3 fois"
        in seen
    )
    assert "Suivi d’un dossier dont on a la charge Consultation, fiche du client" in seen
    assert "Support Essai" not in seen


def test_who_looked_is_still_told_once_two_records_are_merged_then_parted(office, clock):
    case, kept = office.case("opened"), office.client("Jeanne Martin")
    office.browser("colleague").get(f"/cases/{case.ref}/")
    why = "La même personne, deux fiches."
    clients.merge(kept.pk, case.client_id, actor=office.actor("admin"), now=NOW, reason=why)
    office.browser("support").get(f"/cases/{case.ref}/")
    for parted in (False, True):
        if parted:
            clock.shift(HOUR)
            clients.split(
                case.client_id, actor=office.actor("admin"), now=NOW + HOUR, reason="Deux homonymes, en fait."
            )
        said = words(office, case)
        seen = said[said.index("Qui a consulté ce dossier") :]
        assert "Colleague Essai" in seen
        assert "Support Essai" in seen


def test_what_a_data_protection_officer_read_is_not_the_managers_to_see(office):
    case = office.case("opened")
    for purpose in (Purpose.DATA_PROTECTION, Purpose.CLIENT_REQUEST, Purpose.UNIT):
        log_access(
            office.actor("colleague" if purpose is Purpose.UNIT else "dpo"),
            AccessAction.VIEW,
            "client",
            case.client.pk,
            client_id=case.client_id,
            purpose=purpose,
        )
    said = words(office, case)
    seen = said[said.index("Qui a consulté ce dossier") :]
    assert "Colleague Essai" in seen
    assert "Dpo Essai" not in seen


def test_reading_the_audit_leaves_one_row_with_its_purpose(office):
    case = office.case("opened")
    before = AccessLog.objects.count()
    audit(office, case)
    row = AccessLog.objects.order_by("-pk").first()
    assert AccessLog.objects.count() == before + 1
    assert (row.purpose, row.client_id, row.user.username) == ("audit", case.client_id, "manager")


def test_a_long_story_is_paged_and_shown_whole_for_paper_in_as_many_queries(office):
    case = office.case("opened")
    actors = [office.actor("advisor"), office.actor("manager")]
    record_many(
        Entry("case", case.pk, "add_note", actors[n % 2], NOW, personal={"text": f"Note {n}."})
        for n in range(250)
    )
    browser = office.browser("manager")
    browser.get(f"/cases/{case.ref}/audit/")
    counts = []
    for query, shown in (("", 200), ("?page=2", 52), ("?all=1", 252), ("?page=x", 200), ("?page=99", 52)):
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(f"/cases/{case.ref}/audit/{query}")
        assert page.content.decode().count('id="etape-') == shown, query
        counts.append(len(queries))
    assert max(counts) <= 15  # one less where no step of the page names anybody
    assert "étapes 1 à 200 sur 252" in words(office, case)


def test_a_window_is_told_on_the_units_clock(office):
    first = office.case("callback_due", at=NOW - 6 * HOUR)
    office.do(
        first, "rebook", "advisor", initiator="client", reason="Le client préfère jeudi.",
        window_start=THURSDAY + HOUR, window_end=THURSDAY + 2 * HOUR,
    )  # fmt: skip
    said = steps_of(words(office, first))
    assert "Rappel déplacé à la demande du client" in said
    assert "Fenêtre 12/11/2026 11:00 – 12:00" in said
    assert TOLD not in said
