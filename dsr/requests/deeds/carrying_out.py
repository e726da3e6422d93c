"""What follows when a request ends against the wish of who asks, whoever decided it; putting away.

Such an ending has the safeguards of a refusal: a ground on record, two people where there are two,
a letter that says why, what is open, and where to complain (promises A 8, A 17).
"""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.notifications.services import owe
from dsr.requests import remedies
from dsr.requests.letters import seal_letter
from dsr.requests.messages import write_message
from dsr.requests.models import Decision, Notice, RequestMessage
from dsr.requests.people import goes_by_post, lines_of, writes_to
from dsr.requests.services import notices
from dsr.requests.states import Ending

from .declaration import history_line
from .doing import Doing

# The deed is the second person's; what it means to who asked is told by a line of its own.
TOLD = {
    Ending.OUT_OF_SCOPE: gettext_lazy("The request was found to be outside the policy."),
    Ending.FORWARDED: gettext_lazy("The request was passed on."),
    Ending.LAPSED: gettext_lazy("The request lapsed."),
}
for each in Ending:
    history_line(f"ended_{each.value}", each.label, TOLD[each])


def carry_out(doing: Doing, decision: Decision) -> None:
    """The letter, the clocks, the mail, and the line that tells it."""
    subject_request = doing.subject_request
    message = write_message(doing, RequestMessage.Kind.NOTICE, str(decision.unseal("answer")))
    message.letter = seal_letter(doing, message)
    message.on_paper = goes_by_post(subject_request)
    # The letter has them at its end; on the page they stand under the text.
    message.seal(body=_with_remedies(decision, str(message.unseal("body"))))
    message.save()
    doing.line(f"ended_{decision.ends_as}", decision=decision.pk, ground=decision.ground)
    doing.facts["message"] = message.pk
    doing.afterwards.append(lambda: _tell(doing, decision, message))


def _with_remedies(decision: Decision, text: str) -> str:
    subject_request = decision.subject_request
    ways = [f"- {each}" for each in remedies.in_letter(subject_request, decision.ground)]
    with translation.override(subject_request.language):
        why = remedies.why(subject_request, decision.ground)
        ground = _("Why: %(ground)s") % {"ground": why} if why else ""
        head = _("If you do not agree:")
    return "\n\n".join(filter(None, [text, ground, "\n".join([head, *ways])]))


def _tell(doing: Doing, decision: Decision, message: RequestMessage) -> None:
    subject_request = doing.subject_request
    # The clocks end when it is out: a letter that lies here has told nobody.
    if not message.on_paper:
        notices.tell(
            subject_request,
            decision.ends_as,
            Notice.What.ENDING,
            at=doing.at,
            actor=doing.actor,
            message=message,
        )
        return
    key = f"ending_letter:{message.pk}"
    notices.keep(
        Notice(
            subject_request=subject_request,
            what=Notice.What.ENDING,
            kind="ending_letter",
            key=key,
            medium="letter",
            owed_at=doing.at,
            message=message,
        )
    )
    owe(
        key=key,
        kind="ending_letter",
        safe=subject_request.safe,
        to="\n".join(lines_of(writes_to(subject_request))),
        language=subject_request.language,
        context={"reference": subject_request.reference},
        at=doing.at,
        reference=subject_request.reference,
        medium="letter",
        file=message.letter,
    )


def put_away(doing: Doing) -> None:
    """The standing decision stands no more."""
    # Kept and not deleted: what was once decided, and by whom, is part of the record.
    standing = doing.subject_request.decisions.exclude(status=Decision.Status.RETURNED)
    # When it was taken stays as it was: what went out then is compared with it.
    standing.filter(settled_at=None).update(settled_at=doing.at)
    standing.update(status=Decision.Status.RETURNED, put_away_at=doing.at)
