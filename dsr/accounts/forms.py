"""The forms of allauth that ask for an address: they take it in the form that accounts have."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django import forms

from dsr.vault.address_fields import AddressField


class SignIn(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = _in_one_form(self.fields["login"])


class ResetPassword(ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = _in_one_form(self.fields["email"])


def _in_one_form(field: forms.Field) -> AddressField:
    # A look-alike is refused here: allauth compares what is left by rules that fold more letters.
    return AddressField(label=field.label, widget=field.widget)
