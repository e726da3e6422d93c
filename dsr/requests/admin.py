"""Requests in the administration pages: to be looked at, never changed, and nothing unsealed."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import User
from dsr.audit.admin_lists import LongList
from dsr.audit.admin_pages import ReadOnlyPage, RecordedPage, ServicePage, Unchanged
from dsr.policies.admin_forms import laws
from dsr.policies.kinds import Kind
from dsr.requests.errors import RequestError
from dsr.requests.forms.countries import place_name
from dsr.requests.models import Deadline, HealthProfessional, IdentityRule, SubjectRequest
from dsr.requests.reference import clean_reference
from dsr.requests.services.identity_rules import RuleGiven, end_rule, refusals, set_rule
from dsr.requests.states import Channel


class DeadlineInline(Unchanged, admin.TabularInline[Deadline, SubjectRequest]):
    model = Deadline
    fields = ("purpose", "set_by", "source", "due_on", "status", "governing")
    extra = 0


class KindFilter(admin.SimpleListFilter):
    """The closed list: Django would ask every row for the kinds there are."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Kind.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(SubjectRequest)
class SubjectRequestAdmin(LongList, ReadOnlyPage):
    # Deleting rows would take the record along; erasing is destroying keys (promise H).
    list_display = ("reference", "organisation", "kind", "status", "received_on", "due_on")
    list_filter = ("organisation", "status", KindFilter)
    # Not by person: names are sealed, and their index answers on the staff pages alone.
    search_fields = ("reference",)
    search_help_text = _("A whole reference.")
    list_select_related = ("organisation",)
    ordering = ("-received_on",)
    sorted_by = ("reference", "received_on")
    # What is in clear, named one by one: a sealed column that is added later stays out.
    fields = (
        *("reference", "organisation", "department", "right", "kind", "status", "outcome"),
        *("ground", "channel", "role", "language", "lives_in", "missing"),
        *("required_level", "level_lowered_by"),
        *(
            "two_people",
            "received_on",
            "due_on",
            "answered_on",
            "kept_ready_on",
            "ended_at",
            "assignee",
        ),
        *("version", "demo", "created_at"),
    )
    readonly_fields = ("lives_in",)
    inlines = (DeadlineInline,)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """By the whole reference, as typed: a part of one would be looked for in every row."""
        wanted = clean_reference(search_term)
        return (queryset.filter(reference=wanted) if wanted else queryset), False

    @admin.display(description=_("country"))
    def lives_in(self, subject_request: SubjectRequest) -> str:
        return place_name(subject_request.country)


RULE_FIELDS = ("organisation", "kind", "channel", "regime", "level", "why")


class IdentityRuleForm(forms.ModelForm[IdentityRule]):
    """Closed choices for what the columns keep as codes; the service says what is refused."""

    kind = forms.ChoiceField(
        label=_("right"), required=False, choices=[("", _("any")), *Kind.choices]
    )
    channel = forms.ChoiceField(
        label=_("channel"), required=False, choices=[("", _("any")), *Channel.choices]
    )
    regime = forms.ChoiceField(
        label=_("law"),
        required=False,
        choices=lambda: [("", _("any")), *laws()],
    )

    class Meta:
        model = IdentityRule
        fields = RULE_FIELDS
        help_texts: ClassVar[dict[str, Any]] = {
            "level": _(
                "A rule raises what matches it. It lowers only where it names both the "
                "organisation and the right."
            ),
            "why": _("Shown with every request under this rule, with your name."),
        }

    def given(self) -> RuleGiven:
        return RuleGiven(**{name: self.cleaned_data[name] for name in RULE_FIELDS})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # Asked here for the sentence beside the field; the service asks again.
        if not self.errors:
            for name, sentence in refusals(self.given()).items():
                self.add_error(name, sentence)
        if self.instance.ended_at:
            raise forms.ValidationError(_("This rule has ended. Look at the rules that hold now."))
        return cleaned


@admin.register(IdentityRule)
class IdentityRuleAdmin(ServicePage):
    """How much proof: a door to the service, which keeps who set each rule and why."""

    form = IdentityRuleForm
    refusals = (RequestError,)
    list_display = (
        "organisation",
        "kind",
        "channel",
        "regime",
        "level",
        "why",
        "set_by",
        "ended_at",
    )
    list_filter = ("organisation", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("organisation", "set_by")
    fields = (*RULE_FIELDS, "set_by", "set_at", "ended_by", "ended_at")
    readonly_fields = ("set_by", "set_at", "ended_by", "ended_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What has ended is record.
        return (obj is None or obj.ended_at is None) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.ended_at is None) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: IdentityRule, form: Any, change: bool) -> None:
        made = set_rule(
            form.given(),
            by=cast("User", request.user),
            at=timezone.now(),
            replaces=IdentityRule.objects.get(pk=obj.pk) if change else None,
        )
        # The pages that follow speak of the rule that holds now.
        obj.pk = made.pk
        obj.refresh_from_db()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nothing goes with it: the row stays, and says that it has ended."""
        return [str(each) for each in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: IdentityRule) -> None:
        end_rule(obj, by=cast("User", request.user), at=timezone.now())


@admin.register(HealthProfessional)
class HealthProfessionalAdmin(RecordedPage):
    """Whom an organisation may ask; what she signed hangs on the row, so it is never deleted."""

    list_display = ("name", "organisation", "licence", "is_active")
    list_filter = ("organisation", "is_active")
    search_fields = ("name", "licence")
    list_select_related = ("organisation",)
    fields = (
        *("organisation", "name", "licence", "email", "code_email", "phone", "language"),
        *("account", "is_active"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "organisation") if obj else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
