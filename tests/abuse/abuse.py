"""What the attacks on the running server share: the server and its numbers, bare sockets, and a
good client whose requests go on through all of it.
"""

import contextlib
import multiprocessing
import os
import pathlib
import re
import resource
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from belay_client import Server, wait_for  # noqa: E402

FULL = os.environ.get("BELAY_TEST_SIZE") == "full"
ECHO = "/belay/v1/echo"


def sized(full, tenth=None):
    """The full size, or a tenth (or `tenth`) of it in an ordinary run."""
    return full if FULL else (tenth if tenth is not None else max(1, full // 10))


def raise_descriptor_limit():
    """As many descriptors as this process may have; gives the number."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class AbusedServer(Server):
    """`belay serve` with or without TLS; its process's numbers."""

    def __init__(self, *arguments, certificate=None, **more):
        super().__init__(*arguments, **more)
        self.certificate = certificate
        if certificate:
            self.arguments += ["--tls-cert", certificate[0], "--tls-key", certificate[1]]

    def wait_until_listening(self):
        line = wait_for(lambda: self.process.stdout.readline() if select.select(
            [self.process.stdout], [], [], 0)[0] else None, 60, "the first line of the server")
        found = re.search(rb"https?://127\.0\.0\.1:(\d+)", line)
        if not found:
            raise RuntimeError(f"belay did not start:\n{self.log_text()[-2000:]}")
        self.port = int(found.group(1))

    def cpu_seconds(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def metrics(self, source=None):
        """The page as {"name{labels}": number}, asked on a connection of its own."""
        with self.connect(source, seconds=30) as client:
            client.sendall(request("GET", "/metrics", closes=True))
            text = read_all(client).partition(b"\r\n\r\n")[2].decode()
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")
        return {name: float(number) for name, number in pairs}

    def number(self, name, source=None):
        """The sum of a metric over its labels."""
        return sum(value for key, value in self.metrics(source).items()
                   if key.split("{")[0] == name)

    def connect(self, source=None, receive_bytes=None, seconds=20, plain=False):
        """A connected socket, blocking, with TLS if the server has it."""
        client = socket.socket()
        client.settimeout(seconds)
        if receive_bytes:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        if source:
            client.bind((source, 0))
        client.connect(("127.0.0.1", self.port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client if plain or not self.certificate else client_context().wrap_socket(client)


def client_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def make_certificate(folder):
    """Chain and key for localhost, as paths."""
    paths = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                    "-keyout", paths[1], "-out", paths[0]], check=True, capture_output=True)
    return paths


@contextlib.contextmanager
def running(program, settings=None, arguments=(), tls=False, prefix=()):
    """A server in a folder of its own, which is gone afterwards."""
    folder = tempfile.mkdtemp(prefix="belay-abuse-")
    server = None
    try:
        server = AbusedServer(program, os.path.join(folder, "data"), settings, arguments,
                              prefix=prefix, certificate=make_certificate(folder) if tls else None)
        yield server.start()
        assert server.process.poll() is None, f"the server has ended:\n{server.log_text()[-3000:]}"
        assert server.end() == 0, f"a stop in order:\n{server.log_text()[-3000:]}"
    finally:
        if server is not None:
            server.kill()
        shutil.rmtree(folder)


def request(method, path, fields=(), body=b"", token=None, closes=False):
    lines = [f"{method} {path} HTTP/1.1", "Host: belay.test", *fields]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    if closes:
        lines.append("Connection: close")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_all(client):
    """Everything up to the end; a reset is an error."""
    text = b""
    while piece := client.recv(262144):
        text += piece
    return text


class Answers:
    """Reads answers with a Content-Length off a socket, one by one."""

    def __init__(self, client):
        self.client = client
        self.bytes = b""

    def _more(self):
        piece = self.client.recv(262144)
        if not piece:
            raise EOFError(f"the connection ended after {self.bytes[-200:]!r}")
        self.bytes += piece

    def next(self):
        """(status, {field: value}, body)"""
        while b"\r\n\r\n" not in self.bytes:
            self._more()
        head, _, rest = self.bytes.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in
                  (line.partition(":") for line in lines)}
        length = int(fields.get("content-length", 0))
        while len(rest) < length:
            self.bytes = rest
            self._more()
            rest = self.bytes
        self.bytes = rest[length:]
        return int(first.split(" ")[1]), fields, rest[:length]


def _ask_forever(pipe, address, source, token, interval):
    """The good client's process: one request each `interval` on a connection that is kept, every
    tenth on a new one. What it saw of each phase goes back at the end."""
    seen, phase = {}, "before"
    kept, answers, count = None, None, 0
    ask = request("GET", "/v1/contexts", token=token)

    def open_one():
        client = socket.create_connection(address, timeout=30, source_address=(source, 0))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    due = time.monotonic()
    while True:
        while pipe.poll(max(0, due - time.monotonic())):
            phase = pipe.recv()
            if phase is None:
                pipe.send(seen)
                return
        count += 1
        kind = "new" if count % 10 == 0 else "kept"
        began = time.monotonic()
        try:
            if kind == "new":
                with open_one() as client:
                    client.sendall(ask)
                    status = Answers(client).next()[0]
            else:
                if kept is None:
                    kept = open_one()
                    answers = Answers(kept)
                kept.sendall(ask)
                status = answers.next()[0]
            if status != 200:
                raise OSError(f"status {status}")
            took, error = time.monotonic() - began, None
        except (OSError, EOFError) as failed:
            took, error, kept = None, str(failed), None
        seen.setdefault((phase, kind), []).append(error if error else took)
        due = max(due + interval, time.monotonic())


class GoodClient:
    """Asks on while others attack, from an address of its own and in a process of its own."""

    def __init__(self, server, source="127.0.0.1", interval=0.01):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=_ask_forever, daemon=True,
            args=(theirs, ("127.0.0.1", server.port), source, server.token(), interval))
        self.process.start()

    def phase(self, name):
        self.pipe.send(name)

    def end(self, title):
        """Prints the transcript; fails if a request went unanswered."""
        self.pipe.send(None)
        assert self.pipe.poll(60), "the good client reports"
        seen = self.pipe.recv()
        self.process.join(30)
        print(f"{title}: the good client's requests, latency in milliseconds")
        print(f"  {'phase':<28}{'connection':<12}{'requests':>9}{'failed':>8}"
              f"{'median':>9}{'p99':>9}{'max':>9}")
        failed = []
        for (phase, kind), all_of_it in seen.items():
            errors = [entry for entry in all_of_it if isinstance(entry, str)]
            failed += errors
            times = sorted(1000 * entry for entry in all_of_it if not isinstance(entry, str)) or [0]
            print(f"  {phase:<28}{kind:<12}{len(all_of_it):>9}{len(errors):>8}"
                  f"{times[len(times) // 2]:>9.2f}{times[len(times) * 99 // 100]:>9.2f}"
                  f"{times[-1]:>9.2f}")
        sys.stdout.flush()
        assert not failed, f"the good client was not served: {failed[:3]}"
        return seen
