"""The requesters' door. Fixed addresses come first; organisations have the rest."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from .again import language_again, shown_again_by
from .views import asking, find, leaving, lost_link, not_me, opinions, reading, rights, status_page

app_name = "portal"
language = shown_again_by(language_again)(login_not_required(require_POST(set_language)))

urlpatterns = [
    path("", rights.home, name="home"),
    # By POST only: the language is kept in a cookie, and a GET changes nothing.
    path("language/", language, name="set_language"),
    path("s/not-me/<str:token>/", not_me.not_me, name="not_me"),
    path("s/<str:token>/", status_page.link, name="link"),
    path("o/<str:token>/", opinions.question, name="opinion"),
    path("o/<str:token>/code/", opinions.code, name="opinion_code"),
    path("o/<str:token>/open/", opinions.enter, name="opinion_open"),
    path("o/<str:token>/items/<int:item>/", opinions.item, name="opinion_item"),
    path("o/<str:token>/sign/", opinions.sign, name="opinion_sign"),
    path("lost/", lost_link.lost, name="lost"),
    path("lost/sent/", lost_link.looked, name="looked"),
    path("find/", find.find, name="find"),
    path("status/", status_page.open_requests, name="open_requests"),
    path("status/end/", status_page.end, name="end"),
    path("status/<slug:reference>/", status_page.status, name="status"),
    path("status/<slug:reference>/sent/", asking.sent, name="sent"),
    path("status/<slug:reference>/reply/", status_page.reply, name="reply"),
    path("status/<slug:reference>/withdraw/", status_page.withdraw, name="withdraw"),
    path("status/<slug:reference>/fee/", status_page.fee, name="fee"),
    path("status/<slug:reference>/complete/", status_page.complete, name="complete"),
    path("status/<slug:reference>/paper/", status_page.paper, name="paper"),
    path("status/<slug:reference>/new-link/", status_page.new_link, name="new_link"),
    path("status/<slug:reference>/close-others/", status_page.close_others, name="close_others"),
    path("status/<slug:reference>/code/", reading.code, name="code"),
    path("status/<slug:reference>/open/", reading.enter, name="enter"),
    path("status/<slug:reference>/letter/<int:message>/", reading.letter, name="letter"),
    path("status/<slug:reference>/file/<int:enclosure>/", reading.file, name="file"),
    path("ended/", status_page.ended, name="ended"),
    path("leave/", leaving.leave, name="leave"),
    path("away/", leaving.away, name="away"),
    path("<slug:organisation>/", rights.organisation, name="organisation"),
    path("<slug:organisation>/policy/<slug:policy>/<str:version>/", rights.policy, name="policy"),
    path("<slug:organisation>/<slug:right>/", asking.ask, name="ask"),
]
