"""Addresses of surveys (`recognition.urls` gathers them)."""

from django.urls import path

from recognition.views import surveys

urlpatterns = [
    path("surveys/", surveys.survey_list, name="surveys"),
    path("surveys/new/", surveys.new, name="survey_new"),
    path("surveys/<int:pk>/", surveys.page, name="survey"),
    path("surveys/<int:pk>/edit/", surveys.edit, name="survey_edit"),
    path("surveys/<int:pk>/publish/", surveys.publish, name="survey_publish"),
    path("surveys/<int:pk>/close/", surveys.close, name="survey_close"),
    path("surveys/<int:pk>/discard/", surveys.discard, name="survey_discard"),
    path("surveys/<int:pk>/answer/", surveys.answer, name="survey_answer"),
    path("surveys/<int:pk>/answers/", surveys.answers, name="survey_answers"),
    path("surveys/<int:pk>/results.csv", surveys.export, name="survey_export"),
]
