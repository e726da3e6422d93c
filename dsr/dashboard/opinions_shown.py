"""What health professionals were asked about a request, made ready for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dsr.dashboard.request_page import in_safe
from dsr.requests.models import Opinion, SubjectRequest
from dsr.requests.services import opinions
from dsr.requests.states import CodeWay, LinkState


@dataclass(frozen=True, slots=True)
class OpinionShown:
    """What a health professional was asked, how it stands, and what she signed."""

    pk: int
    kind: str
    who: str
    asked_at: datetime
    until: datetime
    state: LinkState
    opened_at: datetime | None
    signed_at: datetime | None
    question: str
    passage: str
    grounds: list[str]
    files: int
    files_opened: int
    verdict: str
    ground: str
    reason: str
    signed_by: str
    # Told by telephone: where to call, and the code while it is valid.
    phone: str
    code: str

    @property
    def waits(self) -> bool:
        return self.state in (LinkState.OPEN, LinkState.STOPPED)


def opinions_of(
    subject_request: SubjectRequest, at: datetime, *, sees_code: bool
) -> list[OpinionShown]:
    """The newest first."""
    rows = subject_request.opinions.select_related("professional", "decision")
    rows = rows.prefetch_related("items")
    return [_opinion(each, at, sees_code=sees_code) for each in in_safe(subject_request, rows)][
        ::-1
    ]


def _opinion(row: Opinion, at: datetime, *, sees_code: bool) -> OpinionShown:
    items = list(row.items.all())
    signature = row.reveal("signature", {}, altered={}) or {}
    words = dict(row.reveal("grounds", [], altered=[]))
    by_phone = row.professional.code_way == CodeWay.COUNTER
    state = opinions.state(row, at)
    return OpinionShown(
        pk=row.pk,
        kind=str(row.get_kind_display()),
        who=str(row.professional),
        asked_at=row.asked_at,
        until=row.expires_at,
        state=state,
        opened_at=row.opened_at,
        signed_at=row.signed_at,
        question=row.shown("question"),
        passage=row.shown("shown_text") if row.shown_text is not None else "",
        grounds=[str(each) for each in words.values()],
        files=len(items),
        files_opened=sum(each.opened_at is not None for each in items),
        verdict=str(row.get_verdict_display()) if row.verdict else "",
        ground=str(words.get(row.ground, row.ground)),
        reason=row.shown("reason") if row.signed_at else "",
        signed_by=", ".join(str(signature[each]) for each in ("name", "licence") if signature),
        phone=row.professional.phone if by_phone and state == LinkState.OPEN else "",
        code=opinions.code_to_tell(row, at) if by_phone and sees_code else "",
    )
