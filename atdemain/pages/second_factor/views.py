"""allauth's pages of the second factor, with a row of the journal for each change."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from atdemain.journal.record import record
from atdemain.organisation.second_factor import required


class Enrol(ActivateTOTPView):
    """The code that adds the factor proves it too: this session need not give another."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            _record(self.request, "second_factor_added")
        added = Authenticator.objects.get(user=self.request.user.pk, type=Authenticator.Type.TOTP)
        record_authentication(self.request, self.request.user, "mfa", id=added.pk, type=added.type)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"required": required(self.request.user)}


class Withdraw(DeactivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            _record(self.request, "second_factor_removed")
        return response


class NewCodes(GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            _record(self.request, "recovery_codes_made")
        return response


def _record(request: HttpRequest, action: str) -> None:
    record("user", request.user.pk or 0, action, actor=request.actor, at=timezone.now())  # type: ignore[attr-defined]
