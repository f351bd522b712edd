"""Addresses of the cases' pages."""

from django.urls import path

from cases.views.actions import act
from cases.views.client_merges import client_merges, client_split
from cases.views.clients import client_page
from cases.views.diagram import workflow_page
from cases.views.dossier import case_page
from cases.views.escalations import escalations
from cases.views.faults import fault_list, fault_page
from cases.views.imports import import_act, import_page, import_rejects, imports
from cases.views.inbox import inbox, read_all, read_item, unread
from cases.views.incidents import (
    incident_change,
    incident_end,
    incident_list,
    incident_new,
    incident_page,
)
from cases.views.opening import open_page
from cases.views.queue import queue
from cases.views.record import lookup, record, recorded
from cases.views.search import search_page
from cases.views.team import team

app_name = "cases"

urlpatterns = [
    path("team/", team, name="team"),
    path("inbox/", inbox, name="inbox"),
    path("inbox/unread/", unread, name="inbox_unread"),
    path("inbox/read/", read_all, name="inbox_read_all"),
    path("inbox/<int:pk>/read/", read_item, name="inbox_read"),
    path("record/", record, name="record"),
    path("record/clients/", lookup, name="record_lookup"),
    path("record/<int:pk>/", recorded, name="recorded"),
    path("queue/", queue, name="queue"),
    path("search", search_page, name="search"),
    path("escalations/", escalations, name="escalations"),
    path("faults/", fault_list, name="faults"),
    path("faults/<int:pk>/", fault_page, name="fault"),
    path("incidents/", incident_list, name="incidents"),
    path("incidents/new/", incident_new, name="incident_new"),
    path("incidents/<int:pk>/", incident_page, name="incident"),
    path("incidents/<int:pk>/change/", incident_change, name="incident_change"),
    path("incidents/<int:pk>/end/", incident_end, name="incident_end"),
    path("imports/", imports, name="imports"),
    path("imports/<int:pk>/", import_page, name="import"),
    path("imports/<int:pk>/rejects/", import_rejects, name="import_rejects"),
    path("imports/<int:pk>/<slug:action>/", import_act, name="import_act"),
    path("client-merges/", client_merges, name="client_merges"),
    path("client-merges/<path:client_ref>/split/", client_split, name="client_split"),
    path("workflow/", workflow_page, name="workflow"),
    # A reference given by another system may hold a slash.
    path("clients/<path:client_ref>/open/", open_page, name="open"),
    path("clients/<path:client_ref>/", client_page, name="client"),
    path("cases/<str:ref>/", case_page, name="case"),
    path("cases/<str:ref>/<slug:action>/", act, name="act"),
]
