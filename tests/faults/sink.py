"""A mail server that remembers what it took before it says so, and can misbehave.

Run as a process of its own: `python -m tests.faults.sink FOLDER`. In the folder it writes `port`
and, for every mail it took, one line of `taken`: Message-ID and recipient. What it does is said in
the file `mode`, read anew for every step of every conversation:

    take            takes everything
    later           asks to come back later (451) after each recipient
    refuse          refuses the log-in line of the conversation (554)
    hang            accepts the connection and never says a word
    hang_after      takes the mail, writes it down, and never says so
    drop            hangs up in the middle of the mail
    take_and_drop   takes the mail, writes it down, and hangs up before it says so
    bad_one         refuses for good (550) recipients that begin with `bad`
    steady          takes its time before it takes a mail and after it wrote it down, so that
                    whoever is killed is most likely killed with a mail in the hand
    hold            waits with the first mail it gets until the mode is `take`; it says so in the
                    file `holding`. The mode `pass` takes the others meanwhile.
"""

from __future__ import annotations

import os
import socketserver
import sys
import threading
import time
from email.parser import BytesHeaderParser
from pathlib import Path

HOUR = 3600.0


class HungUpError(Exception):
    """One of the two ends the conversation."""


class Conversation(socketserver.StreamRequestHandler):
    server: Sink
    recipient = ""

    def handle(self) -> None:
        try:
            self._greet()
            while line := self.rfile.readline():
                self._answer(line.decode().strip())
        except (HungUpError, OSError):
            return

    def _greet(self) -> None:
        if self.server.mode == "hang":
            time.sleep(HOUR)
        if self.server.mode == "refuse":
            self._say("554 Not today")
            raise HungUpError
        self._say("220 sink")

    def _answer(self, line: str) -> None:
        verb = line.split(":")[0].split(" ")[0].upper()
        if verb == "RCPT":
            self._recipient(line.partition("<")[2].partition(">")[0])
        elif verb == "DATA":
            self._take_time()
            self._say("354 Go on")
            self._take(self._text())
        elif verb == "QUIT":
            self._say("221 Bye")
            raise HungUpError
        else:
            self._say("250 Fine")

    def _recipient(self, address: str) -> None:
        self.recipient = address
        if self.server.mode == "later":
            self._say("451 Come back later")
        elif self.server.mode == "bad_one" and address.startswith("bad"):
            self._say("550 Nobody of that name")
        else:
            self._say("250 Fine")

    def _text(self) -> bytes:
        if self.server.mode == "drop":
            raise HungUpError
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise HungUpError
            lines.append(line)
        return b"".join(lines)

    def _take(self, text: bytes) -> None:
        if self.server.mode == "hold":
            self._hold()
        message_id = BytesHeaderParser().parsebytes(text)["Message-ID"]
        self.server.write_down(f"{message_id} {self.recipient}\n")
        if self.server.mode == "take_and_drop":
            raise HungUpError
        if self.server.mode == "hang_after":
            time.sleep(HOUR)
        self._take_time()
        self._say("250 Taken")

    def _take_time(self) -> None:
        if self.server.mode == "steady":
            time.sleep(0.03)

    def _hold(self) -> None:
        sign = self.server.folder / "holding"
        sign.touch()
        while self.server.mode in ("hold", "pass"):
            time.sleep(0.02)
        sign.unlink()

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 100

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self._book = os.open(folder / "taken", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._one_at_a_time = threading.Lock()
        super().__init__(("127.0.0.1", port), Conversation)

    @property
    def mode(self) -> str:
        return (self.folder / "mode").read_text()

    def write_down(self, line: str) -> None:
        """On return the line outlives this process."""
        with self._one_at_a_time:
            os.write(self._book, line.encode())


def main() -> None:
    folder = Path(sys.argv[1])
    kept = folder / "port"
    # After a restart it is found where it was.
    sink = Sink(folder, int(kept.read_text()) if kept.exists() else 0)
    draft = folder / "port.draft"
    draft.write_text(str(sink.server_address[1]))
    draft.rename(kept)
    sink.serve_forever()


if __name__ == "__main__":
    main()
