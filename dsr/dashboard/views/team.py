"""Who works for an organisation, and inviting somebody new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.accounts import services
from dsr.accounts.approving import approves, may_say
from dsr.accounts.models import Invitation, Membership, User
from dsr.accounts.reporting import AccountsError
from dsr.accounts.roles import Permission, Role
from dsr.dashboard import words
from dsr.dashboard.views.base import StaffView
from dsr.policies.models import Department, Organisation
from dsr.vault.address_fields import AddressField
from dsr.vault.plain_forms import PlainForm


@dataclass(frozen=True, slots=True)
class Power:
    """The power to approve of a member: from which day, and what whoever looks can say to it."""

    counts_from: date | None
    waits: bool
    may_agree: bool
    may_object: bool


def _power(member: Membership, user: User, at: datetime) -> Power | None:
    if not approves(member.role):
        return None
    begins = member.approves_from
    waits = begins is not None and begins > at
    second = may_say(member, user, at) and (waits or begins is None)
    day = member.organisation.today(begins) if begins else None
    return Power(day, waits, may_agree=second, may_object=second and waits)


class TeamView(StaffView):
    """The members of one's own organisations."""

    section = "dashboard:team"

    def get(self, request: HttpRequest) -> HttpResponse:
        members = Membership.objects.filter(organisation__in=self.organisations).select_related(
            "user", "department", "organisation", "given_by"
        )
        by_organisation: dict[int, list[Membership]] = {}
        for each in members.order_by("user__name", "pk"):
            each.power = _power(each, self.user, self.at)  # type: ignore[attr-defined]
            by_organisation.setdefault(each.organisation_id, []).append(each)
        return self.page(
            "dashboard/team.html",
            {
                "groups": [
                    {
                        "organisation": each,
                        "members": by_organisation.get(each.pk, []),
                        "may_invite": self.may(Permission.INVITE, each.pk),
                    }
                    for each in self.organisations
                ],
                "invited": self._invited(),
                "may_invite": self.may_somewhere(Permission.INVITE),
            },
        )

    def _invited(self) -> dict[int, Invitation]:
        """The open invitation of each person who has not come yet."""
        rows = Invitation.objects.filter(
            user__memberships__organisation__in=self.organisations,
            used_at=None,
            withdrawn_at=None,
        )
        # Oldest first, so that of several open ones the newest stays in the mapping.
        return {row.user_id: row for row in rows.order_by("created_at")}


