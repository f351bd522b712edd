"""Addresses of the cases' pages."""

from django.urls import path

from cases.views.access_log import answer, answer_file, questions
from cases.views.actions import act
from cases.views.audit import audit_page
from cases.views.bulk import bulk_new, bulk_page
from cases.views.client_merges import client_merges, client_split
from cases.views.clients import client_page
from cases.views.diagram import workflow_page
from cases.views.dossier import case_page
from cases.views.escalations import escalations
from cases.views.exports import export_list
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
from cases.views.lists import list_page, list_size
from cases.views.opening import open_page
from cases.views.queue import queue
from cases.views.record import lookup, record, recorded
from cases.views.ringing import dismiss, ringing, take
from cases.views.saved_views import saved_view, saved_view_delete, saved_view_new
from cases.views.search import search_page
from cases.views.subject import (
    retention_page,
    subject_data,
    subject_erase,
    subject_page,
    subject_requests,
)
from cases.views.team import team

app_name = "cases"

urlpatterns = [
    path("team/", team, name="team"),
    path("ringing/", ringing, name="ringing"),
    path("ringing/<int:pk>/take/", take, name="ringing_take"),
    path("ringing/<int:pk>/dismiss/", dismiss, name="ringing_dismiss"),
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
    path("lists/<slug:key>/export.<str:extension>", export_list, name="export"),
    path("bulk/", bulk_new, name="bulk_new"),
    path("bulk/<int:pk>/", bulk_page, name="bulk"),
    path("client-merges/", client_merges, name="client_merges"),
    path("client-merges/<path:client_ref>/split/", client_split, name="client_split"),
    path("access/", questions, name="access"),
    path("access/<int:pk>/", answer, name="access_answer"),
    path("access/<int:pk>/csv/", answer_file, name="access_file"),
    path("subject/", subject_requests, name="subject_requests"),
    path("subject/<int:pk>/", subject_page, name="subject"),
    path("subject/<int:pk>/data.json", subject_data, name="subject_data"),
    path("subject/<int:pk>/erase/", subject_erase, name="subject_erase"),
    path("retention/", retention_page, name="retention"),
    path("workflow/", workflow_page, name="workflow"),
    path("lists/size/", list_size, name="list_size"),
    path("lists/views/<int:pk>/", saved_view, name="saved_view"),
    path("lists/views/<int:pk>/delete/", saved_view_delete, name="saved_view_delete"),
    path("lists/<slug:key>/", list_page, name="list"),
    path("lists/<slug:key>/views/", saved_view_new, name="saved_view_new"),
    # A reference given by another system may hold a slash.
    path("clients/<path:client_ref>/open/", open_page, name="open"),
    path("clients/<path:client_ref>/", client_page, name="client"),
    path("cases/<str:ref>/", case_page, name="case"),
    path("cases/<str:ref>/audit/", audit_page, name="audit"),
    path("cases/<str:ref>/<slug:action>/", act, name="act"),
]
