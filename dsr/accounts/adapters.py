"""Where django-allauth asks this program: who may sign up, what it mails, how it keeps secrets."""

import base64
import time
from io import BytesIO
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dsr.accounts.models import User, clean_address
from dsr.accounts.reporting import moment, page, refused, tell
from dsr.vault.addresses import AddressRefused
from dsr.vault.services import seal_site, unseal_site

SEALED_FOR = "second factor"
# Notices of allauth that we pass on, by the last part of their template's name.
NOTICES = frozenset(
    {
        "password_changed",
        "password_reset",
        "password_set",
        "totp_activated",
        "totp_deactivated",
        "recovery_codes_generated",
        "webauthn_added",
        "webauthn_removed",
    }
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation only."""
        return False

    def clean_email(self, email: str) -> str:
        """As accounts have it: allauth looks for an account by what this returns."""
        try:
            return clean_address(email)
        except AddressRefused as refusal:
            raise ValidationError(str(refusal), code="invalid") from None

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Only what we have a text for leaves, and only to addresses of accounts."""
        # allauth would answer addresses without an account too: anybody could have mail sent.
        user = context.get("user")
        if template_prefix == "account/email/password_reset_key" and isinstance(user, User):
            link = context["password_reset_url"]
            tell(user, "password_reset", at=timezone.now(), link=link)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        what = template_prefix.rpartition("/")[2]
        if what in NOTICES and isinstance(user, User):
            at = timezone.now()
            # Set, reset or changed: to the owner of the account it is one piece of news.
            what = "password_changed" if what.startswith("password") else what
            tell(user, "security_notice", at=at, what=what, when=moment(at, user))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Built on our own address, never on what a request claims to have been sent to."""
        # A forged Host header would else send the link with its token to another site.
        uid, _dash, token = key.partition("-")
        return page("account_reset_password_from_key", uid, token)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in a few minutes ago is not asked once more whether it is still them."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        return bool(required) and not _signed_in_lately(self.request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        # What allauth raises while too many wrong passwords have locked the account.
        except ValidationError:
            _log_in_refused("log_in_locked", credentials)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        _log_in_refused("log_in_refused", credentials)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        refused("log_in_closed", actor_id=None, at=timezone.now(), user=user.pk)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "This is your only second factor. Add another one before you remove it."
        ),
    }

    def encrypt(self, text: str) -> str:
        # Bound to its use: copied to another column it does not open.
        return base64.b64encode(seal_site(SEALED_FOR, text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal_site(SEALED_FOR, base64.b64decode(encrypted_text)).decode()

    def build_totp_svg(self, url: str) -> str:
        """On white, so that it can be scanned from a dark page."""
        # Seldom drawn, and read with a whole library for pictures.
        import qrcode
        from qrcode.image.svg import SvgPathFillImage

        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second factor stays: an account with a password alone is never left behind."""
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            # Whoever is without codes still has the factor itself.
            return True
        # Recovery codes are no second factor: they only exist beside one.
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(
            pk=authenticator.pk
        )
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def _signed_in_lately(request: HttpRequest) -> bool:
    user = request.user if isinstance(request.user, User) else None
    moments = [step["at"] for step in get_authentication_records(request, user)]
    return bool(moments) and time.time() - max(moments) < app_settings.REAUTHENTICATION_TIMEOUT


def _log_in_refused(code: str, credentials: dict[str, Any]) -> None:
    """By the account's id where there is one; what was typed is not kept."""
    # Of an unknown address nothing is kept: it may be a password in the wrong field.
    user = User.objects.with_address(str(credentials.get("email") or ""))
    refused(code, actor_id=None, at=timezone.now(), user=user.pk if user else None)
