"""Addresses of suggestions and scripts (`recognition.urls` gathers them)."""

from django.urls import path

from recognition.views import board, scripts, suggestions

urlpatterns = [
    path("suggestions/", suggestions.suggestion_list, name="suggestions"),
    path("suggestions/new/", suggestions.new, name="suggestion_new"),
    path("suggestions/similar/", suggestions.similar, name="suggestion_similar"),
    path("suggestions/board/", board.board, name="suggestion_board"),
    path("suggestions/export/<slug:extension>/", suggestions.export, name="suggestion_export"),
    path("suggestions/<int:pk>/", suggestions.page, name="suggestion"),
    path("suggestions/<int:pk>/effect/", board.effect_page, name="suggestion_effect"),
    path("suggestions/<int:pk>/support/", suggestions.support, name="suggestion_support"),
    path("suggestions/<int:pk>/message/", suggestions.message, name="suggestion_message"),
    path("suggestions/<int:pk>/do/<slug:action>/", suggestions.act, name="suggestion_act"),
    path("cases/<str:ref>/suggestions/", suggestions.of_case, name="suggestion_case"),
    path("scripts/", scripts.script_list, name="scripts"),
    path("scripts/new/", scripts.new, name="script_new"),
    path("scripts/<slug:code>/", scripts.script, name="script"),
]
