"""An administrator's pages of accounts: many from a file, one closed with nothing left behind."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Delivery, Notification
from atdemain.organisation.accounts_file import COLUMNS, MAX_BYTES
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity, Team, Unit, User
from tests.office import NOW, text_of

pytestmark = pytest.mark.django_db

IMPORT = reverse("accounts:import")
HEADINGS = ";".join(heading for heading, _, _ in COLUMNS)
LEA = "l.moreau;Moreau;Léa;A001;lea@exemple.fr;conseiller;lyon;1;"
WHY = "Départ à la retraite."


def sent(browser: Browser, *lines: str, data: bytes | None = None, headings: str = HEADINGS):
    body = "\r\n".join([headings, *lines]).encode("utf-8-sig") if data is None else data
    return browser.post(IMPORT, {"file": SimpleUploadedFile("comptes.csv", body, "text/csv")})


def confirmed(browser: Browser, page):
    return browser.post(IMPORT, {"text": page.context["text"]})


@pytest.fixture
def browser(office) -> Browser:
    return office.browser("admin")


# -- the file -------------------------------------------------------------------------------------------


def test_a_preview_says_what_each_line_means_and_saves_nothing(browser):
    page = sent(browser, LEA, "b.cuivre;Bo;Ali;A002;ali@exemple.fr;Spécialiste back-office;;;copper")
    text = text_of(page)
    assert "2 comptes à créer" in text
    assert "Léa Moreau" in text
    assert "ligne 2 · A001" in text
    assert "UAT Lyon, 1" in text
    assert "BO-Cuivre" in text
    assert not User.objects.filter(username="l.moreau").exists()


def test_a_confirmed_file_creates_the_accounts_invites_them_and_writes_the_journal(browser, office):
    assert confirmed(browser, sent(browser, LEA)).status_code == 302
    user = User.objects.get(username="l.moreau")
    assert (user.get_full_name(), user.employee_number, user.roles) == ("Léa Moreau", "A001", {Role.ADVISOR})
    assert (user.unit, user.team) == (office.units["lyon"], Team.objects.get())
    assert user.advisor_profile.active
    assert not user.has_usable_password()
    event = AuditEvent.objects.get(object_type="user", object_id=str(user.pk))
    assert (event.action, event.actor_id) == ("created", office.people["admin"].pk)
    assert event.changes["roles"] == [[], ["advisor"]]
    letter = Delivery.objects.get(recipient="lea@exemple.fr")
    assert f"http://testserver{reverse('account_reset_password')}" in letter.body
    assert "l.moreau" in letter.body


def test_who_was_invited_chooses_a_password_and_logs_in(browser):
    confirmed(browser, sent(browser, LEA))
    guest = Browser()
    guest.post(reverse("account_reset_password"), {"email": "lea@exemple.fr"})
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    form = guest.get(link, follow=True)
    data = {"password1": "une-phrase-assez-longue", "password2": "une-phrase-assez-longue"}
    guest.post(form.redirect_chain[-1][0], data)
    page = guest.post(reverse("account_login"), {"login": "l.moreau", "password": "une-phrase-assez-longue"})
    assert page.status_code == 302
    assert guest.get(reverse("account_settings")).status_code == 200


def test_a_right_given_by_a_file_is_told_to_the_officers(browser, office):
    confirmed(browser, sent(browser, LEA.replace("conseiller", "RH")))
    told = Notification.objects.filter(kind="right_given")
    assert [(item.recipient.username, item.title) for item in told] == [
        ("dpo", "Léa Moreau (l.moreau) a reçu un droit : RH")
    ]


def test_no_password_nor_link_that_opens_the_account_lies_in_what_is_stored(browser):
    confirmed(browser, sent(browser, LEA))
    assert "/key/" not in "".join(Delivery.objects.values_list("body", flat=True))


def test_the_same_file_again_changes_nothing(browser):
    confirmed(browser, sent(browser, LEA))
    page = sent(browser, LEA.replace("Moreau", "Autre"))
    assert "0 compte à créer" in text_of(page)
    assert "1 déjà là" in text_of(page)
    assert confirmed(browser, page).status_code == 422
    assert User.objects.get(username="l.moreau").last_name == "Moreau"
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (LEA.replace("lyon", "nice"), "Unité inconnue : « nice »"),
        (LEA.replace("lyon;1", "lyon;9"), "Équipe inconnue dans cette unité : « 9 »"),
        (LEA.replace("lyon;1;", ";;"), "Ce rôle s’exerce dans une unité"),
        (LEA.replace("conseiller", "pompier"), "Rôle inconnu : « pompier »"),
        (LEA.replace("conseiller", "partenaire + RH"), "Un client partenaire n’a aucun autre rôle"),
        (LEA.replace("conseiller", "back-office"), "appartient à une entité"),
        (
            LEA.replace("lyon;1;", ";;nulle").replace("conseiller", "partenaire"),
            "Entité inconnue : « nulle »",
        ),
        (LEA.replace("lea@exemple.fr", "lea"), "Messagerie : Saisissez une adresse"),
        (LEA.replace("lea@exemple.fr", "HR@exemple.fr"), "Messagerie : existe déjà, pour Hr Essai"),
        (LEA.replace("l.moreau", "MANAGER"), "Identifiant : existe déjà, pour Manager Essai"),
        (LEA.replace("l.moreau", "l moreau"), "Identifiant : "),
        (LEA.replace("Moreau", "=cmd|' /C calc'!A0"), "commence comme une formule"),
        (LEA.replace("Moreau", "@SUM(A1)"), "commence comme une formule"),
        (LEA.replace("Moreau", ""), "Il manque : nom"),
        (LEA + ";;trop", "Plus de cases que d’intitulés"),
        (LEA.replace("A001", "A" * 30), "Matricule : "),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_reason_and_the_others_are_created(browser, line, why):
    page = sent(browser, line, "n.petit;Petit;Noé;A009;noe@exemple.fr;hr;lyon;;")
    assert why in text_of(page).replace("&#x27;", "'")
    assert "1 compte à créer" in text_of(page)
    confirmed(browser, page)
    assert set(User.objects.filter(employee_number__startswith="A0").values_list("username", flat=True)) == {
        "n.petit"
    }


def test_codes_of_units_and_entities_are_found_whatever_their_capitals(browser, office):
    Unit.objects.filter(code="lyon").update(code="UAT-Lyon")
    Entity.objects.filter(code="copper").update(code="BO-Cuivre")
    bo = "b.cuivre;Bo;Ali;A002;ali@exemple.fr;Spécialiste back-office;;;bo-CUIVRE"
    page = sent(browser, LEA.replace(";lyon;", ";uat-LYON;"), bo)
    assert "2 comptes à créer" in text_of(page)


def test_two_lines_of_one_person_are_both_refused(browser):
    page = sent(browser, LEA, LEA.replace("l.moreau", "l.moreau2"))
    assert text_of(page).count("Matricule en double dans le fichier") == 2
    assert "0 compte à créer" in text_of(page)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (f"{HEADINGS}\n{LEA}".encode("cp1252"), "n’est pas en UTF-8"),
        (f"{HEADINGS}\n{LEA}".encode("utf-16"), "n’est pas en UTF-8"),
        (f"{HEADINGS}\n{LEA}\x00".encode(), "c’est peut-être le classeur"),
        (b"PK\x03\x04\x00\x00classeur", "c’est peut-être le classeur"),
        (b"", "Il manque : identifiant"),
        (HEADINGS.encode(), "aucune ligne"),
        (b"nom;nom\nA;B", "Un intitulé figure deux fois"),
        (b"nom;couleur\nA;B", "Intitulé inconnu"),
        ((f"{HEADINGS}\n" + f"{LEA}\n" * 501).encode(), "plus de 500 lignes"),
        (b"x" * (MAX_BYTES + 1), "dépasse 256 Ko"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(browser, data, why):
    page = sent(browser, data=data)
    assert page.status_code == 422
    assert why in text_of(page)


def test_commas_accents_and_capitals_in_the_headings_are_read(browser):
    headings = "IDENTIFIANT,Nom,PRENOM,Matricule,Messagerie,Roles,Unite"
    page = sent(
        browser, "l.moreau,Moreau,Léa,A001,lea@exemple.fr,Conseiller client+Soutien,lyon", headings=headings
    )
    assert "1 compte à créer" in text_of(page)
    assert "Conseiller client, Soutien" in text_of(page)


def test_what_is_confirmed_is_read_again(browser, office):
    """Between the preview and the confirmation somebody else takes the number: nothing is done twice."""
    page = sent(browser, LEA)
    User.objects.create(username="autre", employee_number="a001")
    again = confirmed(browser, page)
    assert again.status_code == 422
    assert "déjà là" in text_of(again)
    assert not User.objects.filter(username="l.moreau").exists()


def test_the_preview_asks_as_much_for_five_hundred_lines_as_for_one(browser, django_assert_max_num_queries):
    def lines(number):
        return [
            LEA.replace("A001", f"A{n:03}").replace("l.moreau", f"l{n}").replace("lea@", f"l{n}@")
            for n in range(number)
        ]

    sent(browser, *lines(1))
    with django_assert_max_num_queries(14):
        assert "500 comptes à créer" in text_of(sent(browser, *lines(500)))


def test_the_template_is_a_file_the_page_understands(browser):
    body = browser.get(reverse("accounts:template")).content
    assert body.startswith(b"\xef\xbb\xbf")
    assert "1 compte à créer" in text_of(sent(browser, data=body))


# -- closing an account ---------------------------------------------------------------------------------


def act(browser, user, action, **data):
    return browser.post(reverse("accounts:act", args=[user.pk, action]), data)


def page_of(browser, user):
    return text_of(browser.get(reverse("accounts:account", args=[user.pk])))


def test_an_account_with_nothing_in_hand_is_closed_and_its_sessions_end(browser, office):
    user = office.people["trainer"]
    theirs = office.browser("trainer")
    assert "Rien en cours" in page_of(browser, user)
    assert act(browser, user, "close", **{"close-reason": WHY}).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.is_active, user.left_on) == (False, NOW.date())
    assert theirs.get("/").status_code == 302
    event = AuditEvent.objects.get(action="closed")
    assert event.changes["is_active"] == [True, False]
    assert event.payload.body == {"reason": ["", WHY]}


def test_a_closing_without_a_reason_is_refused(browser, office):
    assert act(browser, office.people["trainer"], "close").status_code == 422
    assert User.objects.get(username="trainer").is_active


def test_an_administrator_does_not_close_their_own_account(browser, office):
    page = act(browser, office.people["admin"], "close", **{"close-reason": WHY})
    assert "votre propre compte" in text_of(page)
    assert User.objects.get(username="admin").is_active


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("advisor", "A. Essai garde un dossier ouvert"),
        ("support", "S. Essai est suppléant sur un dossier"),
        ("backoffice", "B. Essai traite une escalade"),
        ("manager", "M. Essai dirige UAT Lyon, 1 (UAT Lyon)"),
    ],
)
def test_an_account_with_work_in_hand_is_not_closed_and_says_what(browser, office, who, told):
    if who == "advisor":
        office.case("callback_due")
    elif who == "support":
        office.do(office.case("callback_due"), "delegate", "advisor", delegate=office.people["support"])
    elif who == "backoffice":
        case = office.case("escalated")
        office.do(case, "acknowledge_escalation", "backoffice", escalation=case.escalations.get().pk)
    user = office.people[who]
    told = told.replace("garde un dossier ouvert", "garde 1 dossier ouvert")
    assert told in page_of(browser, user)
    refused = act(browser, user, "close", **{"close-reason": WHY})
    assert refused.status_code == 422
    assert told in text_of(refused)
    assert User.objects.get(pk=user.pk).is_active
    assert not AuditEvent.objects.filter(action="closed").exists()


def test_the_hand_over_is_asked_of_the_manager_then_the_account_closes(browser, office):
    case = office.case("callback_due")
    user = User.objects.get(username="advisor")
    assert "Demander la passation" in page_of(browser, user)
    assert act(browser, user, "hand_over").status_code == 302
    item = Notification.objects.get(kind="hand_over_asked")
    assert (item.recipient, item.url) == (
        office.people["manager"],
        reverse("routing:leaving", args=[user.pk]),
    )
    act(browser, user, "hand_over")
    assert Notification.objects.filter(kind="hand_over_asked").count() == 1
    manager = office.browser("manager")
    assert manager.get(item.url).status_code == 200
    manager.post(item.url, {"to": office.people["colleague"].pk, "reason_code": "absence"})
    case.refresh_from_db()
    assert case.owner.user == office.people["colleague"]
    assert act(browser, user, "close", **{"close-reason": WHY}).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active


def test_an_invitation_is_sent_again_and_journalled(browser, office):
    act(browser, office.people["hr"], "invite")
    assert Delivery.objects.get().recipient == "hr@exemple.fr"
    assert AuditEvent.objects.filter(action="invited").count() == 1
