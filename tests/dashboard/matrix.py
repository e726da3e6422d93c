"""Every address of the project with sample values, and the kinds of people who try it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from config.trial.second_factor import enrol_for_trial
from dsr.accounts import services as accounts
from dsr.accounts.models import Membership, User
from dsr.accounts.roles import Role
from dsr.notifications.models import OutboxMessage
from dsr.policies.models import Department
from dsr.requests.deeds import enclosures, evidence
from dsr.requests.deeds.evidence_given import EvidenceGiven
from dsr.requests.models import SubjectRequest
from dsr.requests.submission.given import PersonGiven
from dsr.vault.uploads import CheckedUpload
from tests import cast
from tests.cast import MORNING, Desk
from tests.requests.trying import TRY

TABLE = Path(__file__).with_name("matrix.txt")
METHODS = ("GET", "POST")
# Members of the organisation by their role; an officer of another one; one of another department of
# this one; an administrator who is a member nowhere.
MEMBERS = ("clerk", "handler", "officer", "auditor", "outside")
ACTORS = ("anonymous", *MEMBERS, "other", "aside", "admin")
# The pages of requesters, of accounts and of the administration ask for no role: there the officer
# stands for every member. A dash in the table says that.
WITHOUT_ROLES = ("portal:", "trial:", "account_", "mfa_", "admin:")
TRIED_THERE = ("anonymous", "officer", "admin")
BY_POST = PersonGiven("Zoé Canary-Quill", postal_address="7 rue du Serin\n69000 Lyon")
SCAN = CheckedUpload("scan.pdf", b"%PDF-1.4 scan", "application/pdf")


@dataclass
class World:
    """One request of IMG in work, with everything an address can name."""

    people: dict[str, User | None]
    values: dict[str, Any]
    sessions: dict[str, str] = field(default_factory=dict)
    # One for all: making a client reads every static file's address anew.
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def url(self, name: str, wanted: frozenset[str]) -> str:
        values = {each: self.values[each] for each in wanted}
        if name.startswith("admin:") and wanted == {"object_id"}:
            values["object_id"] = _first_of(name)
        return reverse(name, kwargs=values)

    def try_it(self, method: str, url: str, actor: str) -> int:
        """The status of one try, of which nothing stays."""
        before = transaction.savepoint()
        client = self.client
        client.cookies.clear()
        if actor in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[actor]
        status = client.generic(method, url).status_code
        transaction.savepoint_rollback(before)
        return int(status)


def _first_of(name: str) -> int:
    """A row of the model of an administration page; none of it where there is none."""
    app, model = name.removeprefix("admin:").split("_")[:2]
    first = apps.get_model(app, model).objects.order_by("pk").values_list("pk", flat=True).first()
    return first or 0


def build(desk: Desk) -> World:
    for name in MEMBERS:
        Membership.objects.filter(user=desk.people[name]).exclude(organisation__slug="img").delete()
    other = desk.second_officer
    Membership.objects.filter(user=other).exclude(organisation__slug="imo").delete()
    admin = User.objects.create_superuser("ada@example.org", "Ada Testing", "correct horse")
    people = {name: desk.people.get(name) for name in ACTORS}
    people |= {"other": other, "aside": _aside(desk), "admin": admin}
    world = World(people, _values(desk))
    for name, user in people.items():
        if user is not None:
            enrol_for_trial(user)
            world.sessions[name] = _session_of(user)
    return world


def _aside(desk: Desk) -> User:
    img = desk.organisation("img")
    attic = Department.objects.create(organisation=img, slug="attic", name="Attic")
    user = User.objects.create_user("aside@example.org", "Asa Testing", "correct horse")
    Membership.objects.create(
        user=user, organisation=img, role=Role.OFFICER, department=attic, approves_from=MORNING
    )
    return user


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _values(desk: Desk) -> dict[str, Any]:
    asked = cast.ask(desk.right("img", "access"), who=BY_POST, files=(SCAN,))
    begun = cast.begin(asked, desk.handler)
    given = EvidenceGiven(kind="no_reasonable_doubt", confirmed=True, note="the ward")
    evidence.add_evidence(begun.pk, given, actor=desk.handler, at=MORNING, seen=begun.version)
    begun.refresh_from_db(fields=["version"])
    enclosures.enclose(
        begun.pk, files=[cast.COPY], actor=desk.handler, at=MORNING, seen=begun.version
    )
    asked_one = _with_a_question(begun, desk)
    image = desk.organisation("img")
    invited = accounts.invite(
        "nia@example.org", "Nia Testing", image, "clerk", by=desk.officer, at=MORNING
    )
    return {
        "reference": begun.reference,
        "evidence_id": begun.evidence.latest("pk").pk,
        "proof_id": 1,
        "enclosure_id": begun.enclosures.get().pk,
        "enclosure": 1,
        "opinion_id": asked_one.opinions.get().pk,
        "item": 1,
        "file_id": begun.attachments.get().file_id,
        "message_id": OutboxMessage.objects.get(medium="letter").pk,
        "organisation": "img",
        "right": "access",
        "law": "gdpr",
        "policy": "img",
        "version": "undated",
        "token": "no-such-token",
        "user_id": invited.pk,
        "app_label": "requests",
        "object_id": 0,
        "uidb36": "1",
        "key": "no-such-key",
        "pk": 1,
        "message": 1,
        "content_type_id": 1,
    }


def _with_a_question(begun: SubjectRequest, desk: Desk) -> SubjectRequest:
    """A health professional is asked, as a law lets only her judge."""
    img = desk.organisation("img")
    cast.under_hipaa(desk)
    SubjectRequest.objects.filter(pk=begun.pk).update(country="US")
    asked = TRY["ask_professional"](SubjectRequest.objects.get(pk=begun.pk), desk)
    img.save()
    SubjectRequest.objects.filter(pk=begun.pk).update(country="")
    return asked


def addresses() -> dict[str, frozenset[str]]:
    """Every address of the project that has a name: the values it wants, by its name."""
    return dict(_named(get_resolver()))


def _named(
    resolver: URLResolver, space: str = "", wanted: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str]]]:
    for entry in resolver.url_patterns:
        values = wanted | set(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inside = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _named(entry, inside, values)
        elif entry.name:
            yield f"{space}{entry.name}", values


def actors_for(name: str) -> tuple[str, ...]:
    return TRIED_THERE if name.startswith(WITHOUT_ROLES) else ACTORS


def expected() -> dict[tuple[str, str], dict[str, int]]:
    """The checked-in table: method and name, then one code for each kind of person."""
    table = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            method, name, *codes = line.split()
            by = dict(zip(ACTORS, codes, strict=True))
            table[method, name] = {who: int(code) for who, code in by.items() if code != "-"}
    return table
