from django.urls import path

from atdemain.pages.partners import calls, views

app_name = "partners"

urlpatterns = [
    path("", views.partners, name="list"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.client, name="client"),
    path("<int:pk>/rotate/", views.rotate, name="rotate"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
    path("<int:pk>/calls/", calls.calls, name="calls"),
    path("<int:pk>/calls/<int:call>/", calls.call, name="call"),
]
