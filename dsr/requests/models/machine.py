"""The state-machine library brings no types: here is what its mixin is for a type checker."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:

    class ConcurrentTransitionMixin:
        """Refuses to save a state that somebody else has changed meanwhile."""

else:
    from django_fsm import ConcurrentTransitionMixin

__all__ = ["ConcurrentTransitionMixin"]