class InviteForm(PlainForm):
    organisation = forms.ChoiceField(label=gettext_lazy("Organisation"))
    name = forms.CharField(
        label=gettext_lazy("Full name"),
        max_length=200,
        # Browsers would offer the name of whoever sits there.
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    email = AddressField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("The invitation goes here. It works once, and for a week."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the e-mail address.")},
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a role.")},
    )
    declared = forms.BooleanField(
        label=gettext_lazy(
            "I am the only one who may approve here, and this person is somebody else than I"
        ),
        required=False,
        help_text=gettext_lazy(
            "Needed only where nobody else may approve and the role may. It counts after two "
            "working days; administrators are told, and every record shows who named whom."
        ),
    )
    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    def __init__(
        self,
        organisations: list[Organisation],
        reach: Mapping[int, int | None],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # Only one's own: any other slug is refused as a choice that does not exist.
        self._choose("organisation", [(each.slug, each.name) for each in organisations])
        departments = Department.objects.filter(organisation__in=organisations)
        named = [
            (each.pk, f"{each.name} ({each.organisation})")
            for each in departments.select_related("organisation")
            # Who is limited to one names people there alone.
            if reach[each.organisation_id] in (None, each.pk)
        ]
        if named:
            everywhere = [("", _("All of them"))] if None in reach.values() else []
            self._choose("department", [*everywhere, *named])
        else:
            del self.fields["department"]

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def department_given(self) -> Department | None:
        chosen = self.cleaned_data.get("department")
        # Of any of their organisations; that it fits the one chosen is checked by the service.
        return Department.objects.get(pk=int(chosen)) if chosen else None


class InviteView(StaffView):
    """A new member of staff gets a mail with a link that works once."""

    needs = Permission.INVITE
    section = "dashboard:team"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(
            InviteForm(self.organisations, self.reach, initial={"role": Role.HANDLER})
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(self.organisations, self.reach, request.POST)
        if form.is_valid() and self._invite(form):
            return self.back_to("dashboard:team", _("The invitation is on its way."))
        return self._show(form)

    def shown_again(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(self.organisations, self.reach, request.POST)
        form.full_clean()
        form.errors.clear()
        return self._show(form)

    def _invite(self, form: InviteForm) -> bool:
        typed = form.cleaned_data
        try:
            services.invite(
                typed["email"],
                typed["name"],
                self.organisation(typed["organisation"]),
                typed["role"],
                by=self.user,
                at=self.at,
                department=form.department_given,
                language=typed["language"],
                declared=typed["declared"],
            )
        except AccountsError as error:
            form.add_error(None, str(error))
            return False
        return True

    def _show(self, form: InviteForm) -> HttpResponse:
        crumbs = [
            {"name": _("Team"), "url": words.url("dashboard:team")},
            {"name": _("Invite somebody")},
        ]
        return self.page("dashboard/invite.html", {"form": form, "crumbs": crumbs})


class _Member(StaffView):
    """Something about one invited member, by POST only."""

    needs = Permission.INVITE
    section = "dashboard:team"
    # What a browser or a scanner fetches ahead must change nothing.
    http_method_names = ["post"]

    def post(self, request: HttpRequest, organisation: str, user_id: int) -> HttpResponse:
        # Both come from the address, so both are looked up: one's own organisation, a member of it.
        own = self.organisation(organisation)
        member = Membership.objects.filter(organisation=own, user_id=user_id).first()
        if member is None:
            raise Http404
        try:
            return self.back_to("dashboard:team", self.do(member, own))
        except AccountsError as error:
            messages.error(request, str(error))
            return self.back_to("dashboard:team")

    def do(self, member: Membership, organisation: Organisation) -> str:
        raise NotImplementedError


class InviteAgain(_Member):
    """A new link; the one before stops working."""

    def do(self, member: Membership, organisation: Organisation) -> str:
        user: User = member.user
        # Else a link for a first password would go out for an account that has one.
        if user.has_usable_password():
            raise AccountsError(_("This person has come already."))
        # As it was invited: nothing of it is taken from the page.
        services.invite(
            user.email,
            user.name,
            organisation,
            member.role,
            by=self.user,
            at=self.at,
            department=member.department,
            language=user.language,
        )
        return _("A new invitation is on its way; the link before it no longer works.")


class WithdrawInvitation(_Member):
    """Who has not come yet is no member any more."""

    def do(self, member: Membership, organisation: Organisation) -> str:
        user: User = member.user
        if user.has_usable_password():
            raise AccountsError(_("This person has come already. An administrator can close it."))
        services.remove_membership(user, organisation, by=self.user, at=self.at)
        # The account may belong to other organisations, and their invitation is the same one.
        if not user.memberships.exists():
            services.withdraw(user, self.at)
        return _("The invitation is withdrawn.")


class _Power(_Member):
    """A second person who may approve says something to a power that waits."""

    needs = Permission.APPROVE


class Agree(_Power):
    """It counts at once."""

    def do(self, member: Membership, organisation: Organisation) -> str:
        services.agree(member, by=self.user, at=self.at)
        return _("You agreed: this person may approve from now on.")


class ObjectTo(_Power):
    """It does not begin."""

    def do(self, member: Membership, organisation: Organisation) -> str:
        services.object_to(member, by=self.user, at=self.at)
        return _("You objected: this person may not approve. Whoever named them is told.")
