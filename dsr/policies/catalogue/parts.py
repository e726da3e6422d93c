"""The parts of an entry in a catalogue file: period, quoted clause, channel, translation."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from dsr.deadlines.periods import TEN_YEARS
from dsr.policies.field_types import (
    Info,
    Slug,
    Strict,
    Text,
    check_email,
    known,
    require_known,
    told,
)

_TEN_YEARS = {str(unit): most for unit, most in TEN_YEARS.items()}
CHANNELS = ("form", "post", "email", "phone", "web")


class Period(Strict):
    """Between one and ten years, in a unit. `at_once`: 0 days are admitted, ending on the day."""

    at_once: ClassVar[bool] = False

    amount: int
    unit: Annotated[str, known(_TEN_YEARS)]

    @model_validator(mode="after")
    def makes_sense(self) -> "Period":
        # 0 days are “at once” (Brazil's simplified confirmation); 0 months are a slip of the pen.
        if self.at_once and (self.amount, self.unit) == (0, "day"):
            return self
        if not 1 <= self.amount <= _TEN_YEARS[self.unit]:
            hint = "; “at once” is 0 day" if self.at_once and self.amount == 0 else ""
            said = f"{self.amount} {self.unit} is no sensible period (1 to ten years){hint}"
            raise told(said, named=True)
        return self


class AnswerPeriod(Period):
    at_once = True


class Ages(Strict):
    """In full years, both included, of whom the data is about; one end may be left open."""

    first: Annotated[int | None, Field(alias="from", ge=0, le=130)] = None
    last: Annotated[int | None, Field(alias="to", ge=0, le=130)] = None

    @model_validator(mode="after")
    def makes_sense(self) -> "Ages":
        if self.first is None and self.last is None:
            raise told("ages need “from”, “to” or both", named=True)
        if self.first is not None and self.last is not None and self.last < self.first:
            raise told(f"ages from {self.first} to {self.last} are nobody’s", named=True)
        return self


def _none_in_words(value: object) -> object:
    """`none` where the text states no period: written out, so that nobody forgets one."""
    # A key without a value is refused like a wrong word: it is forgotten, not meant.
    if value is None or isinstance(value, str):
        require_known(value or "", ["none"])
        return None
    return value


none_in_words = BeforeValidator(_none_in_words)


def amount_columns(name: str, period: Period | None) -> dict[str, Any]:
    if period is None:
        return {f"{name}_amount": None, f"{name}_unit": ""}
    return {f"{name}_amount": period.amount, f"{name}_unit": period.unit}


class Clause(Strict):
    """A quote word for word; `occurrence` says which one, where the text has it several times."""

    text: Text
    occurrence: int | None = None
    _start: int = PrivateAttr(0)

    @model_validator(mode="before")
    @classmethod
    def quote_alone(cls, value: object) -> object:
        # Nearly every clause stands once in its text, so it may be written as a mere text.
        return value if isinstance(value, dict) else {"text": value}

    @model_validator(mode="after")
    def stands_in_the_text(self, info: Info) -> "Clause":
        # None where the text itself could not be read: no clause is then called wrong besides.
        if info.context.text is not None:
            self._start = self._find(info.context.text)
        return self

    def _find(self, text: str) -> int:
        # Never the first of several by itself: the same sentence may grant in one paragraph what
        # it only describes in another.
        places, wanted = _places(self.text, text), self.occurrence
        if not places:
            raise told(f"clause not in the text: “{_short(self.text)}”{_hint(self.text, text)}")
        if wanted is None and len(places) > 1:
            raise told(f"clause stands {len(places)} times in the text: say which occurrence")
        if wanted is not None and not 1 <= wanted <= len(places):
            raise told(f"clause stands {len(places)} times in the text, not {wanted}")
        return places[(wanted or 1) - 1]

    def columns(self) -> dict[str, Any]:
        """The quote with its code-point span in the text."""
        return {"text": self.text, "start": self._start, "end": self._start + len(self.text)}


def _places(quote: str, text: str) -> list[int]:
    places, at = [], text.find(quote)
    while at >= 0:
        places.append(at)
        # From the next character: a quote may overlap itself.
        at = text.find(quote, at + 1)
    return places


def _short(quote: str) -> str:
    # One line for each error, however long the clause is.
    return quote if len(quote) <= 60 else quote[:59] + "…"


def _hint(quote: str, text: str) -> str:
    """Up to where the text has it: the longest beginning of the quote that is there."""
    # By halves: a beginning that is in the text has all its own beginnings there too.
    low, high = 0, len(quote)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if quote[:middle] in text else (low, middle - 1)
    # A short agreement is chance, and a hint from it would lead astray.
    return f" (it parts from the text after “{quote[max(0, low - 40) : low]}”)" if low > 10 else ""


class Channel(Strict):
    kind: Annotated[str, known(CHANNELS)]
    address: Text = Field(max_length=300)
    note: Text = Field("", max_length=300)

    @field_validator("address")
    @classmethod
    def mail_goes_to_an_address(cls, value: str, info: Info) -> str:
        # Only a mail address has a form that can be checked; a street has none. It stays as the
        # policy writes it, which people compare; nothing is mailed to it from here.
        if info.data.get("kind") == "email":
            check_email(value)
        return value


class Exemption(Strict):
    code: Slug
    text: Text = Field(max_length=500)


class InformationWords(Strict):
    title: Text = Field("", max_length=2000)
    text: Text = Field("", max_length=2000)


class RightWords(Strict):
    title: Text = Field("", max_length=2000)
    summary: Text = Field("", max_length=2000)
    audience: Text = Field("", max_length=2000)
    fee: Text = Field("", max_length=2000)
    exceptions: dict[str, Annotated[Text, Field(max_length=500)]] = {}
