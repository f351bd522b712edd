"""A profile's TOML text → Profile, strict: an unknown key is refused, naming the nearest one known."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import ProfileRefused, why
from .formats import check_formats
from .profile import CONTACT, Condition, FieldRule, Profile, Shape, UnitRule
from .toml_words import toml_words
from .values import Unreadable, boolean, duration, leg_number

MAX_BYTES = 200_000
FILE_KEYS = {
    "separator", "quote", "escape", "encoding", "header", "skip", "timezone", "ambiguous", "answer_times",
    "name", "description",
}  # fmt: skip
COMMON_KEYS = {"column", "template", "constant", "empty", "map", "default"}
TIME_KEYS = {
    "column", "format", "empty", "date", "time", "date_format", "time_format", "timezone", "zero", "next_day",
    "within_hours",
}  # fmt: skip
UNIT_KEYS = {"code", "name", "timezone", "participates"}
WHEN_KEYS = {"column", "is", "is_not", "set"}


def shipped(shape: Shape = CONTACT) -> dict[str, Path]:
    """The profiles of this shape that come with the product, by name."""
    return {path.stem: path for path in sorted(shape.profiles.glob("*.toml"))}


def profile_path(name_or_path: str, shape: Shape = CONTACT) -> Path:
    """Where a profile is: a shipped one by its name, else a file."""
    return shipped(shape).get(name_or_path) or Path(name_or_path)


def load(name_or_path: str, shape: Shape = CONTACT) -> Profile:
    """A shipped profile by its name, else a file. Raises ProfileRefused."""
    path = profile_path(name_or_path, shape)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        known = ", ".join(shipped(shape))
        raise ProfileRefused(
            f"Le profil « {name_or_path} » ne se lit pas ({why(error)}). Profils livrés : {known}."
        ) from error
    return parse_bytes(raw, name=path.stem, shape=shape)


def parse_bytes(raw: bytes, *, name: str, shape: Shape = CONTACT) -> Profile:
    if len(raw) > MAX_BYTES:
        raise ProfileRefused(f"Un profil tient en {MAX_BYTES // 1000} Ko : ce fichier n’en est pas un.")
    try:
        return parse(raw.decode("utf-8-sig"), name=name, shape=shape)
    except UnicodeDecodeError as error:
        raise ProfileRefused("Le profil n’est pas un texte en UTF-8.") from error


def parse(text: str, *, name: str, shape: Shape = CONTACT) -> Profile:
    """Raises ProfileRefused, naming the key and what it may be."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProfileRefused(f"Le profil n’est pas un fichier TOML valable : {toml_words(error)}.") from error
    _known(data, {"file", "fields", "when", *(["unit"] if shape is CONTACT else [])}, "le profil")
    file = _table(data, "file")
    _known(file, FILE_KEYS, "[file]")
    raw_fields = _table(data, "fields")
    _known(raw_fields, shape.fields, "[fields]")
    fields = {key: _field(key, value, shape) for key, value in raw_fields.items()}
    for key in shape.required:
        if key not in fields:
            raise ProfileRefused(f"Le profil ne dit pas comment lire « {key} », qui est nécessaire.")
    zone = _zone(file.get("timezone", "Europe/Paris"), "[file]")
    return Profile(
        name=_text(file, "name", name, "[file]")[:80],
        text=text,
        separator=_character(file, "separator", ",", required=True),
        quote=_character(file, "quote", '"'),
        escape=_character(file, "escape", ""),
        encoding=_encoding(_text(file, "encoding", "utf-8-sig", "[file]")),
        header=_flag(file, "header", True, "[file]"),
        skip=_whole(file, "skip", 0, "[file]"),
        zone=zone,
        later_of_two=_one_of(file, "ambiguous", ("first", "second"), "[file]") == "second",
        answer_times=_flag(
            file, "answer_times", "answered_at" in fields and "outcome" not in fields, "[file]"
        ),
        fields=fields,
        conditions=_conditions(data.get("when", []), shape),
        unit=_unit(_table(data, "unit"), zone) if "unit" in data else None,
        shape=shape,
    )


# -- fields ----------------------------------------------------------------------------------------------


def _field(name: str, value: Any, shape: Shape) -> FieldRule:
    where = f"[fields.{name}]"
    if isinstance(value, str | int | list) and not isinstance(value, bool):
        value = {"column": value}
    if not isinstance(value, dict):
        raise ProfileRefused(f"{where} : donnez une colonne, un modèle ou une constante.")
    is_time = name in shape.times
    more = {"format"} if name in shape.durations else set()
    _known(value, TIME_KEYS if is_time else COMMON_KEYS | more, where)
    ways = [way for way in ("column", "template", "constant") if way in value]
    if "date" in value or "time" in value:
        if "date" not in value or "time" not in value:
            raise ProfileRefused(f"{where} : date et time vont ensemble.")
        ways.append("date + time")
    if len(ways) != 1:
        known = "column ou date + time" if is_time else "column, template ou constant"
        raise ProfileRefused(f"{where} : une façon et une seule parmi {known}.")
    mapping = value.get("map", {})
    if not isinstance(mapping, dict):
        raise ProfileRefused(f"{where} map : une table « texte = valeur ».")
    zone = _zone(value["timezone"], where) if "timezone" in value else None
    constant = _constant(name, value["constant"], where, shape) if "constant" in value else None
    check_formats(value, where, is_time=is_time, is_duration=name in shape.durations)
    return FieldRule(
        name=name,
        columns=_names(value, "column", where),
        template=_text(value, "template", "", where),
        constant=constant,
        empty=frozenset([*_texts(value, "empty", where), ""]),
        mapping={str(key): _constant(name, item, f"{where} map", shape) for key, item in mapping.items()},
        default=_constant(name, value["default"], f"{where} default", shape) if "default" in value else None,
        formats=_texts(value, "format", where),
        date_column=next(iter(_names(value, "date", where)), ""),
        time_columns=_names(value, "time", where),
        date_formats=_texts(value, "date_format", where) or ("%Y-%m-%d",),
        time_formats=_texts(value, "time_format", where) or ("%H:%M:%S", "%H:%M"),
        zone=zone,
        zero_is_none=_flag(value, "zero", False, where),
        next_day=_flag(value, "next_day", False, where),
        within=timedelta(hours=_whole(value, "within_hours", 0, where)) if "within_hours" in value else None,
    )


