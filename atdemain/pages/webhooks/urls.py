from django.urls import path

from atdemain.pages.webhooks import acts, views

app_name = "webhooks"

urlpatterns = [
    path("", views.webhooks, name="list"),
    path("new/", views.new, name="new"),
    path("hosts/", acts.allow, name="allow"),
    path("hosts/<int:pk>/remove/", acts.forbid, name="forbid"),
    path("<int:pk>/", views.subscription, name="subscription"),
    path("<int:pk>/<slug:action>/", acts.act, name="act"),
]
