"""Limits of what comes in from outside: per source, per target address, per request, and for all.

What is counted for one source, one address, one request closes that door for a while. What is
counted for many (the site, a wide network) never closes anything: whoever floods it would shut out
everybody else. Beyond such a limit things are taken as before, and marked to be checked.

They are counted in fixed windows by one statement, which the database puts in line: of a thousand
visits at the same instant exactly as many pass as the limit says. A limit that refuses counts
nothing, so that one visitor's excess does not use up what belongs to all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsr.requests.errors import TooMany
from dsr.requests.models import LimitCounter
from dsr.vault.services import MAILBOX, keyed_hash

HOUR = timedelta(hours=1)
TEN_MINUTES = timedelta(minutes=10)
# Rows of past windows are of no use; an hour is left for clocks that differ.
KEPT = HOUR


class Scope(StrEnum):
    """Whom a limit counts."""

    SOURCE = "source"
    TARGET = "target"
    REQUEST = "request"
    # Of IPv6, a customer has at least a /64 (a source) and often a /56; a provider's branch a /48.
    NET_56 = "net56"
    NET_48 = "net48"
    SITE = "site"

    @property
    def is_of_many(self) -> bool:
        """Counts people who have nothing to do with each other."""
        return self in (Scope.NET_56, Scope.NET_48, Scope.SITE)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` of this in each window of this length, for each of whom it counts."""

    what: str
    scope: Scope
    most: int
    window: timedelta


# A hospital or a library sends everybody through one address: sources are counted generously.
SUBMISSION = (
    Limit("submission", Scope.SOURCE, 60, HOUR),
    Limit("submission", Scope.NET_56, 240, HOUR),
    Limit("submission", Scope.NET_48, 960, HOUR),
    Limit("submission", Scope.TARGET, 20, HOUR),
    Limit("submission", Scope.SITE, 3000, HOUR),
)
WRITING = (
    Limit("writing", Scope.SOURCE, 120, HOUR),
    Limit("writing", Scope.REQUEST, 20, HOUR),
    Limit("writing", Scope.SITE, 6000, HOUR),
)
# Forms with files, whether or not they are taken in the end.
UPLOAD = (
    Limit("upload", Scope.SOURCE, 200, HOUR),
    Limit("upload", Scope.SITE, 6000, HOUR),
)
# A code is a mail: nobody's mailbox is filled with them, and no guessing goes on all day.
CODES = (
    Limit("code", Scope.SOURCE, 60, HOUR),
    Limit("code", Scope.REQUEST, 5, HOUR),
)
LOST_LINK = (
    Limit("lost_link", Scope.SOURCE, 30, HOUR),
    Limit("lost_link", Scope.TARGET, 3, HOUR),
    Limit("lost_link", Scope.SITE, 3000, HOUR),
)
# Its confirmation goes out at once, past the hour between two mails: so there is an end to them.
WITHDRAWN_MAIL = Limit("withdrawn_mail", Scope.TARGET, 5, HOUR)
# No limit for the site: guessing links must not close the door to those who have one.
WRONG_LINK = (Limit("wrong_link", Scope.SOURCE, 30, TEN_MINUTES),)


SENTENCES: dict[Scope, str | Promise] = {
    Scope.SOURCE: _("Very many messages came from your network in a short time."),
    Scope.TARGET: _("Very many requests named this e-mail address in a short time."),
    Scope.REQUEST: _("Very many messages about this request came in a short time."),
}

# What health says while a limit of the site is past.
CROWDED: dict[str, str | Promise] = {
    "submission": _("Very many requests come in this hour; those beyond the limit are marked."),
    "writing": _("Very many messages come in this hour."),
    "upload": _("Very many files come in this hour; requests beyond the limit are marked."),
    "lost_link": _("Very many new links are asked for in this hour."),
}

# One statement for all: of a limit that is reached no row comes back, and it was not counted. The
# locks are taken in the order of the values.
COUNT = """
INSERT INTO requests_limitcounter AS counter (bucket, starts_at, ends_at, count)
VALUES {values}
ON CONFLICT (bucket, starts_at) DO UPDATE SET count = counter.count + 1
WHERE counter.count < CASE counter.bucket {most} END
RETURNING counter.bucket, counter.count
"""
UNCOUNT = """
UPDATE requests_limitcounter SET count = count - 1
WHERE bucket = %s AND starts_at = %s AND count > 0
"""
# A limit of many counts on: by how much it is passed is worth knowing.
NO_END = 2**31 - 1


