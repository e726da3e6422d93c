"""Users and their roles. Every change goes through a service, which records it.

Only administrators come here; nobody changes their own account's powers; no account is deleted,
because the history names it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts import services
from dsr.accounts.models import Membership, User
from dsr.accounts.reporting import AccountsError, record
from dsr.audit.admin_pages import ServicePage

# Pages of libraries that would change or show accounts past our services. They are loaded first,
# so that nobody registers them afterwards.
for library in ("allauth.account", "allauth.mfa", "allauth.socialaccount", "django.contrib.auth"):
    import_module(f"{library}.admin")
for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


def _administrator(request: HttpRequest) -> User | None:
    user = request.user
    return user if isinstance(user, User) and user.is_active and user.is_superuser else None


class AdministratorsOnly:
    """Django's own permissions open nothing here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _administrator(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _administrator(request) is not None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _administrator(request) is not None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _administrator(request) is not None


class MembershipForm(forms.ModelForm[Membership]):
    """The list holds the departments of every organisation; the row says of which one it speaks."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        department, organisation = given.get("department"), given.get("organisation")
        if department and organisation and department.organisation_id != organisation.pk:
            self.add_error("department", _("This department belongs to another organisation."))
        return given


class MembershipInline(AdministratorsOnly, admin.TabularInline[Membership, User]):
    model = Membership
    form = MembershipForm
    fk_name = "user"
    extra = 0
    autocomplete_fields = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_other(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_other(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_other(request, obj)


def _is_other(request: HttpRequest, obj: Any) -> bool:
    administrator = _administrator(request)
    # On the page of a new account there is nobody yet who could be oneself.
    return administrator is not None and (obj is None or obj.pk != administrator.pk)


@admin.register(User)
class UserAdmin(AdministratorsOnly, ServicePage):
    refusals = (AccountsError,)
    list_display = ("name", "email", "is_active", "is_superuser", "second_factor", "last_login")
    list_filter = ("is_active", "is_superuser", "memberships__organisation", "memberships__role")
    search_fields = ("name", "email")
    ordering = ("name",)
    inlines = (MembershipInline,)
    actions = (
        "send_invitation",
        "reset_second_factor",
        "deactivate",
        "activate",
        "make_administrator",
        "unmake_administrator",
    )
    fields = ("name", "email", "language", "is_active", "is_superuser", "second_factor")
    readonly_fields = ("is_active", "is_superuser", "second_factor")

    # The history names accounts by id; they are closed instead.
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        # The address is the log-in: who could change it could take the account over by mail.
        return (*self.readonly_fields, "email") if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.fields if obj else ("name", "email", "language")

    @admin.display(boolean=True, description=gettext_lazy("second factor"))
    def second_factor(self, user: User) -> bool:
        return services.has_second_factor(user)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new account gets its invitation once its roles are saved."""
        if change:
            by = _administrator(request)
            assert by is not None
            # Whatever else a forged form holds is not written.
            services.rename(obj, name=obj.name, language=obj.language, by=by, at=timezone.now())
            return
        # No administrator ever knows a password: it is chosen behind the invitation.
        obj.set_unusable_password()
        obj.save()
        record("made", actor=_administrator(request), at=timezone.now(), user=obj.pk)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        by, at = _administrator(request), timezone.now()
        assert by is not None
        # Only to learn what was changed: the services write it and record it.
        formset.save(commit=False)
        for gone in formset.deleted_objects:
            with self._told(request, gone):
                services.remove_membership(gone.user, gone.organisation, by=by, at=at)
        for kept in [*formset.new_objects, *(item for item, _fields in formset.changed_objects)]:
            with self._told(request, kept):
                services.set_role(
                    kept.user,
                    kept.organisation,
                    kept.role,
                    by=by,
                    at=at,
                    department=kept.department,
                )

    @contextmanager
    def _told(self, request: HttpRequest, row: Membership) -> Iterator[None]:
        """A refusal about one role is said, and undoes no other."""
        try:
            with transaction.atomic():
                yield
        except AccountsError as error:
            self.message_user(request, f"{row.organisation}: {error}", messages.ERROR)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            by = _administrator(request)
            assert by is not None
            # After the roles, so that nobody comes in before they have one.
            services.invite_again(form.instance, by=by, at=timezone.now())
            self.message_user(request, _("An invitation is on its way."))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "language" and field is not None:
            # A list and no free text: mails are written in this language.
            return forms.ChoiceField(label=field.label, choices=settings.LANGUAGES)
        return field

    @admin.action(description=gettext_lazy("Send an invitation again"))
    def send_invitation(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, services.invite_again)

    @admin.action(description=gettext_lazy("Reset the second factor"))
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, services.reset_second_factor)

    @admin.action(description=gettext_lazy("Close the account"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, services.deactivate)

    @admin.action(description=gettext_lazy("Open a closed account again"))
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, services.activate)

    @admin.action(description=gettext_lazy("Make administrators"))
    def make_administrator(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, _administrator_setter(True))

    @admin.action(description=gettext_lazy("Make administrators no longer"))
    def unmake_administrator(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, _administrator_setter(False))

    def _each(self, request: HttpRequest, users: QuerySet[User], deed: Any) -> None:
        by, at = _administrator(request), timezone.now()
        # Each in a transaction of its own: a refusal about one stops none of the others.
        for user in users:
            try:
                deed(user, by=by, at=at)
            except AccountsError as error:
                self.message_user(request, f"{user.name}: {error}", messages.ERROR)
            else:
                self.message_user(request, _("Done for %(name)s.") % {"name": user.name})


def _administrator_setter(is_administrator: bool) -> Any:
    def deed(user: User, *, by: User, at: Any) -> None:
        services.set_administrator(user, is_administrator, by=by, at=at)

    return deed
