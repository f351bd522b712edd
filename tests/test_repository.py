"""The repository itself: locks, documents and the facts they state."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md",
    "docs/decisions.md", "docs/production.md", "docs/import.md",
]  # fmt: skip
LOCKS = ["requirements.txt", "requirements-dev.txt"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tracked() -> list[str]:
    """Files of the repository; all that is there, when it is not a clone."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


# -- locks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_every_package_with_its_hashes_and_no_address(lock: str):
    entries = re.split(r"\n(?=[a-z])", text(lock).strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9_.-]+(\[[a-z, ]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"https?://|index-url|find-links|file:", text(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_every_dependency_declared(lock: str):
    project = tomllib.loads(text("pyproject.toml"))["project"]
    wanted = project["dependencies"]
    if lock == "requirements-dev.txt":
        wanted = wanted + project["optional-dependencies"]["dev"]
    locked = {re.split(r"[=\[]", line)[0] for line in text(lock).splitlines() if re.match(r"[a-z]", line)}
    names = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-").replace(".", "-") for line in wanted}
    assert names <= locked


def test_package_lock_has_integrity_and_no_address():
    packages = json.loads(text("package-lock.json"))["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert "funding" not in package, name
        assert name == "" or package["integrity"].startswith("sha512-"), name


def test_only_one_state_machine_is_installed():
    """django-fsm and django-fsm-2 both install `django_fsm`: one silently overwrites the other."""
    names = {(found.metadata["Name"] or "").lower() for found in distributions()}
    assert "django-fsm-2" in names
    assert "django-fsm" not in names


# -- what is committed ----------------------------------------------------------------------------------


def test_no_file_names_a_machine_or_a_home_folder():
    pattern = re.compile(
        r"/(?:home|Users|root|work)/\w|[a-z]+\.(?:corp|lan|intra)\b|BEGIN [A-Z ]*PRIVATE KEY"
    )
    found = {}
    for name in tracked():
        if name == "tests/test_repository.py" or Path(name).suffix in {".png", ".ico", ".svg", ".woff2"}:
            continue
        if hit := pattern.search(text(name)):
            found[name] = hit[0]
    assert found == {}


def test_nothing_generated_is_committed():
    unwanted = re.compile(
        r"(^|/)(\.venv|node_modules|var|staticfiles|__pycache__)/|\.sqlite3$|\.pyc$|\.rejects\.csv$"
    )
    assert [name for name in tracked() if unwanted.search(name)] == []


@pytest.mark.parametrize("name", [*DOCUMENTS, "LICENSE"])
def test_document_exists_and_is_committed(name: str):
    assert len(text(name)) > 500
    assert name in tracked()


def test_licence_is_mit_everywhere():
    assert text("LICENSE").startswith("MIT License")
    assert "AT Demain contributors" in text("LICENSE")
    assert tomllib.loads(text("pyproject.toml"))["project"]["license"] == "MIT"
    assert json.loads(text("package.json"))["license"] == "MIT"


# -- the documents tell the truth -----------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_links_lead_somewhere(name: str):
    for target in re.findall(r"\]\(([^)]+)\)", text(name)):
        if not target.startswith("http"):
            path, _, anchor = target.partition("#")
            page = ROOT / name if not path else (ROOT / name).parent / path
            assert page.exists(), target
            if anchor:
                titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_readme_lists_every_setting_read_from_the_environment():
    source = text("atdemain/settings.py") + text("atdemain/environment.py")
    read = set(re.findall(r'(?:env\.\w+|required|whole|flag)\(\s*"([A-Z_]+)"', source))
    assert read >= {"SECRET_KEY", "DATABASE_URL", "VAR_DIR"}
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", text("README.md"), re.MULTILINE))
    assert listed == read


def test_readme_lists_every_command_of_the_product():
    ours = {
        command
        for command, app in get_commands().items()
        if app.startswith(("atdemain.", "cases", "routing", "recognition"))
    }
    listed = set(re.findall(r"^\| `(\w+)` \| [^|]+\|$", text("README.md"), re.MULTILINE))
    assert ours <= listed


def test_documents_name_commands_and_targets_that_exist():
    commands, targets = get_commands(), set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    for name in DOCUMENTS:
        for command in re.findall(r"manage\.py (\w+)", text(name)):
            assert command in commands, f"{name}: manage.py {command}"
        for target in re.findall(r"`(?:\w+=\S+ )?make ([a-z-]+)", text(name)):
            assert target in targets, f"{name}: make {target}"


def test_documents_give_commands_as_they_are_typed():
    """A newcomer has no `manage.py` in the path, and without DEBUG it is production."""
    for name in (*DOCUMENTS, "docs/planning.md", "docs/routing.md"):
        for line in text(name).splitlines():
            typed = line.replace("/opt/atdemain/app/.venv/", ".venv/")
            assert typed.count("manage.py ") == typed.count(".venv/bin/python manage.py "), f"{name}: {line}"
            assert name == "docs/production.md" or not typed.startswith(".venv/bin/python"), f"{name}: {line}"


def test_serve_says_what_is_wrong_with_its_port(tmp_path: Path):
    def said(port: str) -> str:
        env = {"PATH": os.environ["PATH"], "BIN": str(Path(sys.executable).parent), "PORT": port,
               "VAR_DIR": str(tmp_path)}  # fmt: skip
        done = subprocess.run(
            ["bash", ".ci/serve"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    for port in ("abc", "70000", "0", "-1", "8000x"):
        assert said(port).startswith(f"PORT={port} n’est pas un port")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = said(str(taken.getsockname()[1]))
    assert "est déjà pris" in words
    assert "n’est pas un port" not in words


def test_readme_names_the_demonstration_accounts_and_their_password():
    from cases.demo.organisation import PASSWORD
    from cases.demo.seed import ACCOUNTS

    readme = text("README.md")
    assert all(f"`{account}`" in readme for account in ACCOUNTS)
    assert PASSWORD in readme


def test_readme_draws_the_workflow_of_the_code():
    from cases.diagram import block

    assert block() in text("README.md")


def test_no_delayed_task_anywhere():
    """The database is the truth: what is due is a row (docs/decisions.md)."""
    code = [name for name in tracked() if name.endswith(".py") and not name.startswith("tests/")]
    assert [name for name in code if re.search(r"\b(eta|countdown)\s*=|apply_async\(", text(name))] == []
