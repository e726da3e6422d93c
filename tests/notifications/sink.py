"""A mail server that writes down the Message-ID before it answers, and can misbehave."""

import socketserver
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from threading import Lock, Thread
from types import TracebackType
from typing import Self


class Sink:
    """`rcpt` and `data` answer for an address and a Message-ID; an empty answer hangs up."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.mails: list[bytes] = []
        self.connections = 0
        self.rcpt: Callable[[str], str] = lambda address: "250 ok"
        self.data: Callable[[str], str] = lambda message_id: "250 ok"
        self.lock = Lock()
        sink = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with sink.lock:
                    sink.connections += 1
                _Conversation(sink, self).hold()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that was killed is part of the play."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def repeated(self) -> dict[str, int]:
        """Message-IDs received more than once, and how often."""
        return {name: times for name, times in Counter(self.received).items() if times > 1}


class _Conversation:
    def __init__(self, sink: Sink, handler: socketserver.StreamRequestHandler) -> None:
        self.sink, self.handler = sink, handler

    def hold(self) -> None:
        self.say("220 sink")
        while line := self.handler.rfile.readline():
            if not self.answer(line.decode("latin-1").strip()):
                return

    def say(self, text: str) -> bool:
        if text:
            self.handler.wfile.write(f"{text}\r\n".encode())
        return bool(text) and not text.startswith("221")

    def answer(self, line: str) -> bool:
        command = line.upper()
        if command.startswith("RCPT"):
            return self.say(self.sink.rcpt(line[line.find("<") + 1 : line.rfind(">")]))
        if command.startswith("DATA"):
            return self.say("354 go on") and self.take()
        if command.startswith("QUIT"):
            return self.say("221 bye")
        return self.say("250 ok")

    def take(self) -> bool:
        lines: list[bytes] = []
        while (line := self.handler.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        content = b"".join(lines)
        message_id = str(message_from_bytes(content)["Message-ID"])
        with self.sink.lock:
            self.sink.received.append(message_id)
            self.sink.mails.append(content)
        return self.say(self.sink.data(message_id))
