"""What every answer carries, pages, files and errors alike; and how much may be sent at once."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from csp.utils import build_policy
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from config import errors
from dsr.vault.errors import KeyDestroyed, Tampered

# Nothing here needs the camera, the place or a payment; said once for every page.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
        *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "magnetometer"),
        *("microphone", "midi", "payment", "picture-in-picture", "usb", "xr-spatial-tracking"),
    )
)

FIXED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    # Never a path, which may hold a private link. (With "no-referrer" browsers send `Origin: null`
    # with every form, and the check against forged forms refuses it.)
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def headers_of_errors() -> dict[str, str]:
    """Of answers that no middleware sees, because the web server gives them itself."""
    headers = FIXED | {"Cache-Control": "no-store", "Content-Security-Policy": build_policy()}
    if settings.SECURE_HSTS_SECONDS:
        parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
        parts += ["includeSubDomains"] * settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
        parts += ["preload"] * settings.SECURE_HSTS_PRELOAD
        headers["Strict-Transport-Security"] = "; ".join(parts)
    return headers


class HeadersMiddleware:
    """Adds what Django leaves out, and keeps everything but static files out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in FIXED.items():
            response.headers[name] = value
        if response.status_code >= 400 or not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        return response


class NulMiddleware:
    """Whatever names something with a NUL byte names nothing: PostgreSQL takes none in a text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Cookies as well: a quoted one may hold any byte, and one of them is looked up.
        named = (request.path, *request.COOKIES, *request.COOKIES.values())
        query = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
        if b"\0" in query or any("\0" in each for each in named):
            return errors.not_found(request, Http404())
        return self.get_response(request)


class MethodMiddleware:
    """An address that takes no visit says what it is, where Django answers with an empty page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        page = errors.not_allowed(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class AlteredMiddleware:
    """Where a page can do nothing without a value that was altered or erased, it says so.

    Most pages show the rest; this is for those that are nothing but that value, such as a file.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if isinstance(exception, Tampered):
            return errors.altered(request)
        return errors.erased(request) if isinstance(exception, KeyDestroyed) else None


class BodyMiddleware:
    """Refuses what is too large before a byte of it is read.

    The length must be said at the beginning, as every browser does: else only reading would tell.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            return errors.length_required(request)
        if _length(request) > most_bytes(request.content_type or "", request.path):
            return errors.too_large(request)
        return self.get_response(request)


def most_bytes(content_type: str, path: str) -> int:
    """Only a form with files has reason to be large."""
    if content_type == "multipart/form-data":
        if settings.LARGE_FORMS.match(path):
            return settings.LARGE_FORM_MAX_BYTES
        return settings.MULTIPART_MAX_BYTES
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0


def _length(request: HttpRequest) -> int:
    said = str(request.META.get("CONTENT_LENGTH") or "0")
    # Eighteen digits are more than anybody sends, and few enough to be counted with.
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 10**18
