from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from dsr.requests.forms import FilesField, text_field


class ReplyForm(forms.Form):
    """A message of the requester, with or without files."""

    text = text_field(6, 5000, label=gettext_lazy("Your message"), required=False)
    documents = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("PDF, JPEG or PNG, at most 10 MB each."),
        required=False,
    )
