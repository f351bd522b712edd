"""Addresses of the whole site; each app brings its own."""

from django.contrib import admin
from django.urls import include, path

from atdemain import health, service
from atdemain.organisation.unit_views import unit_participation, units_participation
from atdemain.pages import errors, views
from atdemain.pages.permissions.views import permissions
from atdemain.pages.see_as import see_as, see_as_end
from cases.views.home import home
from recognition.views.mine import my_participation

urlpatterns = [
    path("", home, name="home"),
    path("account/", views.account_settings, name="account_settings"),
    path("account/participation/", my_participation, name="account_participation"),
    path("participation/", units_participation, name="participation"),
    path("participation/<slug:programme>/<slug:code>/", unit_participation, name="participation_unit"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("accounts/administration/", include("atdemain.pages.accounts.urls")),
    path("webhooks/", include("atdemain.pages.webhooks.urls")),
    path("see-as/end/", see_as_end, name="see_as_end"),
    path("see-as/<slug:name>/", see_as, name="see_as"),
    path("permissions/", permissions, name="permissions"),
    path("partners/", include("atdemain.pages.partners.urls")),
    path("api/", include("atdemain.api")),
    path("accounts/", include("atdemain.pages.account_urls")),
    # One log-in page, with its limits: the administration's own would be a second door.
    path("admin/login/", views.admin_login),
    path("admin/", admin.site.urls),
    path("service/", service.state, name="service_state"),
    path("healthz/live", health.live, name="health_live"),
    path("healthz/ready", health.ready, name="health_ready"),
    path("", include("atdemain.jobs.urls")),
    path("", include("recognition.urls")),
    path("", include("routing.urls")),
    path("", include("cases.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
