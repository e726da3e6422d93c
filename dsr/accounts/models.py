"""People who work on requests, in what role for which organisation, and programs that may help."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from dsr.accounts.roles import (
    ANYWHERE,
    FOR_PROGRAMS,
    Anywhere,
    Permission,
    Role,
    permissions_of,
    roles_with,
)
from dsr.days.place import NOWHERE, Place
from dsr.vault.address_fields import AddressColumn
from dsr.vault.addresses import AddressRefused, canonical

if TYPE_CHECKING:
    from dsr.policies.models import Organisation


# How Django marks a password that nobody could type: invited, and not come yet.
NOT_COME = UNUSABLE_PASSWORD_PREFIX


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        # Django looks people up here when they log in, however they spell their address.
        if user := self.with_address(username or ""):
            return user
        raise self.model.DoesNotExist

    def with_address(self, typed: str) -> "User | None":
        """Whose account this address is, however it is spelt; nobody's, if it is no address."""
        try:
            return self.filter(email=clean_address(typed)).first()
        except AddressRefused:
            return None

    def create_user(
        self, email: str, name: str, password: str | None = None, **extra: Any
    ) -> "User":
        """Without a password nobody can log in before an invitation was accepted.

        Raises AddressRefused.
        """
        if not email or not name:
            raise ValueError("a user needs an address and a name")
        user = self.model(email=clean_address(email), name=name, **extra)
        # None is stored as a mark that no password ever fits.
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, name: str, password: str | None = None, **extra: Any
    ) -> "User":
        return self.create_user(
            email, name, password, **{"is_staff": True, "is_superuser": True, **extra}
        )

    def who_can_sign_in(self) -> models.QuerySet["User"]:
        """Not who was deactivated, nor who was invited and has not come.

        Who has no second factor yet can: it is set up at the next log-in.
        """
        return self.filter(is_active=True).exclude(password__startswith=NOT_COME)

    def with_permission(
        self,
        permission: Permission,
        organisation: "Organisation",
        *,
        at: datetime | None = None,
        department: int | Anywhere | None = ANYWHERE,
    ) -> models.QuerySet["User"]:
        """People who can sign in and whose role in this organisation holds the permission.

        Not who was deactivated, nor who was invited and has not come: nobody could wait for them.

        Those who may approve: at this instant, or without one also those whose power begins later.
        ``department``: for what belongs to it, by its id (None: to no department), which leaves out
        who is limited to another.
        """
        having = {
            "memberships__organisation": organisation,
            "memberships__role__in": roles_with(permission),
        }
        if permission == Permission.APPROVE:
            having["memberships__approves_from__isnull"] = False
            if at is not None:
                having["memberships__approves_from__lte"] = at
        limit = Q()
        if department is not ANYWHERE:
            limit = Q(memberships__department=None)
            if department is not None:
                limit |= Q(memberships__department=department)
        return self.who_can_sign_in().filter(limit, **having).order_by("name", "pk")


def clean_address(address: str) -> str:
    """The address of an account: the one form, and without capitals, which nobody remembers when
    they log in. Raises AddressRefused.
    """
    return canonical(address).lower()


