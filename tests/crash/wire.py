"""HTTP/1.1 over a bare socket, for tests that pipeline and that are cut off in mid-answer.

A request that was sent and whose answer did not arrive whole has an unknown outcome: every such
end is one exception, Lost.
"""

import dataclasses
import json
import socket
from typing import Optional


class Lost(Exception):
    """The connection ended, or stood still, before the answer was there."""


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes = b""
    content_type: Optional[str] = None
    key: Optional[str] = None

    def head(self, token):
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: belay.test"]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        if self.key is not None:
            lines.append(f"X-Idempotency-Key: {self.key}")
        if self.method != "GET":
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclasses.dataclass
class Answer:
    status: int
    fields: dict  # names in lower case
    body: bytes

    def json(self):
        return json.loads(self.body)


class Connection:
    """One connection; requests may be sent ahead of the answers before them. Not for several
    threads."""

    def __init__(self, port, token, seconds=30):
        self.token = token
        try:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        except OSError as error:
            raise Lost(str(error)) from error
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb", buffering=65536)

    def send(self, *requests):
        """Sends the requests in one write."""
        self.send_bytes(b"".join(request.head(self.token) + request.body for request in requests))

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Lost(str(error)) from error

    def receive(self):
        """The next answer, whole."""
        try:
            return self._receive()
        except (OSError, ValueError, IndexError) as error:
            raise Lost(str(error)) from error

    def ask(self, request):
        self.send(request)
        return self.receive()

    def close(self):
        self.reader.close()
        self.socket.close()

    def _line(self):
        line = self.reader.readline(65536)
        if not line.endswith(b"\r\n"):
            raise Lost("the connection ended in a head")
        return line[:-2].decode("latin-1")

    def _receive(self):
        status = int(self._line().split(" ", 2)[1])
        fields = {}
        while line := self._line():
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        size = int(fields["content-length"]) if "content-length" in fields else None
        if size is None:
            raise Lost("an answer without a length")
        body = self.reader.read(size)
        if len(body) != size:
            raise Lost("the connection ended in a body")
        return Answer(status, fields, body)
