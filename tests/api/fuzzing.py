"""The whole document asked in every way that it allows and in those it does not, by schemathesis, through WSGI.

Each case is undone: the next one finds the stage as it was. Nothing is decided here of what a good answer is but what
the tool's own checks and the contract say.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from django.test import Client as Browser
from hypothesis import HealthCheck, Phase
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from atdemain.organisation.models import RequestCount
from atdemain.rest.reference.document import document
from atdemain.rest.reference.operations import FORM, JSON
from tests.api import contract
from tests.api.stage import OPERATIONS, Stage, first_body, versioned

#: Refused though the document allows it: what depends on what the server knows, or on the hour.
KNOWN_BY_THE_SERVER = {
    "unknown", "one_of", "not_a_number", "refused", "invalid", "in_the_future", "before_arrival", "before_answer",
    "time_too_old", "not_yours", "bad_cursor", "bad_month", "url", "url_taken", "host_not_allowed", "named_contact",
    "appointment_at", "duplicate_of", "same_id_other_content",
}  # fmt: skip
#: Cases between two tokens.
ROUND = 2_000
BATCHES = {"send_contacts": "contacts", "send_fault_tickets": "fault_tickets"}


@dataclass
class Tally:
    """Cases sent, the statuses of each operation, and what was wrong."""

    cases: int = 0
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)

    @property
    def totals(self) -> Counter[int]:
        """How many of each status."""
        return sum(self.statuses.values(), Counter())

    @property
    def never_accepted(self) -> list[str]:
        """`missing_test_data`: operations that no case came through."""
        return [name for name, seen in self.statuses.items() if not any(200 <= code < 300 for code in seen)]

    @property
    def never_let_in(self) -> list[str]:
        """`missing_auth`: operations that answered nothing but 401 and 403."""
        return [name for name, seen in self.statuses.items() if not set(seen) - {401, 403}]


def fuzz(stage: Stage, cases: int, seed: int = 0) -> Tally:
    """At least `cases` in all, by rounds of `ROUND` shared evenly between the operations, from `seed` on."""
    config = SchemathesisConfig()
    config.projects.default.generation.allow_x00 = False
    refusals = config.projects.default.checks.negative_data_rejection
    refusals.expected_statuses = [*refusals.expected_statuses, "411", "412", "413", "414"]
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document())), config=config)
    schema.app = get_wsgi_application()
    tally = Tally()
    while tally.cases < cases:
        for result in schema.get_all_operations():
            if (left := cases - tally.cases) > 0:
                _operation(stage, result.ok(), tally, min(left, ROUND), seed)
        seed += 2
    return tally


def _operation(stage: Stage, operation: Any, tally: Tally, cases: int, seed: int) -> None:
    """The part of this operation in a round of `cases`, half of them as the document does not allow."""
    name = operation.definition.raw["operationId"]
    ways = _ways(stage, name)
    whole = cases / len(OPERATIONS) / sum(share for share, _, _ in ways)
    judge = _Judge(tally, name, _token(stage, name))
    for share, mode, fixed in ways:
        each = math.ceil(whole * share)
        try:
            _send_all(operation.as_strategy(generation_mode=mode, **fixed), judge, each, seed)
        except hypothesis.errors.Unsatisfiable:  # nothing of it can be wrong: every text is a header
            if mode.is_positive:
                raise
            _send_all(operation.as_strategy(**fixed), judge, each, seed + 1)


def _ways(stage: Stage, name: str) -> list[tuple[int, GenerationMode, dict[str, Any]]]:
    """(share, mode, what is fixed to reach what lies behind the right address and version); the rest is generated."""
    found = OPERATIONS[name][2]
    right: dict[str, Any] = {}
    path = {one["name"]: stage.ids[one["example"]] for one in found["parameters"] if one.get("in") == "path"}
    if path:
        right["path_parameters"] = path
    if versioned(found):
        right["headers"] = {"If-Match": '"1"'}
    positive, negative = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    if name == "get_token":
        secret = {"client_id": stage.partner.client.client_id, "client_secret": stage.partner.secret}
        known = {"grant_type": "client_credentials", **secret}
        return [(5, positive, {}), (5, negative, {}), (1, positive, {"body": known, "media_type": FORM})]
    ways = [(5, positive, right), (5, negative, right)]
    if right:
        ways.append((2, negative, {}))
    if "requestBody" in found:
        ways.append((1, positive, {**right, "body": stage.here(first_body(found)), "media_type": JSON}))
    return ways


def _token(stage: Stage, name: str) -> str:
    """A real one, of the one scope that the operation asks for."""
    found = OPERATIONS[name][2]
    if not found["security"]:
        return ""
    who = stage.switch if "telephony" in str(found["security"]) else stage.partner
    (scopes,) = found["security"][0].values()
    sent = {
        "grant_type": "client_credentials",
        "client_id": who.client.client_id,
        "client_secret": who.secret,
        **({"scope": scopes[0]} if scopes else {}),
    }
    RequestCount.objects.all().delete()
    answer = Browser().post("/api/token", sent)
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


def _send_all(strategy: Any, judge: _Judge, cases: int, seed: int) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(case=strategy)
    def one(case: Case) -> None:
        before = transaction.savepoint()
        judge(case)
        transaction.savepoint_rollback(before)
        transaction.savepoint_commit(before)  # gone too, or a hundred thousand of them stand in one another

    with _connection_kept():
        one()


@contextmanager
def _connection_kept() -> Iterator[None]:
    """A request ends in the test's own transaction: its connection outlives it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@dataclass
