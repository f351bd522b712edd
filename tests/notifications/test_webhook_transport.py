"""One POST: the address that was checked is the one reached, the name is verified, time and answer are bounded."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from atdemain.notifications.webhooks import transport
from atdemain.notifications.webhooks.addresses import read
from tests.notifications.webhook_cast import HOST, Receiver, listening, reach_this_machine


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    reach_this_machine(monkeypatch)
    with listening() as one:
        yield one


def post(url: str, body: bytes = b"{}") -> transport.Answer:
    return transport.post(read(url), {"webhook-id": "msg_1"}, body)


def names(monkeypatch: pytest.MonkeyPatch, *found: str) -> list[Any]:
    """The name of the target resolves to these; the connections that are then asked for."""
    asked: list[Any] = []

    def resolved(host: str, port: int, **_: Any) -> Any:
        asked.append(("resolve", host))
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in found
        ]

    def connect(address: Any, timeout: float) -> Any:
        asked.append(("connect", address[0]))
        raise ConnectionRefusedError

    monkeypatch.setattr(transport.socket, "getaddrinfo", resolved)
    monkeypatch.setattr(transport.socket, "create_connection", connect)
    return asked


def test_a_message_taken_says_so_with_its_duration(receiver: Receiver) -> None:
    answer = post(receiver.url, b'{"a":1}')
    assert (answer.status, answer.error, answer.taken) == (204, "", True)
    [got] = receiver.got
    assert (got.path, got.body) == ("/hook", '{"a":1}')
    assert got.headers["host"] == f"{HOST}:{receiver.port}"
    assert got.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answers, receiver.extra = status, {"Location": receiver.url + "/ailleurs"}
    answer = post(receiver.url)
    assert (answer.status, answer.taken) == (status, False)
    assert "redirection" in answer.error
    assert len(receiver.got) == 1


def test_a_certificate_for_another_name_is_refused_and_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reach_this_machine(monkeypatch)
    with listening("autre.partenaire.example") as other:
        answer = post(other.url)
        assert other.got == []
    assert answer.status is None
    assert "certificat" in answer.error


def test_a_certificate_of_an_unknown_authority_is_refused(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    reach_this_machine(monkeypatch)
    monkeypatch.setattr(transport, "tls", transport.ssl.create_default_context)
    answer = post(receiver.url)
    assert (answer.status, receiver.got) == (None, [])
    assert "certificat" in answer.error


def test_the_product_s_own_context_verifies_names_and_certificates() -> None:
    context = transport.tls()
    assert context.check_hostname
    assert context.verify_mode == transport.ssl.CERT_REQUIRED


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_a_name_that_leads_inside_is_not_even_connected_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    asked = names(monkeypatch, address)
    answer = post(f"https://{HOST}/hook")
    assert "Internet public" in answer.error
    assert asked == [("resolve", HOST)]


def test_one_address_of_the_inside_among_others_refuses_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = names(monkeypatch, "93.184.216.34", "10.0.0.5")
    assert post(f"https://{HOST}/hook").status is None
    assert asked == [("resolve", HOST)]


def test_the_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second answer of the name, inside this time, is never asked for."""
    asked = names(monkeypatch, "93.184.216.34", "93.184.216.35")
    answer = post(f"https://{HOST}/hook")
    assert asked == [("resolve", HOST), ("connect", "93.184.216.34"), ("connect", "93.184.216.35")]
    assert answer.error == "La machine refuse la connexion."


def test_a_name_that_does_not_resolve_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(transport.socket, "getaddrinfo", unknown)
    assert "ne se résout pas" in post(f"https://{HOST}/hook").error


def test_the_proxies_of_the_environment_are_ignored(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(receiver.url).taken


def test_a_machine_that_never_answers_is_left_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TOTAL", 0.5)
    receiver.slow = 3
    began = time.monotonic()
    answer = post(receiver.url)
    assert time.monotonic() - began < 2
    assert (answer.status, answer.error) == (None, transport.TOO_LONG)


def test_a_machine_that_answers_a_letter_at_a_time_is_left_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each letter comes before any time-out between two: only the whole is bounded."""
    monkeypatch.setattr(transport, "TOTAL", 0.6)

    def drip(handler: Any) -> None:
        try:
            for letter in b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 200:
                handler.wfile.write(bytes([letter]))
                time.sleep(0.05)
        except OSError:
            pass

    receiver.raw = drip
    began = time.monotonic()
    answer = post(receiver.url)
    assert time.monotonic() - began < 2
    assert (answer.status, answer.error) == (None, transport.TOO_LONG)


def test_a_machine_that_accepts_and_says_nothing_not_even_to_encrypt_is_left_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reach_this_machine(monkeypatch)
    monkeypatch.setattr(transport, "CONNECT", 0.4)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        began = time.monotonic()
        answer = post(f"https://{HOST}:{mute.getsockname()[1]}/")
        assert time.monotonic() - began < 2
    assert answer.status is None


def test_little_of_an_endless_answer_is_read(receiver: Receiver) -> None:
    sent = [0]

    def endless(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while sent[0] < 500_000_000:
                handler.wfile.write(b"x" * 65536)
                sent[0] += 65536
        except OSError:
            pass

    receiver.raw = endless
    began = time.monotonic()
    assert post(receiver.url).taken
    assert time.monotonic() - began < 2
    assert sent[0] < 50_000_000


@pytest.mark.parametrize("said", [b"", b"bonjour\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 100_000])
def test_what_is_no_answer_is_a_failure_told_in_words(receiver: Receiver, said: bytes) -> None:
    receiver.raw = lambda handler: handler.wfile.write(said)
    answer = post(receiver.url)
    assert answer.status is None
    assert answer.error.endswith(".")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        ("999999999", 86_400),
        ("-1", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("9" * 40, None),
    ],
)
def test_how_long_to_wait_is_heard_up_to_a_day(receiver: Receiver, told: str, seconds: int | None) -> None:
    receiver.answers, receiver.extra = 503, {"Retry-After": told}
    assert post(receiver.url).retry_after == seconds
