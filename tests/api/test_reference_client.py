"""A client that a generator makes of the document does what the guide does, from the token to the answer."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from atdemain.rest.reference.document import document
from cases.models import Escalation
from tests.api.stage import OPERATIONS, Stage

pytestmark = pytest.mark.django_db
PACKAGE = "generated_client"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the client is made, on the way of imports."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "schema.json").write_text(json.dumps(document()), encoding="utf-8")
    (folder / "config.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    made = subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")), "generate",
            "--path", "schema.json", "--config", "config.yaml", "--meta", "none", "--output-path", PACKAGE,
        ],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    assert "Warning" not in made.stdout + made.stderr, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def part(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")


def test_the_client_has_a_function_for_every_operation(folder: Path):
    for name, (_, _, found) in OPERATIONS.items():
        assert callable(part(f"api.{found['tags'][0]}.{name}").sync_detailed)


def test_the_generated_client_goes_from_the_token_to_the_first_answered_escalation(
    folder: Path, sandbox: Stage, live_server: Any
):
    models = part("models")
    form = models.GetTokenBody(
        grant_type=models.GetTokenBodyGrantType.CLIENT_CREDENTIALS,
        client_id="demo-partenaire-p1",
        client_secret="atdemain-demo",
    )
    with part("client").Client(base_url=live_server.url) as anybody:
        token = part("api.access.get_token").sync(client=anybody, body=form)
    assert token.expires_in == 900
    with part("client").AuthenticatedClient(base_url=live_server.url, token=token.access_token) as client:
        _scenario(client)


def _scenario(client: Any) -> None:
    """Steps 2 to 7 of the guide."""
    models, operations = part("models"), "api.escalations."
    assert part("api.access.get_me").sync(client=client).entity.code == "p1"

    asked = models.RepeatCheck(client_ref="CLI-GUIDE")
    assert part("api.contacts.check_repeat").sync(client=client, body=asked).would_be_count == 1
    contact = models.Contact(
        source_system="client",
        source_id=str(uuid4()),
        arrived_at=datetime.now(UTC),
        client_ref="CLI-GUIDE",
        channel=models.ContactChannelType0.VOICE,
    )
    sent = part("api.contacts.send_contacts").sync(
        client=client, body=models.Contacts(contacts=[contact]), idempotency_key=str(uuid4())
    )
    assert (sent.created, sent.items[0].status, sent.items[0].count) == (
        1,
        models.ContactResultStatus.CREATED,
        1,
    )

    waiting = part(operations + "list_escalations").sync(
        client=client, status=models.ListEscalationsStatus.SENT, limit=1
    )
    (first,) = waiting.items
    read = part(operations + "get_escalation").sync_detailed(first.id, client=client)
    etag = read.headers["ETag"]
    refused = part(operations + "acknowledge_escalation").sync(
        first.id, client=client, body=models.Nothing(), if_match='"99"'
    )
    assert (refused.code, refused.status) == (models.ProblemCode.STALE_VERSION, 412)
    seen = part(operations + "acknowledge_escalation").sync_detailed(
        first.id, client=client, body=models.Nothing(), if_match=etag
    )
    assert seen.parsed.status == models.EscalationDetailStatus.ACKNOWLEDGED
    answer = models.Answer(
        answer_code=models.AnswerAnswerCode.FIXED, text="Carte remplacée, débit mesuré normal."
    )
    done = part(operations + "answer_escalation").sync(
        first.id, client=client, body=answer, if_match=seen.headers["ETag"]
    )
    assert (done.status.value, done.answer.code.value) == ("answered", "fixed")
    assert Escalation.objects.get(pk=first.id).answer_code == "fixed"
