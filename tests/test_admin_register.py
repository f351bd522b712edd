"""What the administration opens, written down: the permission table names its addresses by patterns only."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import RequestFactory

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.roles import set_roles

#: Model → what an administrator may do in its pages. A case, a client and what is told of them have none.
REGISTER = {
    "cases.massincident": "add change",
    "cases.phoneextension": "add change delete",
    "cases.reason": "add change",
    "cases.repeatrule": "add change",
    "journal.auditevent": "",
    "notifications.delivery": "",
    "notifications.outgoinghold": "add change",
    "organisation.entity": "add change",
    "organisation.participation": "add change",
    "organisation.programme": "add change",
    "organisation.team": "add change",
    "organisation.unit": "add change",
    "organisation.unitparticipation": "add change",
    "organisation.user": "add change",
    "recognition.competency": "add change",
    "routing.advisorskill": "add change",
    "routing.flowcompensation": "add change",
    "routing.presence": "add change delete",
    "routing.routingpolicy": "add change",
    "routing.skill": "add change",
    "routing.unitsharing": "add change",
}


@pytest.mark.django_db
def test_the_administration_opens_these_models_and_these_gestures_and_no_other():
    request = RequestFactory().get("/admin/")
    request.user = User.objects.create(username="admin")
    set_roles(request.user, [Role.ADMIN])
    found = {
        model._meta.label_lower: " ".join(
            verb for verb in ("add", "change", "delete") if getattr(page, f"has_{verb}_permission")(request)
        )
        for model, page in admin.site._registry.items()
    }
    assert found == REGISTER
