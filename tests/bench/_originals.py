"""The requests that a filled site is made of: each lived its life through the program's own deeds.

They come from three organisations, by many rights, on many days; some wait, some are worked on,
most have ended. ``_copies`` makes as many further ones of each as are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle

from dsr.accounts.models import User
from dsr.notifications.models import OutboxMessage
from dsr.notifications.services import deliver
from dsr.requests.actors import REQUESTER
from dsr.requests.deeds import answer, assignment, conversation, ending, identity, post, review
from dsr.requests.models import SubjectRequest
from dsr.requests.services import notices
from dsr.requests.submission.given import PersonGiven
from tests import cast
from tests.cast import Desk

# Stand for the words that every copy has of its own; no text of the program has them.
FORENAME, SURNAME, MAILBOX = "Qforenameq", "Qsurnameq", "qmailboxq"
PHONE = "+33 6 12 34 56 78"
# Most of one deadline, as of who is under no law of its own; every fifth of several.
RIGHTS = (
    *(("img", "access"), ("img", "erase"), ("imo", "marketing-opt-out"), ("img", "rectify")),
    *(("indigomed", "gdpr-access"), ("img", "object"), ("imo", "update"), ("img", "confirmation")),
    *(("img", "access"), ("imo", "eu-access"), ("img", "rectify")),
)


@dataclass(frozen=True, slots=True)
class Original:
    """A life that was lived; ``weight`` is how many copies of a thousand of its sort are of it."""

    subject_request: SubjectRequest
    is_open: bool
    weight: float


@dataclass
class Telling:
    """What a life is told with; every step is a day later than the one before."""

    desk: Desk
    right: tuple[str, str]
    at: datetime
    number: int
    it: SubjectRequest = None  # type: ignore[assignment]

    def ask(self, **given: object) -> Telling:
        who = PersonGiven(
            name=f"{FORENAME} {SURNAME}",
            # Of its own: one address that is told too often gets digests.
            email=f"{MAILBOX}{self.number}@example.org",
            postal_address=f"{FORENAME} {SURNAME}\n7 rue du Serin\n69000 Lyon",
            phone=PHONE if self.number % 4 == 0 else "",
        )
        self.it = cast.ask(self.desk.right(*self.right), at=self.at, who=who, **given)
        return self

    def after(self, days: float = 1) -> Telling:
        self.at += timedelta(days=days)
        return self

    def sent(self) -> Telling:
        """All mail that is owed goes out, by the program's own delivery."""
        deliver(self.at)
        notices.sweep(at=self.at)
        self.it = SubjectRequest.objects.get(pk=self.it.pk)
        return self

    def assigned(self) -> Telling:
        return self._does(assignment.assign, self.desk.officer, to=self.desk.handler)

    def _does(self, deed: Callable[..., SubjectRequest], by: User, **given: object) -> Telling:
        self.it = deed(self.it.pk, **given, actor=by, at=self.at, seen=self.it.version)
        return self

    def begun(self) -> Telling:
        self.it = cast.begin(self.it, self.desk.handler, at=self.at)
        return self

    def asked_back(self) -> Telling:
        asks = {"question": "Which record?", "facts": []}
        return self._does(conversation.ask_requester, self.desk.handler, **asks)

    def replied(self) -> Telling:
        self.it = conversation.reply(
            self.it.pk, text="The one of May.", actor=REQUESTER, at=self.at, seen=None
        )
        return self

    def identity_asked(self) -> Telling:
        return self._does(identity.ask_identity, self.desk.handler, question="Who are you?")

    def proposed(self) -> Telling:
        self.it = cast.propose(self.it, self.desk.handler, at=self.at)
        return self

    def approved(self) -> Telling:
        return self._does(review.approve, self.desk.second_officer)

    def answered(self) -> Telling:
        return self._does(answer.send_answer, self.desk.handler)

    def closed(self) -> Telling:
        return self._does(answer.close, self.desk.handler)

    def withdrawn(self) -> Telling:
        self.it = ending.withdraw(self.it.pk, actor=REQUESTER, at=self.at, seen=None)
        return self

    def frozen(self) -> Telling:
        why = "Not me, says the contact."
        return self._does(ending.freeze, self.desk.officer, reason=why)

    def to_end(self, how: str, ground: str) -> Telling:
        ends = {"ending": how, "ground": ground, "text": "It ends here."}
        return self._does(ending.propose_ending, self.desk.handler, **ends).after().approved()

    def came_back(self) -> Telling:
        """The confirmation of receipt went out and came back."""
        mail = OutboxMessage.objects.get(
            reference=self.it.reference, kind="acknowledgement", status="sent"
        )
        self.it = post.mail_bounced(
            self.it.pk, message_id=mail.pk, actor=self.desk.clerk, at=self.at, seen=None
        )
        return self


