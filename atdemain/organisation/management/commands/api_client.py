"""The keys of the API from the server: to create the first one, or to cut one off without a page."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.organisation import api_clients
from atdemain.organisation.api_clients import ClientRefused, Issued
from atdemain.organisation.api_scopes import INTERNAL, SCOPES
from atdemain.organisation.models import ApiClient, Entity
from atdemain.organisation.models.clients import DEFAULT_PER_MINUTE

ACTOR = system("command")


class Command(BaseCommand):
    help = "Crée, liste, renouvelle ou révoque les clients de l’API des partenaires."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, parser_class=CommandParser)
        create = actions.add_parser(
            "create", help="un client pour une entité ; son secret est écrit une fois"
        )
        create.add_argument("--entity", required=True, help="code de l’entité")
        create.add_argument("--name", required=True, help="ce qui se connectera")
        create.add_argument("--scope", action="append", choices=list(SCOPES), help="répétable ; tous sinon")
        create.add_argument("--per-minute", type=int, default=DEFAULT_PER_MINUTE, help="requêtes par minute")
        actions.add_parser("list", help="les clients en service")
        rotate = actions.add_parser("rotate", help="un second client de la même entité")
        rotate.add_argument("client_id")
        revoke = actions.add_parser("revoke", help="coupe l’accès dès la prochaine requête")
        revoke.add_argument("client_id")
        revoke.add_argument("--reason", required=True, help="motif, gardé dans le journal")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except ClientRefused as refusal:
            raise CommandError(refusal.message) from refusal

    def _create(self, *, entity: str, name: str, scope: list[str] | None, per_minute: int, **_: Any) -> None:
        found = Entity.objects.filter(code=entity).first()
        if found is None:
            raise CommandError(f"Aucune entité « {entity} ».")
        if not found.internal and INTERNAL & set(scope or ()):
            raise CommandError(f"{', '.join(sorted(INTERNAL))} : ce droit est réservé aux entités internes.")
        issued = api_clients.create(
            found,
            name=name,
            scopes=scope or SCOPES,
            per_minute=per_minute,
            actor=ACTOR,
            now=timezone.now(),
        )
        self._tell(issued)

    def _list(self, **_: Any) -> None:
        live = list(ApiClient.objects.filter(revoked_at=None).select_related("entity"))
        used = api_clients.last_uses(live)
        for client in live:
            last = used.get(client.pk)
            when = f"{timezone.localtime(last):%d/%m/%Y %H:%M}" if last else "jamais"
            self.stdout.write(f"{client.client_id}  {client.entity.code}  {client.name}  (utilisé : {when})")
        if not live:
            self.stdout.write("Aucun client en service.")

    def _rotate(self, *, client_id: str, **_: Any) -> None:
        self._tell(api_clients.rotate(self._client(client_id), actor=ACTOR, now=timezone.now()))

    def _revoke(self, *, client_id: str, reason: str, **_: Any) -> None:
        done = api_clients.revoke(self._client(client_id), reason=reason, actor=ACTOR, now=timezone.now())
        self.stdout.write("Client révoqué." if done else "Ce client l’était déjà : rien n’a changé.")

    def _client(self, client_id: str) -> ApiClient:
        found = ApiClient.objects.filter(client_id=client_id).select_related("entity").first()
        if found is None:
            raise CommandError(f"Aucun client « {client_id} ».")
        return found

    def _tell(self, issued: Issued) -> None:
        self.stdout.write(f"client_id     : {issued.client.client_id}")
        self.stdout.write(f"client_secret : {issued.secret}")
        if sys.stdout.isatty():
            self.stdout.write("Le secret ne sera plus montré : copiez-le maintenant.")
