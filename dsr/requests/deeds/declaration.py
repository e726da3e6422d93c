"""What a deed is: its name, who may, from where, what it asks for, and its words for everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_type_hints

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_fsm import Transition

from dsr.accounts.models import User
from dsr.accounts.roles import Permission
from dsr.requests.actors import Actor
from dsr.requests.drafts import gaps
from dsr.requests.errors import BadInput, out_of_time
from dsr.requests.models import SubjectRequest

from .inputs import Asked, asked_of

if TYPE_CHECKING:
    from .doing import Doing

Words = str | Promise
Facts = Mapping[str, Any]
# What stands behind the ids in the facts of a line of history: ``user:7``, ``deadline:12``.
Names = Mapping[str, str]
Saying = Callable[[Facts, Names], str]
# Empty when the precondition holds, else the sentence that says what to do first.
Question = Callable[[SubjectRequest, Actor], str]
# What a declaration can ask of a request as its page shows it.
Test = Callable[[SubjectRequest], bool]

# How a deed is offered where it goes by another name, or is blocked for this person: label and
# sentence; None where nothing is special, an empty label where it is left out.
Offer = Callable[[SubjectRequest, User, AbstractSet[Permission], date], "tuple[Words, str] | None"]

Given = TypeVar("Given")


class Place(StrEnum):
    """Where the page of a request offers a deed."""

    LIST = "list"
    ENDING = "ending"  # stops or ends the request, so it stands apart
    ELSEWHERE = "elsewhere"  # beside what it concerns, a note among the notes


@dataclass(frozen=True, slots=True)
class Nothing:
    """The input of a deed that asks for nothing."""


def never(subject_request: SubjectRequest) -> bool:
    return False


def always(subject_request: SubjectRequest, actor: Actor) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed(Generic[Given]):
    """One deed. Calling it does it: one transaction, one line of history, the mail owed.

    Who and when
        ``permissions``: any one suffices for staff; ``by_requester`` lets the holder of the link
        do it too, ``by_system`` the system itself, ``by_program`` a program of the organisation
        that has one of the permissions. Nothing is open to programs that decides, approves,
        identifies or lets something out: for these somebody has to answer by name. The states of
        a deed that moves the request
        are those of its transition method on the model, which has the deed's name; ``states`` is
        given only for deeds that move nothing. ``needs`` are the preconditions beside them.
    What it changes
        ``rests_on`` marks deeds that change what a decision rests on; ``settles_identity`` those
        after which no identity document is kept, as after every decision and ending;
        ``raises_version`` those after which a page that was open before is stale;
        ``brings_news`` those that somebody of staff has to read.
    What it needs
        Once the content of a request is erased a deed is refused; ``after_erasure`` lets happen
        what needs none of it and keeps an open request from being nobody's.
    Its words
        ``lead``, ``done`` (which may look at the request as it is afterwards), ``button`` and
        ``warning`` make its page; ``history`` is its sentence
        in the history that staff see, ``told`` the one that the requester sees (empty: it happens
        behind the desk).
    Its place
        ``onward`` ranks the deeds that carry a request to its end, the lowest ready one is next
        while ``next_when`` says so, and ``hint`` says why; ``second_to`` offers it as a second
        button beside the next one. ``hide_blocked`` leaves it out without a word where it has
        nothing to act on; ``shows`` names what its page shows besides its form.
    """

    # Templates call whatever can be called; a page that names a deed must not do it.
    do_not_call_in_templates: ClassVar[bool] = True

    code: str
    label: Words
    do: Callable[[Doing, Given], None]
    input: type[Given]
    # Closed unless something is said: a deed that forgets to say who may do it is nobody's.
    permissions: tuple[Permission, ...] = ()
    by_requester: bool = False
    by_system: bool = False
    by_program: bool = False
    states: tuple[str, ...] | None = None
    needs: tuple[Question, ...] = ()
    after_erasure: bool = False
    rests_on: bool = False
    settles_identity: bool = False
    # A number and not the state: a request may have moved on and come back to the same state.
    raises_version: bool = True
    brings_news: bool = False
    compares_version: bool = True

    # An address for each deed: no page chooses a function by a name that the browser sent.
    address: str = ""
    lead: Words = ""
    button: Words = ""
    done: Words | Callable[[SubjectRequest], Words] = ""
    warning: bool = False
    history: Words | Saying = ""
    told: Words | Saying = ""

    place: Place = Place.LIST
    onward: int | None = None
    next_when: Callable[[SubjectRequest, Actor], bool] = always
    hint: Words | Callable[[SubjectRequest], Words] = ""
    quiet: bool = False
    second_to: Callable[[SubjectRequest, str], bool] | None = None
    hide_blocked: Test = never
    offered_as: Offer | None = None
    shows: tuple[str, ...] = ()

    def __call__(
        self,
        request_id: int,
        given: Given | None = None,
        /,
        *,
        actor: Actor,
        at: datetime,
        seen: int | None = None,
        **typed: Any,
    ) -> SubjectRequest:
        """Do it, and return the request as it is afterwards.

        ``given`` is the deed's input, or else its fields by their names. ``seen`` is the version
        number on the page the person acted from; None compares nothing.

        Raises BadInput, NotNow, NotAllowed, Stale or Unmet; then nothing of it has happened.
        """
        # Here, because `doing` needs the declaration: the two modules would import each other.
        from .doing import changing

        with changing(request_id, self, actor=actor, at=at, seen=seen) as doing:
            asked = self.input(**typed) if given is None else given
            self._refuse_slips(asked)
            self.do(doing, asked)
        return doing.subject_request

    def _refuse_slips(self, given: Any) -> None:
        """Whatever door it came by: a text of ours that still says “[say why]”, a year 26."""
        problems = {}
        for each in self.asks():
            value = getattr(given, each.name)
            if isinstance(value, date) and (sentence := out_of_time(value)):
                problems[each.name] = sentence
            if each.begin and isinstance(value, str) and (left := gaps(value)):
                sentence = _("Fill in or take out what stands in brackets: %(gaps)s")
                problems[each.name] = sentence % {"gaps": " ".join(left)}
        if problems:
            raise BadInput(problems)

    @property
    def moves(self) -> bool:
        return self.states is None

    def sources(self) -> tuple[str, ...]:
        """The states in which the deed can be tried."""
        if self.states is not None:
            return self.states
        return tuple(str(each.source) for each in self.transitions())

    def transitions(self) -> list[Transition]:
        """The transitions that the model declares for it, one for each source state."""
        # Asked of the machine and not listed again: a second list would be wrong one day.
        method = getattr(SubjectRequest, self.code)
        return list(method._django_fsm.transitions.values())

    def asks(self) -> Iterator[Asked]:
        """What a person is asked for, in the order in which the form shows it."""
        for each in fields(self.input):  # type: ignore[arg-type]
            yield asked_of(each)

    def open_to(self, held: AbstractSet[Permission]) -> bool:
        """Whether somebody with these permissions may do it at all."""
        return not held.isdisjoint(self.permissions)

    def done_for(self, subject_request: SubjectRequest) -> Words:
        return self.done(subject_request) if callable(self.done) else self.done

    def hint_for(self, subject_request: SubjectRequest) -> Words:
        return self.hint(subject_request) if callable(self.hint) else self.hint


DEEDS: dict[str, Deed[Any]] = {}
# Preconditions that rooms above add to deeds of this one, by the deed's code.
_further_needs: dict[str, list[Question]] = {}


def deed(code: str, label: Words, **declared: Any) -> Callable[[Callable[..., None]], Deed[Any]]:
    """Declare the decorated function, ``(doing, given) -> None``, as the service of a deed.

    Its input is the dataclass by which ``given`` is annotated. See ``Deed`` for what can be said.
    """

    def declare(do: Callable[..., None]) -> Deed[Any]:
        # Two rooms that chose one name are found when the program starts, not when somebody clicks.
        if code in DEEDS:
            raise ValueError(f"the deed {code} is declared twice")
        made: Deed[Any] = Deed(
            code=code,
            label=label,
            do=do,
            # From the annotation, so that service and form cannot disagree about what is asked.
            input=get_type_hints(do)["given"],
            **{"address": code.replace("_", "-"), **declared},
        )
        DEEDS[code] = made
        return made

    return declare


def require(code: str, question: Question) -> None:
    """Add a precondition to a deed of another room, from the ``ready()`` of the room above."""
    _further_needs.setdefault(code, []).append(question)


def unmet(subject_request: SubjectRequest, deed: Deed[Any], actor: Actor) -> str:
    """The first precondition that does not hold, as a sentence; empty when all do."""
    for question in (*deed.needs, *_further_needs.get(deed.code, ())):
        if sentence := question(subject_request, actor):
            return str(sentence)
    return ""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """The words of a line of history that is no deed's own: a deadline moved, a file was read."""

    history: Words | Saying
    told: Words | Saying = ""


LINES: dict[str, HistoryLine] = {}


def history_line(code: str, history: Words | Saying, told: Words | Saying = "") -> None:
    """Give a code of the history its words."""
    LINES[code] = HistoryLine(history, told)
