"""The way back when the only administrator lost a device: on the server, with a reason, in the journal."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.organisation.models import User
from atdemain.organisation.second_factor import reset


class Command(BaseCommand):
    help = (
        "Retire la vérification en deux temps d’un compte ; ses sessions se ferment, il en ajoute une autre."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="identifiant du compte")
        parser.add_argument("--reason", required=True, help="motif, gardé dans le journal")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"Aucun compte « {options['username']} ».")
        if not reset(user, actor=system("command"), at=timezone.now(), reason=options["reason"]):
            raise CommandError(f"Le compte « {user.username} » n’a pas de vérification à retirer.")
        self.stdout.write(f"Vérification retirée du compte « {user.username} ».")
