"""The requesters' door. Fixed addresses come first; organisations have the rest."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from .views import asking, rights, status_page

app_name = "portal"

urlpatterns = [
    path("", rights.home, name="home"),
    # By POST only: the language is kept in a cookie, and a GET changes nothing.
    path("language/", login_not_required(require_POST(set_language)), name="set_language"),
    path("sent/", asking.sent, name="sent"),
    path("s/<str:token>/", status_page.link, name="link"),
    path("status/", status_page.status, name="status"),
    path("status/reply/", status_page.reply, name="reply"),
    path("status/withdraw/", status_page.withdraw, name="withdraw"),
    path("status/complete/", status_page.complete, name="complete"),
    path("status/paper/", status_page.paper, name="paper"),
    path("status/letter/<int:message>/", status_page.letter, name="letter"),
    path("status/new-link/", status_page.new_link, name="new_link"),
    path("status/end/", status_page.end, name="end"),
    path("ended/", status_page.ended, name="ended"),
    path("<slug:organisation>/", rights.organisation, name="organisation"),
    path("<slug:organisation>/policy/<slug:policy>/<str:version>/", rights.policy, name="policy"),
    path("<slug:organisation>/<slug:right>/", asking.ask, name="ask"),
]
