"""Administration pages whose every change writes a journal row, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.record import record
from atdemain.organisation.history import LINES, history


class LabelledDateTime(AdminSplitDateTime):
    """Django leaves the two boxes of a date and time without a name of their own."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for box, label in zip(self.widgets, ("Date", "Heure"), strict=True):
            box.attrs["aria-label"] = label


class Chosen(AutocompleteSelect):
    """Django asks the database for whatever was sent: what is no key stops there, and its error is at the field."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        keys = [key for key in map(str, value) if key.isascii() and key.isdigit() and len(key) < 19]
        return super().optgroups(name, keys, attr)


class KeysChosen(admin.options.BaseModelAdmin):
    """`Chosen` for `autocomplete_fields`, of a page or of the rows under it."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Chosen(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class JournalledAdmin(KeysChosen, admin.ModelAdmin):
    """Creation and change of an object, and of the rows under it, each one row of the journal.

    Django's own views already run in one transaction, so a row and its change stand or fall together.
    """

    #: Type of a row shown under the object → its field that names the object: its history is told with it.
    history_children: ClassVar[dict[str, str]] = {}
    formfield_overrides = {
        models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": LabelledDateTime}
    }

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        before = _stored(obj) if change else None
        super().save_model(request, obj, form, change)
        self.journal(request, obj, "changed" if change else "created", before)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """What others refer to is ended or switched off, never erased: what happened stays readable."""
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the journal tells of the object, not Django's own log: it can be rewritten."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"Historique : {obj}",
            "entries": history(obj, self.history_children),
            "limit": LINES,
            "object": obj,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for obj in formset.deleted_objects:
            self.journal(request, obj, "deleted", _stored(obj))
            obj.delete()
        for obj, _fields in formset.changed_objects:
            before = _stored(obj)
            obj.save()
            self.journal(request, obj, "changed", before)
        for obj in formset.new_objects:
            obj.save()
            self.journal(request, obj, "created", None)
        formset.save_m2m()

    def journal(
        self,
        request: HttpRequest,
        obj: models.Model,
        action: str,
        before: models.Model | None,
        more: dict[str, list[Any]] | None = None,
    ) -> None:
        """One row for `obj`: `before` is what the database held, `more` what its fields do not say."""
        after = None if action == "deleted" else obj
        changes, personal = differences(before, after)
        changes.update(more or {})
        if action == "changed" and not changes and not personal:
            return
        record(
            obj._meta.model_name or "",
            obj.pk,
            action,
            actor=admin_actor(request),
            at=timezone.now(),
            changes=changes,
            personal=personal,
        )


def admin_actor(request: HttpRequest) -> Actor:
    """The actor that the middleware made, or one for the administrator of this request."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else Actor.of_user(request.user, source="admin")


def _stored(obj: models.Model) -> models.Model | None:
    return type(obj)._default_manager.filter(pk=obj.pk).first()
