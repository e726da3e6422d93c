"""What can go wrong with sealing. Every sentence is safe to show and to log: no key, no data."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class VaultError(Exception):
    """A sealed value or key cannot be used; `str()` of it is a translated, safe sentence."""

    # Lazy: the class is made before the reader's language is known.
    sentence: str | Promise = _("Sealed data cannot be opened.")

    def __init__(self, sentence: str | Promise | None = None) -> None:
        super().__init__(sentence or self.sentence)

    def __str__(self) -> str:
        return str(self.args[0])


class KeyDestroyed(VaultError):
    """The key was destroyed on purpose: what it sealed is erased."""

    sentence = _("This information has been erased.")


# Apart from KeyDestroyed: for erasure there is a placeholder, an altered value is an alarm.
class Tampered(VaultError):
    """The sealed bytes are not the ones that were written in this place."""

    sentence = _("This information was altered outside the program and is not shown.")
    # Which row and column, where that is known (`altered.Place`).
    place: Any = None


class WrappedKeyRefused(Tampered):
    """A data key does not open: another master key under the same name, or an altered row."""

    def __init__(self, kid: str) -> None:
        super().__init__(
            _(
                "The master key “%(kid)s” does not open the keys sealed with it: "
                "it is not the key they were sealed with, or they were altered."
            )
            % {"kid": kid}
        )


class MasterKeyMissing(VaultError):
    """The master key that wrapped a data key is not configured."""

    def __init__(self, kid: str) -> None:
        super().__init__(
            _("The master key “%(kid)s” is not configured, but data is sealed with it.")
            % {"kid": kid}
        )


# Not translated: read by operators, before a language is known.
class KeyRingInvalid(VaultError):
    """A key ring in the settings is missing or malformed."""
