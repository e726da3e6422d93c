"""One connection to the mail server, and what its refusals mean.

Servers repeat addresses in what they say, so only closed codes leave this module.
"""

import smtplib
from contextlib import suppress
from datetime import timedelta
from email.errors import MessageError
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.mail import EmailMessage, get_connection

from dsr.notifications.models import OutboxMessage, Trouble
from dsr.vault.addresses import AddressRefused, canonical

# MAIL, RCPT, DATA, the text and the answer to it may each take as long as the timeout allows.
COMMANDS_PER_MAIL = 5
# What the library raises of an address or a header that it cannot write: UnicodeError and Django's
# BadHeaderError are ValueErrors, and its parser of addresses raises all three. A mail is the same
# bytes at every attempt, so the next one would end in the same way.
UNSENDABLE = (ValueError, MessageError, IndexError)


@register()
def mail_server_is_not_waited_for_endlessly(**kwargs: Any) -> list[CheckMessage]:
    if settings.EMAIL_TIMEOUT and settings.EMAIL_TIMEOUT <= 60:
        return []
    return [
        Error(
            "EMAIL_TIMEOUT must be set, to 60 seconds at most.",
            hint="Without it a mail server that hangs holds a worker for ever.",
            id="notifications.E001",
        )
    ]


class RefusalError(Exception):
    """A mail was not accepted; `for_good` if trying again is useless."""

    def __init__(self, trouble: Trouble, for_good: bool = False) -> None:
        super().__init__(trouble.value)
        self.trouble, self.for_good = trouble, for_good


class ServerAwayError(Exception):
    """No mail can be handed over at all just now; not the fault of any of them."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def longest_hand_over() -> timedelta:
    """After this long a mail has been accepted, or refused, or the connection has been given up."""
    return timedelta(seconds=COMMANDS_PER_MAIL * (settings.EMAIL_TIMEOUT or 60) + 30)


class SmtpConnection:
    """Opens the connection when first needed and again after any trouble."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Raises ServerAwayError."""
        if self._is_open:
            return
        try:
            self._connection.open()
        # No mail is to blame: until the log-in is put right none can go out.
        except smtplib.SMTPAuthenticationError as error:
            raise ServerAwayError(Trouble.SERVER_REFUSES_US) from error
        # What smtplib raises is an OSError, too; of a name or password that it cannot write, a
        # ValueError.
        except (OSError, ValueError) as error:
            raise ServerAwayError(Trouble.SERVER_AWAY) from error
        self._is_open = True

    def hand_over(self, mail: EmailMessage) -> None:
        """Returns when the server has taken the mail upon itself; else raises RefusalError."""
        try:
            taken = self._connection.send_messages([mail])
        except OSError as error:
            raise _meaning(error) from error
        except UNSENDABLE as error:
            raise RefusalError(Trouble.UNSENDABLE, for_good=True) from error
        # Django counts what was accepted, and passes over a mail without a recipient in silence.
        if taken != 1:
            raise RefusalError(Trouble.REFUSED, for_good=True)

    def close(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        with suppress(OSError):  # It was being hung up anyway.
            self._connection.close()


def email_of(message: OutboxMessage) -> EmailMessage:
    """The same bytes at every attempt: its date is the day on which the mail was owed.

    Raises RefusalError for what is no address.
    """
    try:
        # Here and nowhere else is a mail addressed: whatever way the address took, it has its form.
        to = canonical(message.unseal("to_address"))
    except AddressRefused:
        raise RefusalError(Trouble.NO_ADDRESS, for_good=True) from None
    return EmailMessage(
        subject=message.unseal("subject"),
        body=message.unseal("body"),
        from_email=message.sender or settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={
            "Message-ID": message.message_id,
            "Date": format_datetime(message.owed_at),
            # So that nobody's holiday notice answers it.   (RFC 3834)
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )


def _meaning(error: OSError) -> RefusalError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # Of several answers the mildest: while one may change, the mail is tried again.
        return _by_code(min((code for code, _ in error.recipients.values()), default=0))
    # Our own sender address was refused: a matter between the servers, which may be put right.
    if isinstance(error, smtplib.SMTPSenderRefused):
        return RefusalError(Trouble.TRY_LATER)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code)
    # What this server cannot do at all, it will not do later.
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return RefusalError(Trouble.REFUSED, for_good=True)
    return RefusalError(Trouble.CONNECTION_LOST)


def _by_code(code: int) -> RefusalError:
    """4xx asks to try again, 5xx is final.   (RFC 5321, 4.2.1)"""
    if 500 <= code <= 599:
        return RefusalError(Trouble.REFUSED, for_good=True)
    return RefusalError(Trouble.TRY_LATER)
