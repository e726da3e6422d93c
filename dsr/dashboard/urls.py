"""Addresses of the staff pages. Every deed has its own; none is chosen by what a browser sends."""

from __future__ import annotations

from django.urls import URLPattern, path

from dsr.dashboard.deeds import clocks, deciding, facts, identity, moving, writing
from dsr.dashboard.deeds.base import DeedView
from dsr.dashboard.views.health import HealthView
from dsr.dashboard.views.new import ChooseRight, EnterRequest
from dsr.dashboard.views.post import (
    Bounced,
    LetterFile,
    LetterPosted,
    LettersView,
    TryAgain,
    WriteOff,
)
from dsr.dashboard.views.queue import QueueView, SearchView
from dsr.dashboard.views.request import FileDownload, RequestPage
from dsr.dashboard.views.team import InviteAgain, InviteView, TeamView, WithdrawInvitation

app_name = "dashboard"

ONE = "requests/<str:reference>/"


def deed(address: str, view: type[DeedView]) -> URLPattern:
    """The address of a deed; its name is the deed's code."""
    return path(f"{ONE}{address}/", view.as_view(), name=view.code)


urlpatterns = [
    path("", QueueView.as_view(), name="queue"),
    path("search/", SearchView.as_view(), name="search"),
    path("new/", ChooseRight.as_view(), name="new"),
    path("new/<slug:organisation>/<slug:right>/", EnterRequest.as_view(), name="enter"),
    path("letters/", LettersView.as_view(), name="letters"),
    path("letters/<int:message_id>/file/", LetterFile.as_view(), name="letter"),
    path("letters/<int:message_id>/posted/", LetterPosted.as_view(), name="letter_posted"),
    path("letters/<int:message_id>/again/", TryAgain.as_view(), name="mail_again"),
    path("letters/<int:message_id>/settled/", WriteOff.as_view(), name="mail_settled"),
    path("letters/<int:message_id>/bounced/", Bounced.as_view(), name="mail_bounced"),
    path("team/", TeamView.as_view(), name="team"),
    path("team/invite/", InviteView.as_view(), name="invite"),
    path(
        "team/<slug:organisation>/<int:user_id>/again/", InviteAgain.as_view(), name="invite_again"
    ),
    path(
        "team/<slug:organisation>/<int:user_id>/withdraw/",
        WithdrawInvitation.as_view(),
        name="invite_withdraw",
    ),
    path("health/", HealthView.as_view(), name="health"),
    path(ONE, RequestPage.as_view(), name="request"),
    path(f"{ONE}files/<int:file_id>/", FileDownload.as_view(), name="file"),
    deed("start", moving.Start),
    deed("ask-identity", identity.AskIdentity),
    deed("evidence", identity.AddEvidence),
    deed("evidence/<int:evidence_id>/strike", identity.StrikeEvidence),
    deed("accept-identity", identity.AcceptIdentity),
    deed("ask", writing.AskRequester),
    deed("reply", writing.Reply),
    deed("note", writing.Note),
    deed("assign", writing.Assign),
    deed("contact", writing.EditContact),
    deed("complete", writing.Complete),
    deed("receipt", writing.RecordReceipt),
    deed("receipt/correct", writing.CorrectReceipt),
    deed("acknowledge", clocks.Acknowledge),
    deed("extend", clocks.Extend),
    deed("order", clocks.RecordOrder),
    deed("fee", facts.AskFee),
    deed("fee/settled", facts.SettleFee),
    deed("facts", facts.StateFacts),
    deed("propose", deciding.Propose),
    deed("decide", deciding.DecideAlone),
    deed("approve", deciding.Approve),
    deed("return", deciding.ReturnToWork),
    deed("send", moving.SendAnswer),
    deed("posted", moving.RecordPosting),
    deed("close", moving.Close),
    deed("withdraw", moving.Withdraw),
    deed("lapse", moving.Lapse),
    deed("freeze", moving.Freeze),
    deed("unfreeze", moving.Unfreeze),
    deed("out-of-scope", moving.OutOfScope),
    deed("forward", moving.Forward),
    deed("reopen", moving.Reopen),
]
