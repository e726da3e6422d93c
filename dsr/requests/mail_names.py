"""What staff call the mails and letters that are owed, by their kind."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

# What a message of the outbox is about, by its kind.
MAILS: dict[str, str | Promise] = {
    "acknowledgement": gettext_lazy("Confirmation of receipt"),
    "question": gettext_lazy("A question waits for the requester"),
    "identity_request": gettext_lazy("Proof of identity is asked for"),
    "answer_ready": gettext_lazy("The answer is there"),
    "answer_letter": gettext_lazy("The answer"),
    "not_delivered": gettext_lazy("To staff: something did not arrive"),
    "extension_too_late": gettext_lazy("To staff: an extension was announced too late"),
    "letter_waits": gettext_lazy("To staff: a letter waits to be posted"),
    "ending_letter": gettext_lazy("How the request ended"),
    "extended": gettext_lazy("More time is taken"),
    "lapsed": gettext_lazy("The request has lapsed"),
    "withdrawn": gettext_lazy("The request is withdrawn"),
    "out_of_scope": gettext_lazy("The request is out of scope"),
    "forwarded": gettext_lazy("The request is forwarded"),
    "fee": gettext_lazy("A fee is announced"),
    "reopened": gettext_lazy("The request is open again"),
    "fresh_link": gettext_lazy("A new private link"),
    "reading_code": gettext_lazy("A code for reading the answer"),
    "answer_was_read": gettext_lazy("The answer was opened"),
    "opinion_link": gettext_lazy("To a health professional: a question"),
    "opinion_code": gettext_lazy("To a health professional: a code"),
    "review_told": gettext_lazy("What a review found"),
    "opinion_given": gettext_lazy("To staff: a health professional signed"),
    "new_request": gettext_lazy("To staff: a new request"),
    "reminder": gettext_lazy("To staff: a reminder"),
    "assigned": gettext_lazy("To staff: assigned"),
    "review_wanted": gettext_lazy("To staff: a second person is wanted"),
    "agreement_wanted": gettext_lazy(
        "To staff: a second person is wanted for an answer that reaches nobody"
    ),
    "reply_arrived": gettext_lazy("To staff: a reply arrived"),
    "withdrawn_staff": gettext_lazy("To staff: withdrawn"),
    "sole_refusal": gettext_lazy("To staff: a refusal by one person"),
    "identity_documents": gettext_lazy("To staff: identity documents are about to be destroyed"),
    "contact_held": gettext_lazy("To the contact on record: somebody asked"),
    "contact_changed": gettext_lazy("To the old contact: it was changed"),
    "unstaffed": gettext_lazy("To administrators: an organisation without staff"),
    "not_me": gettext_lazy("To staff: this was not me"),
    "not_me_reminder": gettext_lazy("To staff: an objection waits"),
    "digest": gettext_lazy("Confirmation of receipt of several requests"),
    "invitation": gettext_lazy("Invitation"),
    "approver_named": gettext_lazy("To staff: somebody is to approve"),
    "approver_removed": gettext_lazy("To staff: somebody no longer approves"),
    "approver_objected": gettext_lazy("To staff: an objection to a new approver"),
    "password_reset": gettext_lazy("A new password"),
    "security_notice": gettext_lazy("Notice about an account"),
    "second_factor_reset": gettext_lazy("The second factor was reset"),
    "account_closed": gettext_lazy("The account was closed"),
}


def mail_name(kind: str) -> str:
    """What a message is called, by its kind."""
    return str(MAILS.get(kind, kind.replace("_", " ")))
