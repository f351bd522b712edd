"""A sender killed outright while a message is on its way: another sends it again, under the same id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from django.db import connections
from django.utils import timezone

from atdemain.notifications.deliveries import LEASE
from atdemain.notifications.enums import DeliveryStatus, WebhookEvent
from atdemain.notifications.models import Delivery
from atdemain.notifications.webhooks import events, sending
from atdemain.organisation.enums import EntityKind
from atdemain.organisation.models import Entity
from tests.notifications.webhook_cast import (
    authority,
    listening,
    reach_this_machine,
    subscribed,
    verified,
)

pytestmark = pytest.mark.django_db(transaction=True)

#: The product's sender, in a process of its own; the names of these tests resolve to this machine.
SENDER = """
import os, socket, ssl, django; django.setup()
from django.utils import timezone
from atdemain.notifications.webhooks import addresses, sending, transport
real = socket.getaddrinfo
def here(host, port, *a, **k):
    return real("127.0.0.1" if host.endswith(".example") else host, port, *a, **k)
transport.socket.getaddrinfo = here
addresses.is_public = lambda one: one == "127.0.0.1"
context = ssl.create_default_context(cafile=os.environ["AUTHORITY"])
transport.tls = lambda: context
print("ready", flush=True)
sending.deliver_due(timezone.now())
"""


def sender(folder: Path) -> subprocess.Popen[str]:
    database = connections["default"].settings_dict
    if connections["default"].vendor == "postgresql":
        where = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        url = f"{where}/{database['NAME']}"
    else:
        url = f"sqlite:///{database['NAME']}"
    root = folder / "authority.pem"
    root.write_bytes(authority()[1].public_bytes(serialization.Encoding.PEM))
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "atdemain.settings", "DEBUG": "1",
                        "VAR_DIR": str(folder / "var"), "JOURNAL_HEADS": "", "AUTHORITY": str(root)}  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", SENDER], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip


def test_killed_while_the_machine_thinks_it_is_sent_again_by_another_under_the_same_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach_this_machine(monkeypatch)
    entity = Entity.objects.create(code="p1", name="Partenaire P1", kind=EntityKind.PARTNER_CONTACT_CENTRE)
    with listening() as receiver:
        now = timezone.now()
        subscription, key = subscribed(entity, receiver.url, at=now)
        events.announce(WebhookEvent.ESCALATION_CREATED, [subscription], "1", {"escalation": 1}, now)
        arrived = []
        receiver.answers = lambda got: arrived.append(got) or time.sleep(3) or 204
        first = sender(tmp_path)
        deadline = time.monotonic() + 60
        while not arrived and time.monotonic() < deadline and first.poll() is None:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        _, errors = first.communicate(timeout=60)
        assert arrived, errors
        left = Delivery.objects.get()
        assert (left.status, left.attempts) == (DeliveryStatus.CLAIMED, 1)

        receiver.answers = 204
        assert sending.deliver_due(timezone.now()) == 0  # the dead one still holds its lease
        assert sending.deliver_due(timezone.now() + LEASE + timedelta(seconds=1)) == 1
        done = Delivery.objects.get()
        assert (done.status, done.attempts) == (DeliveryStatus.SENT, 2)
        again = receiver.got[-1]
        assert again.headers["webhook-id"] == arrived[0].headers["webhook-id"] == left.key
        assert again.body == arrived[0].body
        assert verified(key, again)
    connections.close_all()
