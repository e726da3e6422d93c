"""What people type is readable to those it is for, and nowhere else: not in a log, a table, a
message to a worker, the subject of a mail, an address line, a page of an error or the history.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
import redis
import time_machine
from django.conf import settings as configured
from django.core import mail

from config.logs import DiscreetFilter, DiscreetFormatter
from dsr.audit.models import Entry
from dsr.notifications import bell
from dsr.notifications.models import Heartbeat, OutboxMessage
from dsr.requests.models import StatusLink
from dsr.vault.erasure_check import sealed_models
from dsr.vault.errors import KeyDestroyed
from dsr.vault.models import SealedFile, SealedModel
from dsr.vault.services import check_erasure, open_file, open_safe
from tests.cast import MORNING
from tests.house.canaries import Story, Watched


@dataclass
class Logs:
    """All that any logger says at any level: as it is written, and what ours said at first."""

    written: StringIO
    ours: list[str]


class Raw(logging.Handler):
    """What our own code hands to a logger, before anything is withheld from it."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self.said = said

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in ("dsr", "config"):
            self.said.append(record.getMessage())


@pytest.fixture
def logs() -> Iterator[Logs]:
    kept = Logs(StringIO(), [])
    raw, written = Raw(kept.ours), logging.StreamHandler(kept.written)
    written.addFilter(DiscreetFilter())
    written.setFormatter(DiscreetFormatter())
    # The raw one first: the filter of the other rewrites the record.
    handlers = [raw, written]
    before = [(logger, logger.level) for logger in all_loggers()]
    for logger in all_loggers():
        logger.setLevel(logging.DEBUG)
        if logger is logging.root or not logger.propagate:
            logger.handlers[:0] = handlers
    yield kept
    for logger, level in before:
        logger.setLevel(level)
        logger.handlers = [each for each in logger.handlers if each not in handlers]


def all_loggers() -> list[logging.Logger]:
    known = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    return [logging.root, *known]


@pytest.fixture
def story(
    transactional_db: None, logs: Logs, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Story]:
    monkeypatch.setattr(bell._Silence, "until", 0.0)
    with time_machine.travel(MORNING, tick=False) as clock:
        yield Story(clock, monkeypatch, settings)


def readable(text: str, words: list[str]) -> list[str]:
    return [word for word in words if word.lower() in text.lower()]


def opened(model: type[SealedModel], column: str) -> Iterator[str]:
    rows = model._base_manager.select_related("safe").exclude(**{column: None})
    for row in rows:
        # Of identity documents: they are destroyed when the identity is accepted.
        with suppress(KeyDestroyed):
            yield (row.unseal_bytes(column) or b"").decode("utf-8", "replace")


def files() -> str:
    """The content of every sealed file."""
    kept = SealedFile.objects.filter(identity_document=None)
    return "\n".join(open_file(file).read().decode("utf-8", "replace") for file in kept)


def messages_in_broker() -> str:
    """Everything that the broker holds, as text."""
    url = configured.REDIS_URL.replace("redis+socket://", "unix://")
    with redis.Redis.from_url(url) as store:
        return " ".join(f"{key!r} {_value(store, key)!r}" for key in store.scan_iter())


def _value(store: Any, key: bytes) -> Any:
    readers = {
        b"list": lambda: store.lrange(key, 0, -1),
        b"hash": lambda: store.hgetall(key),
        b"set": lambda: store.smembers(key),
        b"zset": lambda: store.zrange(key, 0, -1),
        b"string": lambda: store.get(key),
    }
    return readers[store.type(key)]()


def unpacked(text: str) -> str:
    """With what lies in it as base64 written out: the arguments of a task do."""
    packed = re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text)
    return " ".join([text, *(str(_decoded(each)) for each in packed)])


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""


def test_nothing_that_anybody_typed_is_readable_where_it_should_not_be(
    story: Story, logs: Logs, capfd: pytest.CaptureFixture[str]
) -> None:
    words = sorted(set(story.words.values()))
    tokens = re.findall(r"/s/(?:not-me/)?([^/\s]{43})/", " ".join(_bodies()))
    secret = [*words, *tokens, "kanarie", "vogelhaus"]
    assert len(words) > 40
    assert len(tokens) > 5

    _everything_was_planted(story)

    printed = capfd.readouterr()
    places = {
        "log": logs.written.getvalue(),
        "what our code told the log": "\n".join(logs.ours),
        "printed": printed.out + printed.err,
        "messages to workers": unpacked(messages_in_broker()),
        "subjects of mails": "\n".join(_subjects()),
        "bodies of mails": "\n".join(_bodies()).replace("/s/", "/s/ "),
        "addresses of pages": "\n".join(Watched.addresses),
        "pages of errors": "\n".join(Watched.error_pages),
        "history": "\n".join(str(entry) for entry in Entry.objects.values_list()),
    }
    of_mail = [*words, "kanarie"]
    found = {
        place: readable(text, of_mail if place == "bodies of mails" else secret)
        for place, text in places.items()
    }
    assert found == {place: [] for place in places}
    # Every one of these places held something, or nothing was looked at.
    assert [place for place, text in places.items() if not text.strip()] == ["printed"]

    report = check_erasure(story.request.safe, secret)
    assert [(looked.place, looked.readable) for looked in report.found] == []
    assert sum(looked.place.count(".") for looked in report.looked) > 200


def _subjects() -> Iterator[str]:
    yield from opened(OutboxMessage, "subject")
    yield from (each.subject for each in mail.outbox)


def _bodies() -> list[str]:
    return [*opened(OutboxMessage, "body"), *(str(each.body) for each in mail.outbox)]


def _everything_was_planted(story: Story) -> None:
    """Every sealed column holds something, and every word lies in one: a new field joins in."""
    columns = [(model, field.name) for model in sealed_models() for field in model.sealed_fields()]
    text = {f"{model.__name__}.{name}": "\n".join(opened(model, name)) for model, name in columns}
    assert [place for place, content in text.items() if not content] == []
    sealed = "\n".join([*text.values(), files()])
    # Corrected later, or never taken in.
    gone = {"postal_address", "mistyped", "defect", "forged", "refused"}
    gone |= {"login", "password", "forgotten"}
    # Destroyed when the identity was accepted.
    gone |= {"proof_identity_name", "proof_identity_content"}
    lost = [
        place for place, word in story.words.items() if place not in gone and word not in sealed
    ]
    assert lost == []
    assert StatusLink.objects.exists()


def test_a_word_that_leaked_would_be_found(db: None, logs: Logs) -> None:
    """The search itself, tried on a leak of each kind."""
    logging.getLogger("some.library").debug("stored %s", "Sperling-leak")
    assert readable(logs.written.getvalue(), ["sperling-LEAK"]) == ["sperling-LEAK"]
    logging.getLogger("dsr.requests").info("stored %s", "Sperling-leak")
    assert logs.ours == ["stored Sperling-leak"]
    bell.current_app.send_task("nobody.listens", args=["Sperling-leak"])
    assert "Sperling-leak" in unpacked(messages_in_broker())
    Heartbeat.objects.create(name="Sperling-leak", beat_at=MORNING)
    found = check_erasure(open_safe(MORNING), ["sperling-leak"]).found
    assert [looked.place for looked in found] == ["notifications_heartbeat.name"]
