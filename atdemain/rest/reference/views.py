"""The reference as it is read: the document for programs, pages for people. Open to everyone."""

from __future__ import annotations

from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiYamlRenderer

from atdemain.organisation.api_scopes import SCOPES
from atdemain.rest import conditions
from atdemain.rest.problems import KINDS, Fault, Problem, invalid
from atdemain.rest.reference import shown
from atdemain.rest.reference.changes import CHANGES
from atdemain.rest.reference.document import document
from atdemain.rest.reference.events import TITLES
from atdemain.rest.reference.remedies import REMEDIES
from atdemain.rest.views import answer_of
from atdemain.rest.views import render as as_json

#: `?format=`, or what Accept names: how the document is written.
FORMATS = {"json": "application/json", "yaml": "application/yaml"}


@csrf_exempt  # a program that posts is told that it may not (405), not that a page's token is missing
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """JSON, or YAML where it is asked for; 304 for who has it already."""
    preferred = request.get_preferred_type(list(FORMATS.values()))
    name = request.GET.get("format", "yaml" if preferred == FORMATS["yaml"] else "json")
    if name not in FORMATS:
        told = Fault("unknown_value", f"Valeur attendue parmi {', '.join(FORMATS)}.", parameter="format")
        return answer_of(invalid([told]), request)
    body, etag = _written(name)
    seen = request.headers.get("If-None-Match")
    if seen and conditions.names(seen, etag):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=FORMATS[name])
    response["ETag"] = etag
    return response


@cache
def _written(name: str) -> tuple[bytes, str]:
    told = document()
    body = as_json(told) if name == "json" else OpenApiYamlRenderer().render(told, renderer_context={})
    return body, conditions.of_body(body)


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    context = {
        "groups": shown.by_group(),
        "scopes": list(SCOPES.items()),
        "kinds": list(KINDS.items()),
        "events": list(TITLES.items()),
        "root": root_of(request),
        "version": document()["info"]["version"],
    }
    return render(request, "api/reference.html", context)


@require_safe
def operation(request: HttpRequest, name: str) -> HttpResponse:
    found = shown.shown(name, root_of(request))
    if found is None:
        raise Http404
    return render(request, "api/operation.html", {"one": found})


@require_safe
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """Where the `type` of an error leads: what it means, what to do, who may meet it."""
    if code not in KINDS:
        raise Http404
    context = {
        "code": code,
        "kind": KINDS[code],
        "remedy": REMEDIES[code],
        "body": shown.as_text(Problem(code).body(root_of(request))),
        "met": shown.may_answer(code),
        "others": [(name, kind) for name, kind in KINDS.items() if name != code],
    }
    return render(request, "api/problem.html", context)


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Its two programs are whole: copied, they run."""
    root = {"root": root_of(request)}
    context = {
        name: render_to_string(f"api/guide/{name}.txt", root).strip() + "\n" for name in ("python", "curl")
    }
    return render(request, "api/guide.html", context | root)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    return render(request, "api/changes.html", {"changes": CHANGES})


def root_of(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
