"""What the requester's pages say in plain words about rights, periods, states and history."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.policies.models import Organisation, Right
from dsr.requests.words import length


def period(right: Right, organisation: Organisation) -> str:
    """By when an answer comes, said honestly: promised, set by law, or only aimed at."""
    names = {"organisation": organisation.name, "law": right.law, "article": right.law_article}
    if right.period_amount is None:
        aim = length(organisation.target_amount, organisation.target_unit)
        if right.law:
            return _("%(organisation)s aims to answer within %(aim)s.") % (names | {"aim": aim})
        return _("The policy names no period. %(organisation)s aims to answer within %(aim)s.") % (
            names | {"aim": aim}
        )
    if right.period_amount == 0:
        if right.law:
            return (
                _("The law requires %(organisation)s to answer at once, on the same day.") % names
            )
        return _("%(organisation)s answers at once, on the same day.") % names
    given = {"period": length(right.period_amount, right.period_unit)}
    if right.law:
        return _("The law gives %(organisation)s %(period)s to answer.") % (names | given)
    return _("%(organisation)s answers within %(period)s.") % (names | given)


def look_back(right: Right) -> str:
    if right.look_back_amount is None:
        return ""
    reach = length(right.look_back_amount, right.look_back_unit)
    return _("It reaches back %(length)s before your request.") % {"length": reach}


AUDIENCES: dict[str, str | Promise] = {
    "anyone": gettext_lazy("For everybody"),
    "users": gettext_lazy("For users of the services"),
    "eu_resident": gettext_lazy("For people in the European Union"),
    "uk_resident": gettext_lazy("For people in the United Kingdom"),
    "california_resident": gettext_lazy("For people in California"),
    "us_resident": gettext_lazy("For people in the United States"),
    "minors": gettext_lazy("For young people, their parents and guardians"),
}

CHANNELS: dict[str, str | Promise] = {
    "form": gettext_lazy("With the form on this site"),
    "post": gettext_lazy("By letter"),
    "email": gettext_lazy("By e-mail"),
    "phone": gettext_lazy("By telephone"),
    "web": gettext_lazy("On the organisation’s website"),
}
