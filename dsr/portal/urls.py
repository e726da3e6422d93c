"""The requesters' door. Fixed addresses come first; organisations have the rest."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from .views import asking, following, rights

app_name = "portal"

urlpatterns = [
    path("", rights.home, name="home"),
    path("language/", login_not_required(require_POST(set_language)), name="set_language"),
    path("sent/", asking.sent, name="sent"),
    path("s/<str:token>/", following.link, name="link"),
    path("status/", following.status, name="status"),
    path("status/reply/", following.reply, name="reply"),
    path("status/withdraw/", following.withdraw, name="withdraw"),
    path("status/complete/", following.complete, name="complete"),
    path("status/paper/", following.paper, name="paper"),
    path("status/letter/<int:message>/", following.letter, name="letter"),
    path("status/new-link/", following.new_link, name="new_link"),
    path("status/end/", following.end, name="end"),
    path("ended/", following.ended, name="ended"),
    path("<slug:organisation>/", rights.organisation, name="organisation"),
    path("<slug:organisation>/policy/<slug:policy>/<str:version>/", rights.policy, name="policy"),
    path("<slug:organisation>/<slug:right>/", asking.ask, name="ask"),
]
