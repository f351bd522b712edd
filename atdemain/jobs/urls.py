"""Addresses of the jobs' pages."""

from django.urls import path

from atdemain.jobs import views

app_name = "jobs"

urlpatterns = [
    path("jobs/", views.job_list, name="list"),
    path("jobs/<int:pk>/", views.job_page, name="job"),
    path("jobs/<int:pk>/file/", views.job_file, name="file"),
    path("jobs/<int:pk>/undo/", views.job_undo, name="undo"),
    path("jobs/<int:pk>/<slug:action>/", views.job_act, name="act"),
]
