"""How the refusal of a service is shown on a form, at every door in the same way."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from dsr.requests.errors import BadInput, RequestError


def put_refusal(form: forms.Form, refused: RequestError) -> None:
    """Each sentence beside its field where the form has it, else above the form.

    The code goes along, so that a page can tell a limit that is reached from a slip.
    """
    if not isinstance(refused, BadInput):
        form.add_error(None, ValidationError(str(refused), code=refused.code))
        return
    for name, sentence in refused.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))
