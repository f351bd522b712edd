"""Vocabulary of surveys (domain.md §2.4, L53)."""

from django.db.models import TextChoices

from atdemain.organisation.enums import Role


class SurveyState(TextChoices):
    DRAFT = "draft", "Brouillon"
    OPEN = "open", "Ouverte"
    CLOSED = "closed", "Close"


class QuestionKind(TextChoices):
    """No free text: a few words are enough to be recognised by (docs/decisions.md)."""

    YES_NO = "yes_no", "Oui ou non"
    SINGLE = "single", "Un choix parmi plusieurs"
    SCALE = "scale", "Une note de 1 à 5"


#: Who may be asked, in the order in which somebody of several roles answers.
AUDIENCE = (Role.ADVISOR, Role.SUPPORT, Role.TRAINER, Role.BACK_OFFICE, Role.MANAGER)
#: Who launches one (L54): people of the floor and their elected representatives.
LAUNCHERS = (Role.SUPPORT, Role.STAFF_REP)
