"""Where a request stands: one row of sentences for each standing, and no two that contradict."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from dsr.notifications.models import OutboxMessage
from dsr.requests.models import SubjectRequest
from dsr.requests.services import links, notices
from dsr.requests.standing import Standing, stands
from dsr.requests.standing_texts import ROWS, told_where
from dsr.requests.states import Status
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import MORNING, Desk
from tests.requests.reaching import reach
from tests.requests.trying import TRY

Walk = Callable[[Desk], SubjectRequest]


def after(state: str, *deeds: str) -> Walk:
    def walk(desk: Desk) -> SubjectRequest:
        subject_request = reach(desk, state)
        for deed in deeds:
            subject_request = TRY[deed](subject_request, desk)
        return SubjectRequest.objects.get(pk=subject_request.pk)

    return walk


def _bounced(desk: Desk) -> SubjectRequest:
    subject_request = after("decided", "send_answer")(desk)
    OutboxMessage.objects.filter(kind="answer_ready").update(status="failed")
    notices.sweep(at=MORNING)
    return SubjectRequest.objects.get(pk=subject_request.pk)


def _kept_ready(desk: Desk) -> SubjectRequest:
    bounced = _bounced(desk)
    kept = TRY["agree_keep_ready"](TRY["keep_ready"](bounced, desk), desk)
    return SubjectRequest.objects.get(pk=kept.pk)


def _nowhere(desk: Desk) -> SubjectRequest:
    who = PersonGiven("Zoé Canary-Quill", phone="+33 4 00 00 00 00")
    begun = cast.begin(cast.ask(desk.right("img", "access"), who=who), desk.handler)
    decided = TRY["approve"](TRY["propose"](begun, desk), desk)
    return SubjectRequest.objects.get(pk=TRY["send_answer"](decided, desk).pk)


# Walked through services: where it stands, what is so, what the reader can do.
WALKS: dict[str, tuple[Walk, str, str, str]] = {
    "arrived": (
        after("received"),
        "arrived",
        "Your request has arrived.",
        "You need do nothing.",
    ),
    "proof is wanted": (
        after("proving_identity"),
        "proof_wanted",
        "Before anything is given out or changed we must be sure that nobody asks in somebody "
        "else’s name.",
        "Read the message below: it says what helps, and what else would do.",
    ),
    "proof came": (
        after("proving_identity", "reply"),
        "proof_came",
        "Your message of 1 May 2026 has arrived.",
        "You need do nothing.",
    ),
    "worked on": (
        after("in_progress"),
        "in_progress",
        "Somebody works on your request.",
        "You need do nothing.",
    ),
    "a question": (
        after("waiting"),
        "question",
        "There is a question for you below.",
        "Answer it below.",
    ),
    "a reply": (
        after("waiting", "reply"),
        "replied",
        "Your message of 1 May 2026 has arrived.",
        "You need do nothing.",
    ),
    "a reply that was read": (
        after("waiting", "reply", "mark_read"),
        "in_progress",
        "Somebody works on your request.",
        "You need do nothing.",
    ),
    "a message before work began": (
        after("received", "reply"),
        "replied",
        "Your message of 1 May 2026 has arrived.",
        "You need do nothing.",
    ),
    "it was read before work began": (
        after("received", "reply", "mark_read"),
        "reply_read",
        "Your message of 1 May 2026 was read.",
        "You need do nothing.",
    ),
    "in review": (
        after("in_review"),
        "in_review",
        "A decision is prepared.",
        "You need do nothing.",
    ),
    "decided": (
        after("decided"),
        "decided",
        "Your request is decided. The answer has not gone out yet.",
        "You need do nothing.",
    ),
    "answered": (
        after("decided", "send_answer"),
        "answered",
        "The answer went out on 1 May 2026.",
        "How you open it is said below.",
    ),
    "came back": (
        _bounced,
        "came_back",
        "The answer was sent, but our message to you came back.",
        "Write to us below how we can reach you.",
    ),
    "kept ready": (
        _kept_ready,
        "kept_ready",
        "The answer is ready, but it could not be delivered to you.",
        "Open it below with a code, which you also get at our counter. Or write to us",
    ),
    "no address": (
        _nowhere,
        "nowhere",
        "The answer is ready, but it could not be delivered to you.",
        "Open it below with a code, which you also get at our counter. Or write to us",
    ),
    "kept ready and closed": (
        lambda desk: TRY["close"](_kept_ready(desk), desk),
        "closed_kept_ready",
        "The answer is ready, but it could not be delivered to you.",
        "Open it below with a code, which you also get at our counter. Or tell Innovative "
        "Medicines Group",
    ),
    "closed": (
        after("closed"),
        "closed",
        "The answer went out on 1 May 2026, and the request is closed.",
        "If something is missing or wrong, write to Innovative Medicines Group",
    ),
    "taken up again": (
        after("closed", "reopen"),
        "taken_up_again",
        "Your request was taken up again, and somebody works on it.",
        "You need do nothing.",
    ),
    "withdrawn": (
        after("withdrawn"),
        "withdrawn",
        "This request was withdrawn on 1 May 2026.",
        "You can ask again at any time.",
    ),
    "lapsed": (
        after("lapsed"),
        "lapsed",
        "The request ended on 1 May 2026 without your reply.",
        "If you write below, it is taken up again.",
    ),
    "frozen": (
        after("frozen"),
        "frozen",
        "Nothing is given out or deleted until a doubt is cleared up.",
        "You can write to us below.",
    ),
    "out of scope": (
        after("out_of_scope"),
        "out_of_scope",
        "The request was ended on 1 May 2026: this policy does not reach it.",
        "The message below says why, and what else is open to you.",
    ),
    "forwarded": (
        after("forwarded"),
        "forwarded",
        "The request was passed on on 1 May 2026 to who can answer it.",
        "The message below says who answers now, and how to reach them.",
    ),
}

# Of each pair at most one stands on a page.
NEVER_TOGETHER = [
    ("You need do nothing.", "What is missing"),
    ("You need do nothing.", "There is a question for you below."),
    ("Your request has arrived.", "Your message of"),
    ("has not gone out yet", "The answer went out"),
    ("has not been posted yet", "The answer was posted"),
    ("has not gone out yet", "days left"),
    ("The answer went out", "Due in"),
    ("The answer went out", "overdue"),
    ("The answer was sent, but", "The answer went out"),
    ("came back", "You need do nothing."),
    ("was withdrawn on", "Withdraw this request"),
    ("and the request is closed", "Withdraw this request"),
    ("The answer went out", "Withdraw this request"),
    ("and the request is closed", "Add it"),
]


def page_of(subject_request: SubjectRequest) -> str:
    client = Client()
    with time_machine.travel(MORNING, tick=False):
        token = links.issue(subject_request, at=MORNING)
        client.get(f"/s/{token}/", follow=True)
        client.post(f"/s/{token}/", follow=True)
        response = client.get(f"/status/{subject_request.reference}/")
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.mark.parametrize("name", WALKS)
def test_each_standing_has_its_sentences_and_contradicts_itself_nowhere(
    desk: Desk, name: str
) -> None:
    walk, at, now, you = WALKS[name]
    subject_request = walk(desk)
    where = stands(subject_request, MORNING)
    told = told_where(subject_request, where)
    assert (where.at, told.now) == (at, now)
    assert told.you.startswith(you)
    if where.at == Standing.FROZEN:
        return  # freezing ends every link
    page = page_of(subject_request)
    assert now in page
    assert you in page
    for one, other in NEVER_TOGETHER:
        assert not (one in page and other in page), f"“{one}” beside “{other}”"


def test_what_is_missing_stands_in_the_place_of_doing_nothing(desk: Desk) -> None:
    subject_request = cast.ask(desk.right("indigomed", "accounting"), particulars={})
    assert subject_request.missing
    page = page_of(subject_request)
    assert "You can add below what is missing. The request counts all the same." in page
    assert "You need do nothing." not in page


def test_every_standing_is_worded_in_each_language_and_fills_its_gaps(desk: Desk) -> None:
    subject_request = reach(desk, "closed")
    where = stands(subject_request, MORNING)
    assert set(ROWS) == set(Standing)
    for language in ("en", "fr"):
        with translation.override(language):
            for row in ROWS.values():
                for text in (row.now, row.next, row.you):
                    filled = str(text) % {"day": "1", "reference": "2", "contact": "3"}
                    assert "%" not in filled
            assert told_where(subject_request, where).name


def test_every_status_leads_to_a_standing(desk: Desk) -> None:
    """Whatever state is added later: a page without a sentence would be an empty page."""
    for status in Status:
        assert stands(reach(desk, status), MORNING).at in ROWS


@pytest.mark.parametrize(
    ("state", "deeds", "offered"),
    [
        ("received", (), "follow the request, write to us and withdraw it"),
        ("decided", ("send_answer",), "follow the request and write to us:"),
    ],
)
def test_a_mail_offers_what_its_page_offers(
    desk: Desk, state: str, deeds: tuple[str, ...], offered: str
) -> None:
    after(state, *deeds)(desk)
    kind = "answer_ready" if deeds else "acknowledgement"
    body = OutboxMessage.objects.filter(kind=kind).latest("pk").unseal("body")
    assert offered in " ".join(str(body).split())


def test_a_closed_request_says_how_to_have_it_taken_up_again_ask_anew_and_complain(
    desk: Desk,
) -> None:
    page = page_of(after("closed")(desk))
    for said in (
        "ask that the request be taken up again",
        "You can also send a new request at any time.",
        "If you do not agree",
    ):
        assert said in page
