"""A database of the bench's own on a PostgreSQL server: made, migrated, and dropped when it is over."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

DEFAULT = "postgres://postgres@127.0.0.1:5432/atdemain"


def choose(suffix: str = "_bench") -> str:
    """The address of the bench's database: on the server that is named, else on this machine's.

    Its name always ends in `suffix`: nothing else is ever created or dropped.
    """
    named = os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL") or DEFAULT
    parts = urlsplit(named)
    if not parts.scheme.startswith("postgres"):
        sys.exit(f"The bench runs on PostgreSQL: {parts.scheme}: is not one (BENCH_DATABASE_URL).")
    name = parts.path.lstrip("/") or "atdemain"
    name = name if name.endswith(suffix) else name + suffix
    return urlunsplit(("postgres", parts.netloc, f"/{name}", parts.query, ""))


def create(url: str, *, keep: bool) -> None:
    """Make the database; one already there is used again where `keep`, else dropped first."""
    with _server(url) as server:
        name = _name(url)
        exists = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if exists and not keep:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        if not exists or not keep:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop(url: str) -> None:
    with _server(url) as server:
        name = sql.Identifier(_name(url))
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


@contextmanager
def copied(url: str) -> Iterator[str]:
    """The name of a copy of the database as it is now, dropped at the end."""
    from django.db import connection

    connection.close()
    name = f"{_name(url)}_copy"
    copy, original = sql.Identifier(name), sql.Identifier(_name(url))
    with _server(url) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, original))
    try:
        yield name
    finally:
        with _server(url) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy))


@contextmanager
def beside(url: str, suffix: str, *, keep: bool) -> Iterator[str]:
    """The name of a second database with the product's tables, dropped at the end unless it is kept."""
    from django.core.management import call_command

    parts = urlsplit(url)
    other = urlunsplit((*parts[:2], f"/{_name(url)}_{suffix}", *parts[3:]))
    create(other, keep=keep)
    with on(_name(other)):
        call_command("migrate", verbosity=0)
    try:
        yield _name(other)
    finally:
        if not keep:
            drop(other)


@contextmanager
def on(name: str) -> Iterator[None]:
    """Django's connection, for a while, on another database of the same server."""
    from django.db import connection

    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def start_django(url: str) -> None:
    """Production's settings on that database; the journal's heads are kept, since a site keeps them."""
    scratch = Path(tempfile.mkdtemp(prefix="atdemain-bench-"))
    os.environ.pop("DEBUG", None)
    os.environ.update(
        DATABASE_URL=url,
        SECRET_KEY="bench-" + "x" * 50,
        ALLOWED_HOSTS="testserver",
        REDIS_URL="",
        CONN_MAX_AGE="86400",  # the CPU of a backend is followed by its process number
        JOURNAL_HEADS=str(scratch / "heads.log"),
        EMAIL_URL="dummymail://",
        SECOND_FACTOR="0",  # the sessions measured are opened without a log-in
        DJANGO_SETTINGS_MODULE="atdemain.settings",
    )
    import logging

    import django
    from django.conf import settings

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    django.setup()
    logging.disable(logging.INFO)
    from django.core.management import call_command

    from atdemain.memory import settle

    call_command("migrate", verbosity=0)
    settle()  # as the product's processes do


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _server(url: str) -> psycopg.Connection:
    parts = urlsplit(url)
    try:
        return psycopg.connect(
            urlunsplit(("postgres", parts.netloc, "/postgres", parts.query, "")), autocommit=True
        )
    except psycopg.OperationalError as error:
        sys.exit(
            f"No PostgreSQL answers at {parts.hostname}:{parts.port or 5432} ({str(error).strip()}).\n"
            "Start one there, or name another: BENCH_DATABASE_URL=postgres://user@host:5432/name make bench"
        )