class User(AbstractBaseUser, PermissionsMixin):
    email = AddressColumn(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin pages"), default=False)
    # Raised to end every session of this person: it is part of what a session is checked against.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            # With this, addresses that differ only in case are one and the same to the column.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower"
            ),
            # And with this no letter of another alphabet looks like one of them.
            models.CheckConstraint(
                condition=models.Q(email__regex=r"^[!-?A-~]+@[a-z0-9.-]+$"), name="user_email_ascii"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        # What is no address was refused with its field already.
        with suppress(AddressRefused):
            self.email = clean_address(self.email)

    @property
    def place(self) -> Place:
        """Whose days and times this person reads: the organisation's; of several that differ, the
        site's own."""
        rows = self.memberships.values_list("organisation__country", "organisation__zone")
        places = {Place(country, zone) for country, zone in rows}
        return places.pop() if len(places) == 1 else NOWHERE

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's hash of the password, and the epoch beside it."""
        # Django asks this method for today's key and for the keys before it alike.
        value = f"{self.password}:{self.session_epoch}"
        salt = "dsr.accounts.models.User.get_session_auth_hash"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    def may(
        self,
        permission: Permission,
        organisation: "Organisation",
        *,
        at: datetime | None = None,
        department: int | Anywhere | None = ANYWHERE,
    ) -> bool:
        """Whether this person's role there holds the permission; superusers get nothing extra."""
        return permission in self.permissions_in(organisation, at=at, department=department)

    def permissions_in(
        self,
        organisation: "Organisation",
        *,
        at: datetime | None = None,
        department: int | Anywhere | None = ANYWHERE,
    ) -> frozenset[Permission]:
        """Everything that this person's role there allows; nothing for who cannot sign in, as
        ``with_permission`` says.

        The power to approve begins at an instant: who asks without one is not told of it.
        ``department``: for what belongs to it, by its id (None: to no department), where who is
        limited to another may nothing.
        """
        if not (self.is_active and self.has_usable_password()):
            return frozenset()
        every = self.memberships.filter(organisation=organisation)
        own = [each for each in every if each.reaches(department)]
        return frozenset().union(*(each.permissions(at) for each in own))


class Membership(models.Model):
    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    organisation = models.ForeignKey(
        "policies.Organisation",
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    department = models.ForeignKey(
        "policies.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("department"),
        help_text=_(
            "Whoever has one sees and works on requests of this department only; without one, on "
            "all of the organisation."
        ),
    )
    # From when a role that may approve does so (`approving`); empty: it does not, whatever the role
    # says, so that a row that came past the service opens nothing.
    approves_from = models.DateTimeField(null=True, blank=True, editable=False)
    given_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    agreed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    objected_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    # The giver was the only one who could approve, and declared it.
    given_alone = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.organisation}"

    def reaches(self, department: int | Anywhere | None) -> bool:
        """Departments divide: who is limited to one sees and does nothing of what is another's."""
        return department is ANYWHERE or self.department_id in (None, department)

    def permissions(self, at: datetime | None) -> frozenset[Permission]:
        """What the role allows; to approve only from the instant at which that power counts."""
        held = permissions_of(self.role)
        counts = at is not None and self.approves_from is not None and self.approves_from <= at
        return held if counts else held - {Permission.APPROVE}


class Invitation(models.Model):
    """A one-time way in for somebody who has no password yet. Only the token's hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def is_open(self, at: datetime) -> bool:
        return self.used_at is None and self.withdrawn_at is None and at < self.expires_at


class ProgramQuerySet(models.QuerySet["Program"]):
    def working(self, at: datetime) -> "ProgramQuerySet":
        """Whose credential opens something at this instant."""
        return self.filter(revoked_at=None, expires_at__gt=at)


class Program(models.Model):
    """Another system of one organisation, with a credential of its own and what it may do there.

    The credential is 256 random bits, shown once; ``token_hash`` is its SHA-256, and ``prefix`` the
    part of it by which people tell credentials apart. A program has no role: ``permissions`` says
    everything, and which deeds it may do besides is said by each deed.
    """

    organisation = models.ForeignKey(
        "policies.Organisation", models.PROTECT, related_name="programs"
    )
    name = models.CharField(_("name"), max_length=100)
    permissions = models.JSONField(_("permissions"))
    prefix = models.CharField(max_length=8, unique=True)
    token_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # Of the credential, which may be younger than the program.
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="program_name_once"),
            # For what bypasses the service too: no program ever holds what is a person's.
            models.CheckConstraint(
                condition=models.Q(
                    permissions__contained_by=sorted(each.value for each in FOR_PROGRAMS)
                ),
                name="program_permissions_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def permissions_in(
        self, organisation: "Organisation", *, at: datetime
    ) -> frozenset[Permission]:
        """What it may do there; nothing elsewhere, nor once it was revoked or has expired.

        The row is asked anew: one that was revoked while its call was under way does nothing more.
        """
        if self.organisation_id != organisation.pk:
            return frozenset()
        row = Program.objects.working(at).filter(pk=self.pk)
        return frozenset(
            Permission(each) for held in row.values_list("permissions", flat=True) for each in held
        )
