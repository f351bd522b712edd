"""The document as its pages show it: each operation with its fields, its examples and its answers, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from atdemain.rest.problems import KINDS, MEDIA_TYPE, Kind
from atdemain.rest.reference.document import document, operations
from atdemain.rest.reference.texts import TAGS, Group

Part = dict[str, Any]
KINDS_OF = {
    "string": "texte", "integer": "nombre entier", "number": "nombre", "boolean": "true ou false",
    "object": "objet", "array": "liste",
}  # fmt: skip
FORMATS = {"date-time": "date et heure", "date": "date"}


class Field(NamedTuple):
    """`name` with its place (« items[].id »), `kind` in words; `values` where it is one of a few."""

    name: str
    kind: str
    needed: bool
    values: list[str]
    words: str


class Sample(NamedTuple):
    """`request`: what to type; `answer` as JSON, "" without a body."""

    title: str
    request: str
    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation of the document."""

    name: str
    method: str
    path: str
    told: Part
    root: str = ""

    @property
    def title(self) -> str:
        return self.told["summary"]

    @property
    def words(self) -> str:
        return self.told["description"] if self.told["description"] != self.title else ""

    @property
    def scope(self) -> str:
        return next((scope for one in self.told["security"] for scope in one["oauth2"]), "")

    @property
    def any_token(self) -> bool:
        return bool(self.told["security"]) and not self.scope

    @property
    def parameters(self) -> list[Field]:
        found = []
        for one in self.told["parameters"]:
            whole = resolved(one)
            words = whole.get("description") or whole["schema"].get("description", "")
            where = {"path": "dans l’adresse", "query": "paramètre", "header": "en-tête"}[whole["in"]]
            kind = f"{where}, {kind_of(whole['schema'])}"
            found.append(
                Field(whole["name"], kind, whole.get("required", False), values_of(whole["schema"]), words)
            )
        return found

    @property
    def body(self) -> list[Field]:
        if "requestBody" not in self.told:
            return []
        (media,) = self.told["requestBody"]["content"].values()
        return list(fields_of(media["schema"]))

    @property
    def successes(self) -> list[tuple[str, str, list[Field], list[str]]]:
        """(status, words, fields of the body, headers)."""
        return [
            (status, told["description"], list(self._answer(told)), sorted(told["headers"]))
            for status, told in self.told["responses"].items()
            if status < "400"
        ]

    @staticmethod
    def _answer(told: Part) -> Iterator[Field]:
        for media in told.get("content", {}).values():
            yield from fields_of(media["schema"])

    @property
    def problems(self) -> list[tuple[str, Kind]]:
        return [
            (code, KINDS[code])
            for told in self.told["responses"].values()
            for code in told.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
        ]

    @property
    def samples(self) -> list[Sample]:
        """Each example of a request with what answers it; the first success where there is no body."""
        answers = {
            name: (int(status), media)
            for status, told in self.told["responses"].items()
            for media_name, content in told.get("content", {}).items()
            if media_name != MEDIA_TYPE
            for name, media in content.get("examples", {}).items()
        }
        sent: dict[str, Part] = {}
        if "requestBody" in self.told:
            (media,) = self.told["requestBody"]["content"].values()
            sent = media["examples"]
        first = int(next(iter(self.told["responses"])))
        samples = [
            Sample(
                (sent.get(name) or answers[name][1])["summary"],
                self.curl(sent.get(name, {}).get("value")),
                answers[name][0] if name in answers else first,
                as_text(answers[name][1]["value"]) if name in answers else "",
            )
            for name in {**sent, **answers}
        ]
        return samples or [Sample(self.title, self.curl(None), first, "")]

    def curl(self, body: Any) -> str:
        """What to type in a terminal, the token in `$token`."""
        path, query = self.path, {}
        lines = [f"curl -s -X {self.method}" if self.method not in ("GET", "POST") else "curl -s"]
        if self.told["security"]:
            lines.append('-H "Authorization: Bearer $token"')
        for one in map(resolved, self.told["parameters"]):
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", str(one["example"]))
            elif one["in"] == "query" and "example" in one:
                query[one["name"]] = one["example"]
            elif one["name"] == "If-Match":
                lines.append("-H 'If-Match: \"1\"'")
        media = next(iter(self.told.get("requestBody", {}).get("content", {})), "")
        if media == "application/json":
            lines += [f"-H 'Content-Type: {media}'", f"-d '{as_text(body)}'"]
        elif body:
            lines.append(f"-d '{urlencode(body)}'")
        where = f"'{self.root}{path}?{urlencode(query)}'" if query else self.root + path
        return " \\\n  ".join([f"{lines[0]} {where}", *lines[1:]])


def shown(name: str, root: str = "") -> Shown | None:
    return next((one for one in everything(root) if one.name == name), None)


def everything(root: str = "") -> Iterator[Shown]:
    for path, method, told in operations():
        yield Shown(told["operationId"], method, path, told, root)


def by_group() -> list[tuple[Group, list[Shown]]]:
    return [
        (group, [one for one in everything() if one.told["tags"] == [name]]) for name, group in TAGS.items()
    ]


def may_answer(code: str) -> list[Shown]:
    """The operations that may meet this problem."""
    return [one for one in everything() if code in dict(one.problems)]


def as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


# -- shapes in words -------------------------------------------------------------------------------------


def resolved(part: Part) -> Part:
    if "$ref" not in part:
        return part
    found: Any = document()
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def plain(shape: Part) -> Part:
    """Without its reference, nor the null beside it."""
    found = resolved(shape)
    return plain(found["oneOf"][0]) if "oneOf" in found else found


def type_of(shape: Part) -> str:
    found = plain(shape)["type"]
    return found if isinstance(found, str) else found[0]


def fields_of(shape: Part, before: str = "") -> Iterator[Field]:
    found = plain(shape)
    for name, inner in found.get("properties", {}).items():
        told = plain(inner)
        words = inner.get("description") or told.get("description", "")
        needed = name in found.get("required", [])
        values = values_of(told.get("items", told))
        yield Field(before + name, kind_of(inner), needed, values, words)
        if type_of(told) == "array":
            yield from fields_of(told["items"], f"{before}{name}[].")
        else:
            yield from fields_of(told, f"{before}{name}.")


def values_of(shape: Part) -> list[str]:
    return [value for value in plain(shape).get("enum", []) if value is not None]


def kind_of(shape: Part) -> str:
    """« texte, 40 caractères au plus, ou null »."""
    told = plain(shape)
    words = FORMATS.get(told.get("format", "")) or KINDS_OF[type_of(told)]
    if "maxItems" in told:
        words += f", de {told.get('minItems', 0)} à {told['maxItems']}"
    if "maxLength" in told:
        words += f", {told['maxLength']} caractères au plus"
    if told.get("minLength", 0) > 1:
        words += f", {told['minLength']} au moins"
    if told.get("maximum", 2**63) < 2**63 - 1:
        words += f", de {told.get('minimum', 0)} à {told['maximum']}"
    null = "oneOf" in resolved(shape) or isinstance(told["type"], list)
    return words + (", ou null" if null else "")
