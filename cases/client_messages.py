"""What may be written to the client (domain.md §3.2 T02). Prepared here, sent by nobody: an integration
that sends it registers on `promise_made` in `cases.hooks`. Pure, and without any personal value.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
#: Asked by the owner, in a call or a message, a day after the resolution (T09).
SATISFACTION_QUESTION = (
    "Votre dossier a été résolu. De 0 à 10, quelle note donnez-vous à la façon dont il a été traité ? "
    "Qu’est-ce qui explique cette note ?"
)
SMS_LENGTH = 160  # one message of the GSM alphabet, which has neither « ’ » nor no-break space


def callback_sms(start: datetime, end: datetime, tz: ZoneInfo) -> str:
    """« Assistance technique : votre conseiller vous rappelle mercredi 14/11 entre 10:00 et 11:00. »"""
    opens, closes = start.astimezone(tz), end.astimezone(tz)
    return (
        f"Assistance technique : votre conseiller vous rappelle {DAYS[opens.weekday()]} {opens:%d/%m} "
        f"entre {opens:%H:%M} et {closes:%H:%M}. Inutile de nous rappeler d'ici la."
    )
