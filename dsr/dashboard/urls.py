"""Addresses of the staff pages. Every deed has its own; none is chosen by what a browser sends."""

from __future__ import annotations

from django.urls import URLPattern, path

from dsr.dashboard.views.coming import AcceptView, ComingView
from dsr.dashboard.views.deed import DeedView
from dsr.dashboard.views.health import HealthView
from dsr.dashboard.views.new import ChooseRight, EnterRequest
from dsr.dashboard.views.post import (
    LetterFile,
    LettersView,
    TryAgain,
    WriteOff,
)
from dsr.dashboard.views.queue import FoundNames, QueueNames, QueueView, SearchView
from dsr.dashboard.views.request import FileDownload, RequestPage
from dsr.dashboard.views.team import (
    Agree,
    InviteAgain,
    InviteView,
    ObjectTo,
    TeamView,
    WithdrawInvitation,
)
from dsr.dashboard.views.writing import ANSWERS, TEXTS, FilesView, TextView, WritingView
from dsr.requests.deeds.declaration import DEEDS

app_name = "dashboard"

# By reference, which is random: the number of a row would tell how many requests there are.
ONE = "requests/<str:reference>/"


def deed_addresses() -> list[URLPattern]:
    """An address for every deed that is declared; its name is the deed's code."""
    return [
        # An address of its own, so that the table of who may open what covers deeds like pages.
        path(f"{ONE}{deed.address}/", page_of(code).as_view(deed=deed), name=code)
        for code, deed in DEEDS.items()
    ]


def page_of(code: str) -> type[DeedView]:
    return WritingView if code in TEXTS else DeedView


def buttons_beside() -> list[URLPattern]:
    """What shows the form of such a page again: a text to begin with, and files."""
    return [
        path(
            f"{ONE}{DEEDS[code].address}/{end}/",
            view.as_view(deed=DEEDS[code]),
            name=f"{code}_{end}",
        )
        for code in TEXTS
        for end, view in (("text", TextView), ("files", FilesView))
        if end == "text" or TEXTS[code] is ANSWERS
    ]


urlpatterns = [
    path("", QueueView.as_view(), name="queue"),
    path("names/", QueueNames.as_view(), name="names"),
    path("search/", SearchView.as_view(), name="search"),
    path("search/names/", FoundNames.as_view(), name="found_names"),
    path("new/", ChooseRight.as_view(), name="new"),
    path("new/<slug:organisation>/<slug:right>/", EnterRequest.as_view(), name="enter"),
    path("letters/", LettersView.as_view(), name="letters"),
    path("letters/<int:message_id>/file/", LetterFile.as_view(), name="letter"),
    path("letters/<int:message_id>/again/", TryAgain.as_view(), name="mail_again"),
    path("letters/<int:message_id>/settled/", WriteOff.as_view(), name="mail_settled"),
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
    path("team/<slug:organisation>/<int:user_id>/agree/", Agree.as_view(), name="power_agree"),
    path("team/<slug:organisation>/<int:user_id>/object/", ObjectTo.as_view(), name="power_object"),
    path("coming/", ComingView.as_view(), name="coming"),
    path("coming/<slug:organisation>/accept/", AcceptView.as_view(), name="accept_law"),
    path("health/", HealthView.as_view(), name="health"),
    path(ONE, RequestPage.as_view(), name="request"),
    path(f"{ONE}files/<int:file_id>/", FileDownload.as_view(), name="file"),
    *deed_addresses(),
    *buttons_beside(),
]
