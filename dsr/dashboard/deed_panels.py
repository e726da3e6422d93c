"""What the page of a deed shows besides its form, by the names that declarations use.

A deed says ``shows=("decision",)``. The page of a deed that is laid out in its own way has a
template of the deed's name in ``templates/dashboard/deeds/``; what several deeds show alike has one
of its own, ``showing_fee.html``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from dsr.accounts.models import User
from dsr.dashboard import request_page, words
from dsr.dashboard.mails_shown import kept
from dsr.notifications.letters import unprinted
from dsr.notifications.models import OutboxMessage
from dsr.requests import answer_texts, decision_rules, elements, enclosures, fees, grounds
from dsr.requests.authority import authority_needed
from dsr.requests.deeds.deadline import extendable
from dsr.requests.deeds.declaration import Deed
from dsr.requests.deeds.ending import possible_endings
from dsr.requests.deeds.post import to_send_again
from dsr.requests.mail_names import mail_name
from dsr.requests.models import SubjectRequest
from dsr.requests.people import answers_go_to, goes_by_post, lines_of, notices_go_to, writes_to
from dsr.requests.preconditions import identity_reached, standing_decision
from dsr.requests.states import FeeGround, Outcome
from dsr.vault.addresses import readable

Panel = Callable[[SubjectRequest, User, Mapping[str, Any], date], dict[str, Any]]


def shown(
    deed: Deed[Any],
    subject_request: SubjectRequest,
    user: User,
    address: Mapping[str, Any],
    today: date,
) -> dict[str, Any]:
    """Everything that the panels of a deed's page need."""
    context: dict[str, Any] = {}
    for name in deed.shows:
        context |= PANELS[name](subject_request, user, address, today)
    # Told before anything is sent: a letter with boxes for a name is no letter to that person.
    if WRITES & set(deed.shows):
        name, *lines = lines_of(writes_to(subject_request))
        texts = [str(context.get(each, "")) for each in TEXTS]
        places = {_("Name"): [name], _("Address"): lines, _("Text"): texts}
        found = {where: unprinted(*each) for where, each in places.items()}
        context["unprinted"] = {where: " ".join(each) for where, each in found.items() if each}
    return context


# Panels of pages on which something is written to the requester, and what they show of it.
WRITES = frozenset({"goes", "answer", "decision", "ending", "deciding", "undelivered", "message"})
TEXTS = ("answer", "decision_answer")


def _identity(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    return {"progress": words.identity_progress(it, today)}


def _decision(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    return request_page.decision(it)


def _deciding(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    return {
        "drafts": answer_texts.answers(it),
        "outcomes": Outcome.choices,
        "without_force": grounds.without_force(it),
        "unwritten": [f"{each.label} ({each.article})" for each in elements.unwritten(it)],
        "elements_url": reverse("dashboard:write_elements", args=[it.reference]),
        "unproved": not identity_reached(it) or bool(authority_needed(it, today)),
        # For each outcome: releasing and refusing differ in when a second person is needed.
        "two": decision_rules.needs_two(it, Outcome.GRANTED, user),
        "two_to_refuse": decision_rules.needs_two(it, Outcome.REFUSED, user),
        "sole_decisions": decision_rules.decides_alone(it, user),
        "second_people": second_people(it, user),
    }


def _news(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    return {"news": request_page.news(it)}


def _enclosures(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    decision = standing_decision(it)
    rows = enclosures.of(decision, it) if decision else enclosures.standing(it)
    return {"enclosures": request_page.enclosed(it, rows, user)}


def _enclosure(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    # Found through the request, as evidence is.
    rows = enclosures.standing(it).filter(pk=address["enclosure_id"])
    if shown := request_page.enclosed(it, rows, user):
        return {"enclosures": shown}
    raise Http404


def second_people(subject_request: SubjectRequest, besides: User) -> list[User]:
    """Who could approve what this person proposes: not who verified, nor who edited the contact."""
    # Who verified or last edited the contact cannot release (promise A8); evidence that was struck
    # verifies nothing, so its author may.
    out = set(subject_request.evidence.filter(struck_at=None).values_list("by", flat=True))
    out |= set(subject_request.contact_proofs.filter(struck_at=None).values_list("by", flat=True))
    out |= set(subject_request.held_contacts.values_list("by", flat=True))
    out |= set(subject_request.people.values_list("contact_edited_by", flat=True))
    able = decision_rules.approvers(subject_request, besides)
    able = able.annotate(approves_from=F("memberships__approves_from"))
    return [each for each in able if each.pk not in out]


def _ending(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    return {
        "endings": [(each.value, each.label) for each in possible_endings(it)],
        "second_people": second_people(it, user),
    }


def _answer(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    decision, person = standing_decision(it), writes_to(it)
    to, medium = notices_go_to(it)
    return {
        "answer": decision.shown("answer") if decision else "",
        "by_post": goes_by_post(it),
        "email": readable(to) if medium == "email" else "",
        "nowhere": not answers_go_to(it)[0],
        "postal_address": person.shown("postal_address"),
    }


def _evidence(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    # Found through the request: an id of somebody else's evidence in the address is a 404.
    for row in request_page.evidence(it):
        if row.pk == address["evidence_id"]:
            return {"evidence": row}
    raise Http404


def _opinion(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    # Found through the request, as evidence is.
    if not it.opinions.filter(pk=address["opinion_id"]).exists():
        raise Http404
    return {}


def _extendable(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    return {"extendable": extendable(it)}


def _message(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    # Found through the request: a message of another one in the address is a 404.
    rows = OutboxMessage.objects.of(it.reference).filter(recipient_user_id=None)
    message = rows.filter(pk=address["message_id"]).first()
    if message is None:
        raise Http404
    return {"message": message, "what": mail_name(message.kind)}


def _undelivered(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    to, medium = notices_go_to(it)
    return {
        "lost": [mail_name(each.kind) for each in to_send_again(it)],
        "goes_to": readable(to) if medium == "email" else to,
        "goes_medium": medium,
    }


def _kept_ready(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    return {"kept": kept(it)}


def _goes(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """How what is typed here will be read."""
    to, medium = notices_go_to(it)
    return {"goes_to": readable(to) if medium == "email" else to, "goes": medium}


def _fees(
    it: SubjectRequest, user: User, address: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """What the laws that bind the request let it cost, each in a sentence with its article."""
    found = fees.Fees(it)
    return {
        "fee_laws": [each.sentence for each in found.laws],
        "fee_grounds": [str(FeeGround(each).label) for each in found.grounds],
    }


def _fee(it: SubjectRequest, user: User, address: Mapping[str, Any], today: date) -> dict[str, Any]:
    offer = fees.standing(it)
    return {"fee": fees.shown(offer) if offer else None}


# By name, because the declarations stand in a room that knows no pages.
PANELS: dict[str, Panel] = {
    "identity": _identity,
    "decision": _decision,
    "news": _news,
    "deciding": _deciding,
    "ending": _ending,
    "answer": _answer,
    "enclosures": _enclosures,
    "enclosure": _enclosure,
    "evidence": _evidence,
    "opinion": _opinion,
    "extendable": _extendable,
    "message": _message,
    "undelivered": _undelivered,
    "kept_ready": _kept_ready,
    "goes": _goes,
    "fees": _fees,
    "fee": _fee,
}
