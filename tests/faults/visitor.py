"""Somebody with a browser who asks through the form, and notes what they were told."""

from __future__ import annotations

import html
import http.client
import re
import time
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

FORM = "/img/access/"
# The form waits this long before it believes in a human hand.
QUICKEST_SECONDS = 2.2
_numbers = count(1)


@dataclass
class Answer:
    status: int
    text: str
    location: str


@dataclass
class Visitor:
    """One person, one address, one browser; `told` is the reference they were shown."""

    port: int
    number: int = field(default_factory=lambda: next(_numbers))
    cookies: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    opened: float = 0.0
    sent: bool = False
    told: str = ""

    def ask(self, method: str, path: str, typed: dict[str, str] | None = None) -> Answer:
        """One request; raises OSError or HTTPException when nobody answers."""
        address = f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"
        headers = {
            "Host": "localhost",
            "X-Forwarded-For": address,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, path, urlencode(typed) if typed else None, headers)
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, text, answer.headers.get("Location") or "")

    def open_form(self) -> None:
        page = self.ask("GET", FORM)
        assert page.status == 200, page.status
        self.form = {
            name: html.unescape(value)
            for name, value in re.findall(
                r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text
            )
        }
        assert {"csrfmiddlewaretoken", "form_token"} <= set(self.form), sorted(self.form)
        self.opened = time.monotonic()

    def send(self) -> Answer:
        """Sends the form; the same one again where no answer came the first time."""
        time.sleep(max(0.0, self.opened + QUICKEST_SECONDS - time.monotonic()))
        typed = {
            **self.form,
            "role": "subject",
            "name": f"Visitor {self.number}",
            "email": f"visitor{self.number}@example.org",
            "anyway": "1",
        }
        answer = self.ask("POST", FORM, typed)
        there = re.fullmatch(r"/status/[A-Z0-9-]{9}/sent/", answer.location or "")
        self.sent = answer.status == 302 and there is not None
        self.confirmation = there[0] if there else ""
        return answer

    def read_reference(self) -> Answer:
        page = self.ask("GET", self.confirmation)
        found = re.search(r'class="reference">([A-Z0-9]{4}-[A-Z0-9]{4})<', page.text)
        if page.status == 200 and found:
            self.told = found.group(1)
        return page
