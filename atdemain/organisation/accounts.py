import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts are created by an administrator, never by signing up."""

    def is_open_for_signup(self, request) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """A log-in of a moment ago is as good as the password typed again: what is asked last counts."""
        request = context.request
        given = [one["at"] for one in get_authentication_records(request, request.user)]
        recent = given and time.time() - given[-1] < app_settings.REAUTHENTICATION_TIMEOUT
        return not recent and super().is_reauthentication_required(app=app, **kwargs)

    def reauthenticate(self, user, password: str) -> bool:
        """Under the limit of the log-in, which counts by name; allauth would count by address here."""
        found = self.authenticate(context.request, username=user.username, password=password)
        return found is not None and found.pk == user.pk
