"""Every page begins nowhere: a thread that served another organisation forgets where it stood."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .place import NOWHERE, standing_in


class PlaceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with standing_in(NOWHERE):
            return self.get_response(request)
