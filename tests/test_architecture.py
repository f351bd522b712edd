"""The house rules of the code base that a reader cannot hold in mind (architecture.md §1, §4, §8)."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("atdemain", "cases", "routing", "recognition")
#: What ties every app together, imported by none of them.
WIRING = {f"atdemain.{name}" for name in ("settings", "urls", "api", "celery", "wsgi", "health", "service")}

#: From the top of the house to its ground: nothing imports what stands above it.
APPS = ("recognition", "routing", "cases", "atdemain")
#: The support apps, the lower ones last. Pages are the shell around them all.
SUPPORT = (
    "atdemain.pages", "atdemain.rest", "atdemain.jobs", "atdemain.notifications", "atdemain.organisation", "atdemain.journal",
    "atdemain.statements", "atdemain.triggers", "atdemain.database", "atdemain.spreadsheets", "atdemain.sealing",
)  # fmt: skip
#: Inside `cases`: what is on the left may import what is on its right, never the reverse.
LAYERS = (
    ("views", "api", "tasks", "management", "admin", "templatetags", "demo", "urls"),
    ("forms", "filters", "tables"),
    ("sweep", "intake", "importing", "exporting", "bulk", "recording", "leaving"),
    ("workflow",),
    ("permissions", "timers"),
    ("models",),
    ("querysets",),
    ("enums",),
)
#: Facts and `now` in, an answer with its reasons out: no model, no ORM, no clock of their own.
PURE = (
    "atdemain/organisation/calendar.py",
    "atdemain/organisation/opening_hours.py",
    "atdemain/organisation/public_holidays.py",
    "cases/guards.py",
    "cases/hour_guards.py",
    "cases/deadlines.py",
    "cases/ladder.py",
    "cases/reminders.py",
    "cases/reasons.py",
    "cases/client_messages.py",
    "cases/repeat",
    "recognition/mentoring/rules.py",
    "recognition/rules.py",
    "recognition/findings.py",
    "recognition/trees.py",
    "recognition/amounts.py",
    "recognition/wording.py",
    "recognition/explanation.py",
    "recognition/results.py",
    "recognition/money.py",
    "recognition/reading.py",
    "atdemain/rest/problems.py",
    "atdemain/rest/body.py",
    "atdemain/rest/fields.py",
    "atdemain/rest/conditions.py",
    "cases/api/batches.py",
)
LONG = 500  # lines: split by theme (architecture.md §8)
#: Longer than LONG, with the reason why it stays whole.
LONGER: dict[str, str] = {}


class Import(NamedTuple):
    file: str
    line: int
    module: str
    inside: str  # the function it hides in, "" at the top


@cache
def sources() -> tuple[Path, ...]:
    return tuple(
        path
        for app in PRODUCT
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    )


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports() -> tuple[Import, ...]:
    return tuple(found for path in sources() for found in _imports_of(path))


def _imports_of(path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]

    def walk(node: ast.AST, inside: str) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue  # for the type checker only: nothing is imported
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(name_of(path), child.lineno, alias.name, inside)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    parts = package.split(".")
                    base = ".".join([*parts[: len(parts) - child.level + 1], *([base] if base else [])])
                yield Import(name_of(path), child.lineno, base, inside)
                for alias in child.names:
                    yield Import(name_of(path), child.lineno, f"{base}.{alias.name}", inside)
            else:
                function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
                yield from walk(child, child.name if function else inside)

    yield from walk(tree, "")


def reaches(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}.")


def is_wiring(file: str) -> bool:
    return file.removesuffix(".py").replace("/", ".") in WIRING


def shown(found: list[Import]) -> str:
    return "\n".join(f"{i.file}:{i.line} imports {i.module}" for i in found)


# -- arrows -------------------------------------------------------------------------------------------


def test_no_app_imports_one_that_stands_above_it():
    backward = [
        found
        for found in imports()
        for above in APPS[: APPS.index(found.file.split("/")[0])]
        if reaches(found.module, above) and not is_wiring(found.file)
    ]

    assert not backward, shown(backward)


def test_no_app_imports_the_wiring():
    wrong = [
        found
        for found in imports()
        if any(reaches(found.module, wiring) for wiring in WIRING)
        and not is_wiring(found.file)
        and found.file != "atdemain/__init__.py"
    ]

    assert not wrong, shown(wrong)


def test_no_support_app_imports_one_that_stands_above_it():
    backward = []
    for found in imports():
        for rank, app in enumerate(SUPPORT):
            if found.file.startswith(app.replace(".", "/") + "/"):
                backward += [found for above in SUPPORT[:rank] if reaches(found.module, above)]

    assert not backward, shown(backward)


def layer_of(part: str) -> int | None:
    return next((rank for rank, names in enumerate(LAYERS) if part in names), None)


def test_inside_cases_no_layer_imports_one_that_stands_above_it():
    backward = []
    for found in imports():
        if not found.file.startswith("cases/") or not reaches(found.module, "cases"):
            continue
        here = layer_of(found.file.split("/")[1].removesuffix(".py"))
        parts = found.module.split(".")
        there = layer_of(parts[1]) if len(parts) > 1 else None
        if here is not None and there is not None and there < here:
            backward.append(found)

    assert not backward, shown(backward)


def test_no_import_hides_in_a_function():
    """It would work round a circle. `ready()` of an app is where Django asks for such imports."""
    hidden = [
        found
        for found in imports()
        if found.inside
        and any(reaches(found.module, app) for app in PRODUCT)
        and not (found.file.endswith("apps.py") and found.inside == "ready")
    ]

    assert not hidden, shown(hidden)


def test_no_model_signal_ties_the_apps_together():
    """Hooks are a plain table (`cases.hooks`); `pre_migrate` and `post_migrate` are Django's own places
    for what goes around a migration."""
    signals = [found for found in imports() if found.module.startswith("django.db.models.signals.")]

    around = (".pre_migrate", ".post_migrate")
    assert not [found for found in signals if not found.module.endswith(around)], shown(signals)


def pure_files() -> list[Path]:
    found = []
    for name in PURE:
        path = ROOT / name
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return found


@pytest.mark.parametrize("path", pure_files(), ids=name_of)
def test_pure_module_imports_no_model_and_no_orm(path):
    wrong = [
        found
        for found in _imports_of(path)
        if re.search(r"\bmodels\b|django\.db|querysets|workflow|django\.utils\.timezone", found.module)
    ]

    assert not wrong, shown(wrong)


@pytest.mark.parametrize("path", pure_files(), ids=name_of)
def test_pure_module_has_no_clock_of_its_own(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert not called.endswith((".now", ".utcnow", ".today", "time.time")), f"{path}:{node.lineno}"


def test_clock_and_orm_are_seen_where_they_are():
    """The rules above can fail: an impure module is recognised."""
    found = list(_imports_of(ROOT / "cases/workflow/door.py"))

    assert any(i.module == "cases.models" for i in found)
    assert any(i.module == "cases.workflow.move" for i in found)


# -- words --------------------------------------------------------------------------------------------


def test_no_task_is_delayed_by_the_broker():
    """A timer is a row with a due time (architecture.md §4): neither word may appear in the product."""
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "arg", None) or getattr(node, "attr", None) or getattr(node, "id", None)
            if name in ("eta", "countdown", "apply_async", "delay"):
                wrong.append(f"{name_of(path)}:{node.lineno} {name}")

    assert not wrong, "\n".join(wrong)


def test_no_transition_leaves_from_everywhere():
    wrong = [
        name_of(path)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == "source"
        and isinstance(node.value, ast.Constant)
        and node.value.value in ("*", "+")
    ]

    assert not wrong


def test_state_machine_library_is_installed_once():
    """`django-fsm` and `django-fsm-2` install the same module: the older one would win by chance."""
    owners = set(importlib.metadata.packages_distributions()["django_fsm"])

    assert owners == {"django-fsm-2"}
    assert importlib.metadata.version("django-fsm-2") == "4.2.4"


def test_state_field_is_written_by_nobody_but_the_model():
    """No `.state = …` outside the FSM's own methods (INV-10)."""
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    wrong.append(f"{name_of(path)}:{node.lineno}")

    assert not wrong, "\n".join(wrong)


def test_no_file_is_called_utils_or_helpers():
    assert not [name_of(path) for path in sources() if path.stem in ("utils", "helpers", "misc", "common")]


def test_files_stay_short_enough_to_be_read():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    too_long = {name: n for name, n in lengths.items() if n > LONG and name not in LONGER}

    assert not too_long, f"split by theme: {too_long}"
    assert all(lengths[name] > LONG for name in LONGER), "no longer an exception"


# -- migrations ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_migrations_are_in_step_with_the_models():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_migration_has_a_name_that_says_what_it_does():
    automatic = [
        str(path.relative_to(ROOT))
        for app in PRODUCT
        for path in (ROOT / app).rglob("migrations/0*.py")
        if re.fullmatch(r"\d{4}_auto_.*", path.stem)
    ]

    assert not automatic
