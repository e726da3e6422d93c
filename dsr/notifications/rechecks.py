"""Questions asked once more just before a message goes out, by name.

A room that owes messages registers its questions here, so that this room needs to know no request.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Recheck = Callable[[Mapping[str, Any], datetime], bool]

_registered: dict[str, Recheck] = {}


def register_recheck(name: str, question: Recheck) -> None:
    """`question(args, at)` answers whether the message still holds; args are ids and codes."""
    if _registered.setdefault(name, question) is not question:
        raise ValueError(f"two rechecks are called {name}")


def is_known(name: str) -> bool:
    return name == "" or name in _registered


def still_holds(name: str, args: Mapping[str, Any], at: datetime) -> bool:
    return name == "" or _registered[name](args, at)
