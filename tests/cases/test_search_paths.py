"""Whatever writes a client, search finds them by their name of now, and no more by the one before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from cases import recording
from cases.clients import merge, split
from cases.intake import IncomingContact, receive, receive_batch
from cases.models import Client
from cases.names import name_key
from cases.search import search
from tests.office import NOW, Office

pytestmark = pytest.mark.django_db

REASON = "Deux fiches du même abonné."


def found(office: Office, words: str) -> list[str]:
    return [hit.client.client_ref for hit in search(office.people["manager"], words, now=NOW).hits]


def incoming(office: Office, ref: str, name: str) -> IncomingContact:
    return IncomingContact(
        source_system="essai", source_id=f"essai-{ref}", arrived_at=NOW - timedelta(hours=1), client_ref=ref,
        client_name=name, unit_id=office.units["lyon"].pk, reason_code="pas-de-synchro",
    )  # fmt: skip


def saved(office: Office) -> str:
    return Client.objects.create(
        client_ref="N-1", display_name="Éloïse D’Arc", unit=office.units["lyon"]
    ).client_ref


def received(office: Office) -> str:
    receive(incoming(office, "N-1", "Éloïse D’Arc"), actor=office.actor("colleague"), now=NOW)
    return "N-1"


def received_in_a_batch(office: Office) -> str:
    batch = [incoming(office, "N-1", "Éloïse D’Arc"), incoming(office, "N-2", "Paul Autre")]
    receive_batch(batch, actor=office.actor("colleague"), now=NOW)
    return "N-1"


def noted_at_the_telephone(office: Office) -> str:
    user, actor = office.people["advisor"], office.actor("advisor")
    contact = incoming(office, "N-1", "Éloïse D’Arc")
    recording.save(contact, user=user, actor=actor, now=NOW, number="+33199004127", new=True)
    return "N-1"


def inserted_together(office: Office) -> str:
    name = "Éloïse D’Arc"
    unit = office.units["lyon"]
    Client.objects.bulk_create(
        [Client(client_ref="N-1", display_name=name, name_key=name_key(name), unit=unit)]
    )
    return "N-1"


def renamed(office: Office) -> str:
    client = office.client("Jeanne Avant")
    client.display_name = "Éloïse D’Arc"
    client.save()
    assert found(office, "avant") == []
    return client.client_ref


def moved_to_the_unit(office: Office) -> str:
    client = office.client("Éloïse D’Arc", unit="brest")
    assert found(office, "eloise") == []
    Client.objects.filter(pk=client.pk).update(unit=office.units["lyon"])
    return client.client_ref


def filled_by_a_merge(office: Office) -> str:
    nameless, named = office.client(), office.client("Éloïse D’Arc")
    Client.objects.filter(pk=nameless.pk).update(display_name="", name_key="")
    merge(nameless.pk, named.pk, actor=office.actor("admin"), now=NOW, reason=REASON)
    return nameless.client_ref


def parted_again(office: Office) -> str:
    kept, gone = office.client("Paul Autre"), office.client("Éloïse D’Arc")
    merge(kept.pk, gone.pk, actor=office.actor("admin"), now=NOW, reason=REASON)
    assert found(office, "eloise") == []
    split(gone.pk, actor=office.actor("admin"), now=NOW, reason=REASON)
    return gone.client_ref


WAYS = [
    saved, received, received_in_a_batch, noted_at_the_telephone, inserted_together, renamed, moved_to_the_unit,
    filled_by_a_merge, parted_again,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_client_is_found_by_the_name_written_by(office: Office, way: Callable[[Office], str]) -> None:
    ref = way(office)
    for words in ("eloise arc", "arc d eloi", "ÉLOÏSE"):
        assert found(office, words) == [ref], words


def test_a_name_erased_finds_nobody(office: Office) -> None:
    client = office.client("Éloïse D’Arc")
    client.display_name = ""
    client.save()
    assert found(office, "eloise") == []
