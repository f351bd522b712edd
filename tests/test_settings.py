"""The environment decides: with DEBUG unset it is production, and what is missing stops the process."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "atdemain.example",
    "DATABASE_URL": "postgres://atdemain@db.invalid:5432/atdemain",
    "REDIS_URL": "redis://redis.invalid:6379/0",
    "JOURNAL_HEADS": "/var/lib/atdemain-heads/heads.log",
}
ASK = """
import json, logging, django
from django.conf import settings
django.setup()
print(json.dumps({name: getattr(settings, name, None) for name in NAMES}, default=str))
"""


def run(*arguments: str, env: dict[str, str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A Python process that sees these variables and no other."""
    known = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "atdemain.settings",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=known | env, capture_output=True, text=True, timeout=60
    )


def settings_of(env: dict[str, str], *names: str) -> dict[str, object]:
    done = run("-c", ASK.replace("NAMES", repr(names)), env=env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    return PRODUCTION | {"VAR_DIR": str(tmp_path)}


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
@pytest.mark.parametrize("how", ["absent", "empty"])
def test_production_without_a_needed_setting_exits_1_and_names_it(production, missing: str, how: str):
    env = {name: value for name, value in production.items() if name != missing}
    if how == "empty":
        env[missing] = ""
    done = run("manage.py", "check", env=env)
    assert done.returncode == 1
    assert missing in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_MINUTES", "abc"),
        ("SESSION_MINUTES", "0"),
        ("CONN_MAX_AGE", "-1"),
        ("TRUSTED_PROXY_COUNT", "one"),
        ("SECURE_HSTS_SECONDS", "1.5"),
        ("SECURE_SSL_REDIRECT", "nonsense"),
        ("DEBUG", "perhaps"),
        ("EMAIL_URL", "nonsense"),
        ("EMAIL_URL", "smtp://mail:s3cret@host:abc"),
        ("LOG_LEVEL", "nonsense"),
        ("ALLOWED_HOSTS", " , "),
        ("SECRET_KEY", "x" * 49),
        ("DATABASE_URL", "postgres://u@h:abc/x"),
    ],
)
def test_a_setting_that_cannot_be_right_exits_1_and_names_it(production, name: str, value: str):
    done = run("manage.py", "check", env=production | {name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"Configuration : {name} ")
    assert done.stderr.count("\n") == 1
    assert "s3cret" not in done.stderr


@pytest.mark.parametrize(
    "name", ["SESSION_MINUTES", "LOG_LEVEL", "EMAIL_URL", "DEBUG", "SECURE_SSL_REDIRECT"]
)
def test_an_empty_setting_is_its_default(production, name: str):
    assert run("manage.py", "check", env=production | {name: ""}).returncode == 0


def test_production_without_a_file_of_heads_is_warned_of_what_it_protects(production):
    env = {name: value for name, value in production.items() if name != "JOURNAL_HEADS"}
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=env)
    assert done.returncode == 1
    assert "journal.W001" in done.stderr
    assert "JOURNAL_HEADS" in done.stderr
    assert run("manage.py", "check", env=env).returncode == 0


@pytest.mark.parametrize("url", ["nonsense", "mysql://root@localhost/x", "redis://localhost"])
def test_a_database_address_of_another_kind_exits_1_and_names_the_setting(production, url: str):
    done = run("manage.py", "check", env=production | {"DATABASE_URL": url})
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("database", ["postgres", "sqlite"])
def test_production_passes_the_deployment_checks(production, tmp_path: Path, database: str):
    if database == "sqlite":
        production |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}", "REDIS_URL": ""}
    done = run("manage.py", "check", "--deploy", "--fail-level", "DEBUG", env=production)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_production_serves_people_over_https_alone(production):
    found = settings_of(
        production,
        "DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
        "SECURE_PROXY_SSL_HEADER",
    )  # fmt: skip
    assert found == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECURE_PROXY_SSL_HEADER": None,
    }


def test_a_proxy_is_believed_only_when_it_is_declared(production):
    found = settings_of(production | {"TRUSTED_PROXY_COUNT": "1"}, "SECURE_PROXY_SSL_HEADER")
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_debug_needs_nothing_and_its_key_never_reaches_production(tmp_path: Path, production):
    development = settings_of(
        {"DEBUG": "1", "VAR_DIR": str(tmp_path)}, "SECRET_KEY", "DATABASES", "CELERY_BROKER_URL"
    )
    assert "sqlite3" in str(development["DATABASES"])
    assert str(development["CELERY_BROKER_URL"]).startswith("filesystem:")
    assert settings_of(production, "SECRET_KEY")["SECRET_KEY"] == production["SECRET_KEY"]


def test_debug_on_postgresql_has_a_folder_for_the_heads_of_the_journal(tmp_path: Path):
    var = tmp_path / "var"
    env = {"DEBUG": "1", "VAR_DIR": str(var)} | {
        name: PRODUCTION[name] for name in ("DATABASE_URL", "REDIS_URL")
    }
    assert settings_of(env, "JOURNAL_HEADS") == {"JOURNAL_HEADS": str(var / "journal-heads.log")}
    assert var.is_dir()


def test_the_web_path_needs_no_redis(production):
    """Sessions, limits on log-in attempts and static files: none of them asks the broker (architecture §5)."""
    found = settings_of(production, "CACHES", "SESSION_ENGINE", "STORAGES", "MESSAGE_STORAGE")
    assert "redis" not in str(found).lower()


def test_mail_goes_where_the_address_says(production):
    found = settings_of(
        production | {"EMAIL_URL": "smtp+tls://atdemain:s3cret@mail.invalid:587"},
        "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER", "EMAIL_USE_TLS",
    )  # fmt: skip
    assert found == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.invalid",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "atdemain",
        "EMAIL_USE_TLS": True,
    }


LOG = "import django, structlog; django.setup(); structlog.get_logger('x').warning('noticed', case=7)"


def test_production_logs_one_json_object_per_line_on_stderr(production):
    done = run("-c", LOG, env=production)
    line = json.loads(done.stderr)
    assert (line["event"], line["case"], line["level"]) == ("noticed", 7, "warning")
    assert line["timestamp"].endswith("Z")
    assert done.stdout == ""


def test_development_logs_words(tmp_path: Path):
    done = run("-c", LOG, env={"DEBUG": "1", "VAR_DIR": str(tmp_path)})
    assert done.stderr.strip() == "[warning] noticed case=7"


def test_the_log_level_is_a_setting(production):
    assert run("-c", LOG, env=production | {"LOG_LEVEL": "error"}).stderr == ""
