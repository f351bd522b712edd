"""Bootstrap's style sheet straight from `node_modules`: one file (and its map), not the package's thirty."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage

PREFIX = "vendor"
FILES = ("bootstrap.min.css", "bootstrap.min.css.map")


class BootstrapFinder(BaseFinder):
    """Serves `vendor/bootstrap.min.css`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.BASE_DIR) / "node_modules" / "bootstrap" / "dist" / "css"
        self.storage = FileSystemStorage(location=self.root)
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        if (self.root / FILES[0]).exists():
            return []
        return [Warning("La feuille de style de Bootstrap manque : lancez « npm ci ».", id="atdemain.W001")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:
        prefix, _, name = path.replace(os.sep, "/").partition("/")
        found = self.root / name
        if prefix == PREFIX and name in FILES and found.exists():
            return [str(found)] if find_all else str(found)
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in FILES:
            if (self.root / name).exists():
                yield name, self.storage
