"""Settings read from the environment: what cannot be right stops the process and names its variable."""

from __future__ import annotations

import logging
import sys
from typing import Any, NoReturn

import environ

env = environ.Env()
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
TRUE, FALSE = ("true", "on", "ok", "y", "yes", "1"), ("false", "off", "n", "no", "0")
KEY_LENGTH = 50  # characters of a SECRET_KEY; below, Django itself calls it weak


def stop(name: str, why: str) -> NoReturn:
    sys.exit(f"Configuration : {name} {why} (docs/production.md).")


def whole(name: str, default: int, *, least: int = 0) -> int:
    text = env.str(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
        stop(name, f"est un nombre entier, {least} au moins, et non « {text} »")
    return int(text)


def flag(name: str, default: bool) -> bool:
    text = env.str(name, "").strip().lower()
    if not text:
        return default
    if text not in TRUE + FALSE:
        stop(name, f"vaut 1 ou 0, et non « {text} »")
    return text in TRUE


def log_level() -> str:
    level = env.str("LOG_LEVEL", "").strip().upper() or logging.getLevelName(logging.INFO)
    if level not in LEVELS:
        stop("LOG_LEVEL", f"vaut {', '.join(LEVELS)}, et non « {level} »")
    return level


def database(url: str) -> dict[str, Any]:
    try:
        config = env.db_url_config(url)
    except ValueError:  # a port that is no number
        config = {}
    if not config.get("ENGINE", "").endswith(("sqlite3", "postgresql")):
        stop("DATABASE_URL", "n’est pas une adresse postgres://… ou sqlite:///…")
    return config


def mail() -> dict[str, Any]:
    """smtp+tls://account:password@host:587, filemail:///folder; by default, the process's own output."""
    try:
        return env.email_url_config(env.str("EMAIL_URL", "") or "consolemail://")
    except (environ.ImproperlyConfigured, ValueError):  # never what it says: it may hold a password
        stop("EMAIL_URL", f"n’est pas une adresse {', '.join(env.EMAIL_SCHEMES)}://…")
