"""A strict test bench: one database or the other, no network, no silent skip.

`TEST_DATABASE_URL` names a PostgreSQL server; without it the suite runs on SQLite with production's own
options. `ATDEMAIN_REQUIRE=postgres,redis,browser` turns a missing server or browser into a failure.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
#: This process's own: two runs on one machine would pull the database from under each other.
SCRATCH = Path(tempfile.mkdtemp(prefix=f"atdemain-tests-{WORKER}-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

os.environ["DEBUG"] = "1"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{SCRATCH / 'unused.sqlite3'}"
os.environ["REDIS_URL"] = ""
os.environ["JOURNAL_HEADS"] = ""
os.environ["EMAIL_URL"] = ""
os.environ["DJANGO_SETTINGS_MODULE"] = "atdemain.settings"

import pytest  # noqa: E402
import time_machine  # noqa: E402
from django.db import connections  # noqa: E402
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

REQUIRED = {name for name in os.environ.get("ATDEMAIN_REQUIRE", "").split(",") if name}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = {
    "postgres": ""
    if os.environ.get("TEST_DATABASE_URL", "").startswith("postgres")
    else "TEST_DATABASE_URL ne nomme pas de serveur PostgreSQL",
    "redis": "" if os.environ.get("TEST_REDIS_URL") else "TEST_REDIS_URL ne nomme pas de serveur Redis",
    "browser": "" if CHROMIUM else "Chromium est introuvable",
}
#: Marks and fixtures of a test that opens a database or another server.
DATABASE = {"database", "django_db", "django_db_setup", "db", "transactional_db", *MISSING}
_skipped: dict[str, int] = {}


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    settings.SECOND_FACTOR = (
        False  # on in the tests about it: everybody else is as on a site with its sign-on
    )
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT = SCRATCH / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(SCRATCH / "test.sqlite3")
    else:  # no test pulls the plug on the server: its commits need not wait for the disk
        database["OPTIONS"]["options"] += " -c synchronous_commit=off"
    settings.MEDIA_ROOT = str(SCRATCH / "media")
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UnknownVariable()
    _let_tests_flush_the_journal()


def _let_tests_flush_the_journal() -> None:
    """The journal refuses DELETE and TRUNCATE, which is how a transactional test cleans up behind it."""
    from django.db import connection
    from django.test import TransactionTestCase

    from atdemain.triggers import all_lifted

    teardown = TransactionTestCase.__dict__["_fixture_teardown"]

    def cleaned(self: TransactionTestCase) -> None:
        if connection.vendor == "postgresql" and not self.reset_sequences:
            _delete_rows()
            return
        with all_lifted(connection):
            teardown(self)

    TransactionTestCase._fixture_teardown = cleaned


#: What migrations wrote and no test changes.
STATIC_TABLES = {"django_migrations", "django_content_type", "auth_permission"}


def _delete_rows() -> None:
    """TRUNCATE makes new files for every table and index, seconds a test; deleting the few rows is quick."""
    from django.db import connection

    from atdemain.organisation.apps import ensure_role_groups

    names = set(connection.introspection.django_table_names(only_existing=True)) - STATIC_TABLES
    deletes = "".join(f"DELETE FROM {connection.ops.quote_name(name)};" for name in sorted(names))
    with connection.cursor() as cursor:  # « replica »: no trigger and no foreign key stands in the way
        cursor.execute(
            f"SET session_replication_role = replica; {deletes} SET session_replication_role = origin;"
        )
    ensure_role_groups(using="default")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A part whose server or browser is missing is skipped visibly, or fails when it is required.

    `ATDEMAIN_DESELECT=browser` leaves a part to another run of the same session (never a skip); a
    `smoke` test of the browser stays in every run. `pure` are the tests that open no database: the other
    engine would tell nothing new of them.
    """
    left_out = {name for name in os.environ.get("ATDEMAIN_DESELECT", "").split(",") if name}
    kept, dropped = [], []
    for item in items:
        names = {mark.name for mark in item.iter_markers()}
        if not names & DATABASE and not DATABASE & {*getattr(item, "fixturenames", ())}:
            names.add("pure")
        leaves = names & left_out - ({"browser"} if "smoke" in names else set())
        (dropped if leaves else kept).append(item)
        for name, reason in MISSING.items():
            if name in names and reason and not leaves:
                _skipped[name] = _skipped.get(name, 0) + 1
                if name in REQUIRED:
                    item.add_marker(pytest.mark.usefixtures(f"_fail_without_{name}"))
                else:
                    item.add_marker(pytest.mark.skip(reason=reason))
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


