"""Log-in, log-out and passwords: the views of the log-in package this site opens, and no other."""

from allauth.account import views
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes.views import view_recovery_codes
from django.urls import path, re_path

from atdemain.pages import errors
from atdemain.pages.second_factor.views import Enrol, NewCodes, Withdraw

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("two-steps/", second.index, name="mfa_index"),
    path("two-steps/code/", second.authenticate, name="mfa_authenticate"),
    path("two-steps/again/", second.reauthenticate, name="mfa_reauthenticate"),
    path("two-steps/add/", Enrol.as_view(), name="mfa_activate_totp"),
    path("two-steps/remove/", Withdraw.as_view(), name="mfa_deactivate_totp"),
    path("two-steps/recovery/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path("two-steps/recovery/new/", NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # Named because the package builds their addresses; accounts are created by an administrator.
    path("signup/", errors.closed, name="account_signup"),
    path("password/set/", errors.closed, name="account_set_password"),
]
