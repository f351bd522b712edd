"""The administrator's pages on the organisation: accounts, units, entities, programme."""

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401
import oauth2_provider.admin  # noqa: F401  all three register their pages, withdrawn below
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.shortcuts import redirect
from oauth2_provider import models as oauth

from . import accounts, programme, units

__all__ = ["accounts", "programme", "units"]

admin.site.site_header = "AT Demain : administration"
admin.site.site_title = "AT Demain"
admin.site.index_title = "Référentiel"
admin.site.login = secure_admin_login(admin.site.login)  # one log-in page, one limit of attempts
admin.site.password_change = lambda request, extra_context=None: redirect("account_change_password")
admin.site.unregister(Group)  # the groups are the roles: given on the account, never edited
# The packages' own pages show tokens in clear, erase, and write nothing in the journal.
admin.site.unregister(
    [
        EmailAddress,
        Authenticator,
        oauth.get_application_model(),
        oauth.get_access_token_model(),
        oauth.get_grant_model(),
        oauth.get_id_token_model(),
        oauth.get_refresh_token_model(),
    ]
)
