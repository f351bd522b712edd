"""A partner's machine: an HTTPS server of this process, that answers what it is told and keeps what it got."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from atdemain.journal.actors import system
from atdemain.notifications.models import WebhookHost, WebhookSubscription
from atdemain.notifications.webhooks import addresses, subscriptions, transport
from atdemain.organisation.models import Entity, User

HOST = "hooks.partenaire.example"
NOW = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)
ALL = ["escalation.created", "escalation.withdrawn", "escalation.due_soon", "case.resolved"]


@dataclass
class Got:
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """`answers` says the status of each message (a function of it, or a number); `slow` seconds before."""

    port: int = 0
    answers: int | Callable[[Got], int] = 204
    slow: float = 0.0
    extra: dict[str, str] = field(default_factory=dict)
    raw: Callable[[Any], None] | None = None
    got: list[Got] = field(default_factory=list)
    #: How many were being answered at once, at most.
    most: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/hook"

    def take(self, got: Got) -> int:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            time.sleep(self.slow)
            status = self.answers(got) if callable(self.answers) else self.answers
            self.got.append(got)
            return status
        finally:
            with self._lock:
                self._now -= 1


@contextmanager
def listening(name: str = HOST) -> Iterator[Receiver]:
    """`name`: the one its certificate is for."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if receiver.raw is not None:
                receiver.raw(self)
                return
            headers = {key.lower(): value for key, value in self.headers.items()}
            status = receiver.take(Got(self.path, headers, body))
            self.send_response(status)
            for key, value in receiver.extra.items():
                self.send_header(key, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def get_request(self) -> Any:
            sock, address = super().get_request()
            return context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(name))
    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


@cache
def authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Essai")])
    return key, _signed(name, name, key, key, ca=True)


@cache
def certificate(name: str) -> Path:
    """Of this name, signed by the authority of these tests; the key is in the same file."""
    root_key, root = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = _signed(subject, root.subject, key, root_key, alternative=x509.DNSName(name))
    file = Path(tempfile.mkstemp(suffix=".pem")[1])
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    alternative: x509.GeneralName | None = None,
) -> x509.Certificate:
    today = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(today + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if alternative is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    return builder.sign(by, hashes.SHA256())


def trusting() -> ssl.SSLContext:
    """A client that trusts the authority of these tests, and verifies like the product's own."""
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=authority()[1].public_bytes(serialization.Encoding.PEM).decode())
    return context


def reach_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of these tests resolve here, which alone is let through; all the rest is the product's."""
    real = socket.getaddrinfo

    def resolved(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        known = isinstance(host, str) and host.endswith(".example")
        return real("127.0.0.1" if known else host, port, *args, **kwargs)

    monkeypatch.setattr(transport.socket, "getaddrinfo", resolved)
    monkeypatch.setattr(addresses, "is_public", lambda one: ipaddress.ip_address(one).is_loopback)
    context = trusting()
    monkeypatch.setattr(transport, "tls", lambda: context)


def subscribed(
    entity: Entity, url: str, events: list[str] | None = None, at: datetime = NOW
) -> tuple[WebhookSubscription, str]:
    """A subscription at this address, its machine allowed first, and its key."""
    target = addresses.read(url)
    admin = User.objects.filter(username="admin").first() or User.objects.create(username="admin")
    WebhookHost.objects.get_or_create(
        entity=entity, host=target.host, port=target.port, defaults={"added_by": admin, "added_at": at}
    )
    made = subscriptions.create(entity, url, events or ALL, actor=system("essai"), now=at)
    return made.subscription, made.secret


def verified(key: str, got: Got) -> Any:
    """The body, once the verifier of the library has accepted the message. Raises as the library does."""
    return Webhook(key).verify(got.body, got.headers)