Life = Callable[[Telling], Telling]

# How open ones stand, and how many of a thousand open ones.
OPEN_LIVES: tuple[tuple[float, Life], ...] = (
    (190, lambda t: t.ask()),
    (150, lambda t: t.ask().sent()),
    (60, lambda t: t.ask(channel="post").sent().assigned()),
    (250, lambda t: t.ask().sent().after().assigned().begun()),
    (120, lambda t: t.ask().sent().after().assigned().begun().after().asked_back().sent()),
    (40, lambda t: t.ask().sent().after().assigned().begun().after().asked_back().sent().replied()),
    (60, lambda t: t.ask().sent().after().assigned().identity_asked().sent()),
    (60, lambda t: t.ask().sent().after().assigned().begun().after().proposed()),
    (30, lambda t: t.ask().sent().after().assigned().begun().after().proposed().approved()),
    (20, lambda t: t.ask().sent().after().assigned().begun().frozen().sent()),
    (10, lambda t: t.ask().sent().after().came_back()),
    (10, lambda t: t.ask(wants_paper=True).after().assigned()),
)
# How the others ended, and how many of a thousand.
ENDED_LIVES: tuple[tuple[float, Life], ...] = (
    (
        150,
        lambda t: (
            t.ask()
            .sent()
            .after()
            .assigned()
            .begun()
            .after()
            .proposed()
            .after()
            .approved()
            .answered()
            .sent()
            .after()
            .closed()
        ),
    ),
    (400, lambda t: t.ask().sent().after().assigned().withdrawn().sent()),
    (200, lambda t: t.ask().sent().after(3).withdrawn().sent()),
    (
        120,
        lambda t: (
            t.ask().sent().after().assigned().to_end("out_of_scope", "another_organisation").sent()
        ),
    ),
    (
        100,
        lambda t: (
            t.ask()
            .sent()
            .after()
            .assigned()
            .begun()
            .asked_back()
            .sent()
            .after(40)
            .to_end("lapsed", "no_reply")
            .sent()
        ),
    ),
    (30, lambda t: t.ask().sent().after().to_end("forwarded", "another_organisation").sent()),
)
# How many days ago the first and the last of them began.
OPEN_DAYS, ENDED_DAYS = (3, 45), (70, 1100)
# Each life of open ones on so many days, and of those that ended.
OPEN_TIMES, ENDED_TIMES = 6, 10


def live(desk: Desk, now: datetime) -> Iterator[Original]:
    """Every life on several days, each time by another right."""
    rights = cycle(RIGHTS)
    number = 0
    for is_open, lives, days, times in (
        (True, OPEN_LIVES, OPEN_DAYS, OPEN_TIMES),
        (False, ENDED_LIVES, ENDED_DAYS, ENDED_TIMES),
    ):
        for which, (weight, life) in enumerate(lives):
            for turn in range(times):
                number += 1
                # Spread over the whole time, each life on days of its own.
                part = (turn + which / len(lives)) / times
                at = now - timedelta(days=days[0] + (days[1] - days[0]) * part)
                told = life(Telling(desk, next(rights), at, number))
                yield Original(told.it, is_open, weight / times)