def check(limits: Sequence[Limit], *, at: datetime, **whose: str) -> bool:
    """Count once for every limit that knows whose it is, or raise TooMany and count nothing.

    Returns whether a limit of many is passed: then it is taken, and marked to be checked.

    ``whose`` gives the names of the scopes: ``source="192.0.2.1"``, ``target="a@example.org"``. To
    be called before the transaction of a deed: what is refused later was tried all the same.
    """
    buckets = _buckets(limits, whose)
    with transaction.atomic(durable=True):
        counted = _count(buckets, at)
        for limit, bucket in buckets:
            if bucket not in counted:
                raise TooMany(SENTENCES[limit.scope], again_at=_ends_at(limit, at), at=at)
    return any(counted[bucket] > limit.most for limit, bucket in buckets)


def give_back(limits: Sequence[Limit], *, at: datetime, **whose: str) -> None:
    """What was counted at this instant counts for nobody: it failed through a fault of ours.

    Else whoever tries again through an outage would in the end be told to wait.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        for limit, bucket in _buckets(limits, whose):
            cursor.execute(UNCOUNT, [bucket, _starts_at(limit, at)])


def take(limit: Limit, whose: str, *, at: datetime) -> bool:
    """Count once in the transaction of the deed, where the limit lets it; given back with it."""
    return bool(_count([(limit, _bucket(limit, whose))], at))


def crowded(*, at: datetime) -> dict[str, int]:
    """What more came of in this window than the site's limit says, and how many."""
    every = (*SUBMISSION, *WRITING, *UPLOAD, *LOST_LINK)
    of_site = _buckets([each for each in every if each.scope == Scope.SITE], {})
    counters = LimitCounter.objects.filter(bucket__in=[bucket for _limit, bucket in of_site])
    counts = {(each.bucket, each.starts_at): each.count for each in counters}
    return {
        limit.what: count
        for limit, bucket in of_site
        if (count := counts.get((bucket, _starts_at(limit, at)), 0)) > limit.most
    }


def is_reached(limits: Sequence[Limit], *, at: datetime, **whose: str) -> bool:
    """Whether one of the limits would refuse now; counts nothing."""
    # Without a lock: at one instant a few guesses too many may pass, at tokens of 256 bits.
    return any(
        LimitCounter.objects.filter(
            bucket=bucket, starts_at=_starts_at(limit, at), count__gte=limit.most
        ).exists()
        for limit, bucket in _buckets(limits, whose)
        if not limit.scope.is_of_many
    )


def sweep(*, at: datetime) -> int:
    """Remove the counters of past windows."""
    return LimitCounter.objects.filter(ends_at__lt=at - KEPT).delete()[0]


def _buckets(limits: Sequence[Limit], whose: Mapping[str, str]) -> list[tuple[Limit, str]]:
    """In the order of the table, which is the same for all: nobody waits in a circle."""
    # Who gives no address has no target to be counted; their other limits hold all the same.
    named = {**whose, Scope.SITE: "all"}
    return [(limit, _bucket(limit, name)) for limit in limits if (name := named.get(limit.scope))]


def _bucket(limit: Limit, name: str) -> str:
    # Under a key: the table shows no address, and guessing one needs that key.
    return keyed_hash(f"limit {limit.what} {limit.scope}", name, like=_like(limit.scope))


def _like(scope: Scope) -> str:
    # With a tag, a quotation mark or a capital more it is the same mailbox that is filled.
    return MAILBOX if scope == Scope.TARGET else ""


def _count(buckets: Sequence[tuple[Limit, str]], at: datetime) -> dict[str, int]:
    """How many that makes, by bucket; of a door that is closed none stands there."""
    if not buckets:
        return {}
    values = [(bucket, _starts_at(each, at), _ends_at(each, at)) for each, bucket in buckets]
    most = [(bucket, NO_END if each.scope.is_of_many else each.most) for each, bucket in buckets]
    statement = COUNT.format(
        values=", ".join(["(%s, %s, %s, 1)"] * len(values)),
        most=" ".join(["WHEN %s THEN %s"] * len(most)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in (*values, *most) for value in row])
        return dict(cursor.fetchall())


def _starts_at(limit: Limit, at: datetime) -> datetime:
    seconds = int(limit.window.total_seconds())
    # By the clock and not by the first visit: nothing has to be read to know the window.
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)


def _ends_at(limit: Limit, at: datetime) -> datetime:
    return _starts_at(limit, at) + limit.window
