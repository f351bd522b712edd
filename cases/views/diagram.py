from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.diagram import drawing, passages


@require_safe
@login_required
def workflow_page(request: HttpRequest) -> HttpResponse:
    """The states of a case, drawn from the code, for everyone who is logged in."""
    return render(request, "cases/workflow.html", {"passages": passages(), **drawing()})