class _Judge:
    """Sends a case and notes what in its answer is wrong."""

    tally: Tally
    name: str
    token: str

    def __call__(self, case: Case) -> None:
        headers = {"Accept-Encoding": "identity"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = case.call(headers=headers)
        except Exception as error:  # what the server let through is what is looked for
            self._note(case, f"{type(error).__name__}: {error}")
            return
        self.tally.cases += 1
        self.tally.statuses[self.name][answer.status_code] += 1
        found = OPERATIONS[self.name][2]
        for difference in contract.differences(found, _plain(answer)):
            self._note(case, difference)
        try:
            case.validate_response(answer, headers=headers, excluded_checks=self._excluded)
        except FailureGroup as group:
            for failure in group.exceptions:
                self._note(case, f"{failure} {answer.status_code} {answer.content[:300]!r}")
        if case.meta.generation.mode.is_positive:
            self._accepted(case, answer)
        if self.name in BATCHES and answer.status_code == 200:
            self._each_item(case, answer)

    @property
    def _excluded(self) -> list[Any]:
        """Acceptance is judged below, by code; a batch answers for each of its items, whatever they are."""
        return [positive_data_acceptance, *([negative_data_rejection] if self.name in BATCHES else [])]

    def _accepted(self, case: Case, answer: Response) -> None:
        if answer.status_code in (400, 422):
            told = answer.json()
            codes = {fault["code"] for fault in told.get("errors", [])} or {told.get("code", "")}
            if codes - KNOWN_BY_THE_SERVER and self.name != "get_token":
                self._note(case, f"refused though the document allows it: {answer.content[:400]!r}")

    def _each_item(self, case: Case, answer: Response) -> None:
        member = BATCHES[self.name]
        for item, result in zip(case.body[member], answer.json()["items"], strict=True):
            allowed = not contract.body_errors(OPERATIONS[self.name][2], {member: [item]})
            codes = {fault["code"] for fault in result.get("errors", [])}
            if not allowed and result["status"] != "rejected":
                self._note(case, f"taken though the document refuses it: {item}")
            elif allowed and codes - KNOWN_BY_THE_SERVER:
                self._note(case, f"rejected though the document allows it: {item} {result}")

    def _note(self, case: Case, words: str) -> None:
        mode = case.meta.generation.mode.value
        sent = f"{case.path_parameters} {case.query} {case.headers} {str(case.body)[:600]}"
        self.tally.wrong.append(f"{self.name} ({mode}): {words}\n    {sent}")


def _plain(answer: Response) -> HttpResponse:
    headers = {name: values[0] for name, values in answer.headers.items() if name != "content-length"}
    return HttpResponse(answer.content, status=answer.status_code, headers=headers)
