"""Reads a file from standard input and writes what may be stored to standard output.

The exit status says why there is nothing (`reasons`). The order is the point: limits first, then
the parsers are loaded, then the process shuts itself in, and only then is the file read.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

# Run with `-I`, Python looks for modules in no folder but its own.
sys.path.append(str(Path(__file__).resolve().parents[3]))

from dsr.vault.inspector import cage
from dsr.vault.inspector.reasons import Reason, Refused

# A file is never worth more than the pages that people wait for.
NICENESS = 10


def main() -> int:
    os.nice(NICENESS)
    cage.limit()
    kind = sys.argv[1]
    made_anew = _parser(kind)
    cage.shut()
    if kind == "nothing":
        return 0 if cage.holds() else Reason.NOT_SHUT_IN
    try:
        kept = made_anew(sys.stdin.buffer.read())
        if len(kept) > cage.OUTPUT_BYTES:
            return Reason.TOO_MUCH_WORK
        sys.stdout.buffer.write(kept)
        sys.stdout.buffer.flush()
    except Refused as refused:
        return refused.reason
    except MemoryError:
        return Reason.TOO_MUCH_WORK
    except Exception:  # noqa: BLE001 (whatever a parser raises on a stranger's file: not taken)
        return Reason.UNREADABLE
    return 0


def _parser(kind: str) -> Callable[[bytes], bytes]:
    """Loads what opens this kind of file; afterwards nothing can be loaded any more."""
    if kind == "nothing":
        return bytes
    if kind == "pages":
        from dsr.vault.inspector import pdf

        return pdf.page_counter()
    if kind == "application/pdf":
        from dsr.vault.inspector import pdf

        return pdf.opener()
    from dsr.vault.inspector import pictures

    return pictures.opener(kind)


if __name__ == "__main__":
    # Without the usual goodbye: nothing that a file left behind runs once more.
    os._exit(main())
