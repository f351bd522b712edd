"""The addresses of the partners' API and of the pages about it (wiring: no app imports this)."""

from django.urls import path

from atdemain.rest import webhooks
from atdemain.rest.me import Me
from atdemain.rest.reference import own, views
from atdemain.rest.token import ClientCredentials
from cases.api import reference as of_cases
from cases.api import telephony
from cases.api.contacts import Contacts
from cases.api.escalations import ACTS, Escalations, OneEscalation
from cases.api.fault_tickets import FaultTickets
from cases.api.one_case import OneCase
from cases.api.repeat_check import RepeatCheck
from routing.api import reference as of_routing
from routing.api.directory import Contact, Directory, PriorityLineView
from routing.api.flows import Flows

app_name = "api"
#: What tells of the operations: read with the addresses, so that the document knows every one.
TOLD = (own, of_cases, of_routing)

urlpatterns = [
    path("token", ClientCredentials.as_view(), name="token"),
    path("schema/", views.schema, name="schema"),
    path("reference/", views.reference, name="reference"),
    path("reference/<slug:name>/", views.operation, name="operation"),
    path("guide/", views.guide, name="guide"),
    path("changes/", views.changes, name="changes"),
    path("problems/<slug:code>", views.problem, name="problem"),
    path("v1/me", Me.as_view(), name="me"),
    path("v1/contacts", Contacts.as_view(), name="contacts"),
    path("v1/repeat-check", RepeatCheck.as_view(), name="repeat_check"),
    path("v1/escalations", Escalations.as_view(), name="escalations"),
    path("v1/escalations/<int:pk>", OneEscalation.as_view(), name="escalation"),
    *(
        path(f"v1/escalations/<int:pk>/{verb}", view, name=f"escalation_{verb.replace('-', '_')}")
        for verb, view in ACTS.items()
    ),
    path("v1/directory", Directory.as_view(), name="directory"),
    path("v1/directory/contacts/<int:pk>", Contact.as_view(), name="directory_contact"),
    path("v1/priority-line", PriorityLineView.as_view(), name="priority_line"),
    path("v1/flows", Flows.as_view(), name="flows"),
    path("v1/fault-tickets", FaultTickets.as_view(), name="fault_tickets"),
    path("v1/cases/<str:ref>", OneCase.as_view(), name="case"),
    path("v1/webhooks", webhooks.Webhooks.as_view(), name="webhooks"),
    path("v1/webhooks/<int:pk>", webhooks.Webhook.as_view(), name="webhook"),
    path("v1/webhooks/<int:pk>/rotate-secret", webhooks.RotateSecret.as_view(), name="webhook_rotate"),
    path("v1/webhooks/<int:pk>/test", webhooks.Test.as_view(), name="webhook_test"),
    path("v1/webhooks/<int:pk>/deliveries", webhooks.Deliveries.as_view(), name="webhook_deliveries"),
    path("v1/webhooks/<int:pk>/deliveries/resend", webhooks.ResendAll.as_view(), name="webhook_resend_all"),
    path(
        "v1/webhooks/<int:pk>/deliveries/<slug:webhook_id>/resend",
        webhooks.Resend.as_view(),
        name="webhook_resend",
    ),
    path("v1/telephony/lookup", telephony.Lookup.as_view(), name="telephony_lookup"),
    path("v1/telephony/calls", telephony.Calls.as_view(), name="telephony_calls"),
    path("v1/telephony/calls/end", telephony.Ended.as_view(), name="telephony_ended"),
]
