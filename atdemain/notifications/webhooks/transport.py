"""One POST to an outside machine: the name resolved once, every address checked, the connection made to it.

No redirect is followed, no proxy of the environment is read, TLS is verified for the name and not for the
address. Time is bounded in all (`TOTAL`), not only between two bytes, and little of the answer is read.
Opens no database: it runs in a thread.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from atdemain.notifications.webhooks import addresses
from atdemain.notifications.webhooks.addresses import Target

CONNECT = 5.0  # seconds
TOTAL = 10.0
TRIED = 3  # addresses of one name
READ = 4096  # bytes of the answer
RETRY_AFTER_MOST = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None when there was no answer: `error` then says why, in French. `retry_after` in seconds."""

    status: int | None
    error: str
    duration_ms: int
    retry_after: int | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class NotReached(Exception):
    """The French reason."""


def post(target: Target, headers: dict[str, str], body: bytes) -> Answer:
    """Never raises: what went wrong is in the answer."""
    started = time.monotonic()
    try:
        status, retry_after = _post(target, headers, body, started + TOTAL)
    except NotReached as why:
        return Answer(None, str(why), _ms(started))
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= started + TOTAL or isinstance(error, TimeoutError)
        return Answer(None, TOO_LONG if late else _told(error), _ms(started))
    error = "" if 200 <= status < 300 else _refusal(status)
    return Answer(status, error, _ms(started), retry_after)


TOO_LONG = f"Pas de réponse en {TOTAL:.0f} secondes."


def _post(target: Target, headers: dict[str, str], body: bytes, deadline: float) -> tuple[int, int | None]:
    sock = _connect(target, resolve(target), deadline)
    connection = _Pinned(target, sock)
    cut = threading.Timer(max(0.0, deadline - time.monotonic()), _hang_up, [sock])
    cut.daemon = True
    cut.start()
    try:
        sock.do_handshake()
        sock.settimeout(max(0.1, deadline - time.monotonic()))
        connection.request(
            "POST", target.path, body, {"Host": target.netloc, "Connection": "close", **headers}
        )
        answer = connection.getresponse()
        if time.monotonic() >= deadline:  # cut in the middle of its headers
            raise TimeoutError
        with suppress(OSError, http.client.HTTPException):  # its status is known: the rest changes nothing
            answer.read(READ)
        return answer.status, _seconds(answer.getheader("Retry-After"))
    finally:
        cut.cancel()
        connection.close()


def resolve(target: Target) -> list[str]:
    """The addresses of the name, all of them public. One that is not refuses them all: no choice is left."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached("Le nom de la machine ne se résout pas.") from None
    resolved = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not resolved or not all(addresses.is_public(address) for address in resolved):
        raise NotReached(
            "Le nom désigne une adresse qui n’est pas sur l’Internet public : rien n’est envoyé."
        )
    return resolved[:TRIED]


class _Pinned(http.client.HTTPConnection):
    """A connection already made: it neither resolves nor follows anything by itself."""

    def __init__(self, target: Target, sock: socket.socket) -> None:
        super().__init__(target.host, target.port)
        self.sock = sock
        self.auto_open = 0


def _connect(target: Target, resolved: list[str], deadline: float) -> ssl.SSLSocket:
    """To the first address that takes the connection; the handshake is still to be made."""
    last: Exception = NotReached("Aucune adresse.")
    for address in resolved:
        left = min(CONNECT, deadline - time.monotonic())
        if left <= 0:
            break
        try:
            plain = socket.create_connection((address, target.port), timeout=left)
        except OSError as error:
            last = error
            continue
        return tls().wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
    raise last


@cache
def tls() -> ssl.SSLContext:
    """The system's authorities; the name is verified."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _hang_up(sock: socket.socket) -> None:
    """Whatever the other side does with the time it has: the reading ends. The socket's own `shutdown`, since
    that of TLS would wait."""
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _told(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Le certificat n’est pas accepté : {error.verify_message}."
    if isinstance(error, ConnectionRefusedError):
        return "La machine refuse la connexion."
    if isinstance(error, ssl.SSLError):
        return "La connexion chiffrée échoue."
    if isinstance(error, (ConnectionError, http.client.HTTPException)):
        return "La connexion est coupée avant une réponse lisible."
    return f"La machine n’est pas joignable ({type(error).__name__})."


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return f"Réponse {status} : une redirection n’est pas suivie."
    return f"Réponse {status}."


def _seconds(text: str | None) -> int | None:
    """`Retry-After` in seconds, at most a day; a date or anything else is left aside."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return min(int(text), RETRY_AFTER_MOST)


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
