"""The OpenAPI document: made without a warning, valid, the same as the addresses, and served to everyone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client as Browser

from atdemain.organisation.api_scopes import SCOPES
from atdemain.rest.reference.document import document, operations
from tests.api.cast import problem
from tests.api.test_base import views

ADDRESS = "/api/schema/"


def test_the_document_is_valid_openapi_3_1_and_makes_no_warning(tmp_path: Path):
    file = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(file))
    assert yaml.safe_load(file.read_text())["openapi"].startswith("3.1")


def test_every_method_of_every_view_is_told_with_the_scope_it_asks_for():
    told = {found["operationId"]: found["security"] for _, _, found in operations()}
    asked = [scope for _, view in views() for scope in view.scopes.values()]
    assert sorted(str(security) for name, security in told.items() if name != "get_token") == sorted(
        str([{"oauth2": [scope] if scope else []}]) for scope in asked
    )
    assert told["get_token"] == []


def test_the_scopes_are_those_of_the_table():
    scheme = document()["components"]["securitySchemes"]["oauth2"]
    assert scheme["flows"]["clientCredentials"]["scopes"] == SCOPES


def test_a_program_reads_the_document_without_a_token_in_json_or_yaml(client: Browser):
    told = client.get(ADDRESS)
    assert told["Content-Type"] == "application/json"
    assert told.json() == json.loads(json.dumps(document()))
    for answer in (
        client.get(ADDRESS, {"format": "yaml"}),
        client.get(ADDRESS, headers={"Accept": "application/yaml"}),
    ):
        assert answer["Content-Type"] == "application/yaml"
        assert yaml.safe_load(answer.content)["paths"].keys() == document()["paths"].keys()
    assert client.get(ADDRESS, headers={"If-None-Match": told["ETag"]}).status_code == 304
    problem(client.get(ADDRESS, {"format": "xml"}), 422, "validation")


def test_a_program_that_posts_to_the_document_is_told_405():
    problem(Browser(enforce_csrf_checks=True).post(ADDRESS), 405, "method_not_allowed")


@pytest.mark.parametrize("kind", ["parameters", "headers", "examples", "schemas"])
def test_every_shared_part_is_used(kind: str):
    text = json.dumps(document())
    unused = [name for name in document()["components"][kind] if f'"#/components/{kind}/{name}"' not in text]
    assert unused == []