def _constant(name: str, value: Any, where: str, shape: Shape) -> Any:
    """A value written in the profile for this field, checked now rather than at every row."""
    allowed = shape.choices.get(name)
    if allowed is not None:
        if str(value) not in allowed:
            raise ProfileRefused(
                f"{where} : « {value} » n’est pas une valeur de {name} ({', '.join(allowed)})."
            )
        return str(value)
    text = str(value).strip()
    try:
        if name in shape.booleans:
            return value if isinstance(value, bool) else boolean(text)
        if name in shape.durations:
            return duration(text, ()) if text else None
        if name in shape.wholes:
            return leg_number(text)
    except Unreadable as error:
        raise ProfileRefused(f"{where} : {error}") from error
    if name in shape.times:
        if text:
            raise ProfileRefused(
                f'{where} : une heure ne se donne pas en constante, seulement « "" » (aucune).'
            )
        return None
    return text


def _conditions(value: Any, shape: Shape) -> list[Condition]:
    if not isinstance(value, list):
        raise ProfileRefused("[[when]] : une liste de conditions.")
    found = []
    for rank, item in enumerate(value, 1):
        where = f"[[when]] n° {rank}"
        _known(item, WHEN_KEYS, where)
        if ("is" in item) == ("is_not" in item) or "column" not in item or not item.get("set"):
            raise ProfileRefused(f"{where} : il faut column, is (ou is_not) et set.")
        if not isinstance(item["set"], dict):
            raise ProfileRefused(f"{where} set : une table « champ = valeur ».")
        _known(item["set"], set(shape.fields) - set(shape.required), f"{where} set")
        key = "is" if "is" in item else "is_not"
        found.append(
            Condition(
                column=_names(item, "column", where)[0],
                values=frozenset(_texts(item, key, where)),
                other=key == "is_not",
                sets={
                    name: _constant(name, target, f"{where} set", shape)
                    for name, target in item["set"].items()
                },
            )
        )
    return found


def _unit(value: Mapping[str, Any], zone: ZoneInfo) -> UnitRule:
    _known(value, UNIT_KEYS, "[unit]")
    code = _text(value, "code", "", "[unit]")
    if not code or len(code) > 20 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in code):
        raise ProfileRefused("[unit] code : 20 caractères au plus, lettres sans accent, chiffres, - et _.")
    tz = _zone(value.get("timezone", zone.key), "[unit]").key
    name = _text(value, "name", code, "[unit]")[:80]
    return UnitRule(code, name, tz, _flag(value, "participates", False, "[unit]"))


# -- values ----------------------------------------------------------------------------------------------


def _character(table: Mapping[str, Any], key: str, default: str, *, required: bool = False) -> str:
    value = _text(table, key, default, "[file]")
    value = {"tab": "\t", "\\t": "\t"}.get(value, value)
    if len(value) > 1 or (required and not value) or value in ("\n", "\r", "\0"):
        raise ProfileRefused(f"[file] {key} : un seul caractère{', ou « tab »' if required else ''}.")
    return value


def _encoding(name: str) -> str:
    try:
        "é".encode(name)
        b"e".decode(name, errors="replace")
    except (LookupError, UnicodeError) as error:
        raise ProfileRefused(f"[file] encoding : « {name} » n’est pas un encodage de texte connu.") from error
    return name


def _zone(value: Any, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ProfileRefused(f"{where} timezone : « {value} » n’est pas un fuseau connu.") from error


def _text(table: Mapping[str, Any], key: str, default: str, where: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise ProfileRefused(f"{where} {key} : un texte entre guillemets.")
    return value


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int) for item in values):
        raise ProfileRefused(f"{where} {key} : un texte, ou une liste de textes.")
    return tuple(map(str, values))


def _names(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    names = _texts(table, key, where)
    if key in table and not all(names):
        raise ProfileRefused(f"{where} {key} : le nom de la colonne manque.")
    return names


def _flag(table: Mapping[str, Any], key: str, default: bool, where: str) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise ProfileRefused(f"{where} {key} : true ou false, sans guillemets.")
    return value


def _whole(table: Mapping[str, Any], key: str, default: int, where: str) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10_000:
        raise ProfileRefused(f"{where} {key} : un nombre entier de 0 à 10000.")
    return value


def _one_of(table: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str) -> str:
    value = table.get(key, allowed[0])
    if value not in allowed:
        raise ProfileRefused(f"{where} {key} : {' ou '.join(allowed)}.")
    return value


def _table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise ProfileRefused(f"[{name}] est une table.")
    return value


def _known(data: Any, known: Collection[str], where: str) -> None:
    if not isinstance(data, dict):
        raise ProfileRefused(f"{where} : une table est attendue.")
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = (
                f" Vouliez-vous dire « {near[0]} » ?"
                if near
                else f" Clés connues : {', '.join(sorted(known))}."
            )
            raise ProfileRefused(f"{where} : clé inconnue « {key} ».{hint}")