@pytest.fixture(autouse=True)
def _one_crowd_at_a_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """Two tests of fifty connections, in two workers, are more than a server lets in."""
    if request.node.get_closest_marker("crowd") is None:
        yield
        return
    with open(Path(tempfile.gettempdir()) / "atdemain-tests-crowd.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


#: Files and folders whose first test makes what the others read: one worker has them whole.
WHOLE = ("tests/demo/", "tests/security/test_pages.py", "tests/test_processes.py")


class Dealt(LoadScopeScheduling):
    """Tests are dealt one by one, so that the workers end together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((whole for whole in WHOLE if nodeid.startswith(whole)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Dealt:
    return Dealt(config, log)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported stays: it need not be walked at each collection, and a test leaves little behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_terminal_summary(terminalreporter) -> None:
    for name, reason in MISSING.items():
        if reason:
            verb = "EN ÉCHEC" if name in REQUIRED else "sautés"
            terminalreporter.write_line(f"Tests « {name} » {verb} : {reason}.")


def _failing(name: str):
    @pytest.fixture(name=f"_fail_without_{name}")
    def fail() -> None:
        pytest.fail(f"{name} est exigé par ATDEMAIN_REQUIRE : {MISSING[name]}")

    return fail


_fail_without_postgres = _failing("postgres")
_fail_without_redis = _failing("redis")
_fail_without_browser = _failing("browser")


@pytest.fixture(autouse=True)
def _no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be spoken to."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if isinstance(address, tuple) and host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test tried to reach {host}.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


class UnknownVariable(str):
    """`string_if_invalid`: a template that names what its view does not give fails the test."""

    TOLERATED = ("admin/", "django/forms/", "account/", "allauth/", "django_tables2/")

    __slots__ = ()

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        import inspect

        for frame in inspect.stack(0)[1:60]:
            template = frame.frame.f_locals.get("self")
            origin = getattr(getattr(template, "origin", None), "template_name", "") or ""
            if isinstance(origin, str) and origin.startswith(self.TOLERATED):
                return ""
            rendered = getattr(frame.frame.f_locals.get("context"), "template_name", "") or ""
            if isinstance(rendered, str) and rendered.startswith(self.TOLERATED):
                return ""
        raise AssertionError(f"Unknown template variable: {name}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """A thread of the live server may keep its connection: it is closed before the test base is dropped."""
    yield
    with django_db_blocker.unblock():
        connection = connections["default"]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            connection.close()


@pytest.fixture
def engine(db) -> str:
    """ "postgresql" or "sqlite"."""
    return connections["default"].vendor


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The wall clock stands at the afternoon of `tests.office`; `clock.shift(…)` moves it."""
    from tests.office import NOW

    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def office(db, clock: time_machine.Traveller):
    """The cast of the pages' tests (`tests.office.Office`)."""
    from tests.office import Office

    return Office.gather()


@pytest.fixture
def purge(db, django_capture_on_commit_callbacks) -> Callable[[datetime], None]:
    """`purge(now)`: everything past its term goes, what is done after the commit included."""
    from atdemain.journal import purging, retention
    from atdemain.journal.actors import system

    def run(now: datetime) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            purging.run(now, list(retention.KINDS.values()), system("purge"))

    return run
