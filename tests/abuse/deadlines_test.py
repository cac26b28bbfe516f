"""Clients that are slow on purpose, all at once: each is given up when its total time is over,
however busily it drips, while a good client stays served. deadlines_test.py BELAY
"""

import select
import socket
import sys
import time

from abuse import ECHO, GoodClient, request, running, sized, wait_for

HEADER, BODY, WRITE, IDLE = 1.0, 1.0, 2.0, 3.0
GRACE = 8.0  # what a loaded machine may add
TCP_REPAIR = 19


class Slow:
    """Sends `first`, then a byte of `drip` each tenth of a second; reads what comes."""

    def __init__(self, name, server, first, limit, drip=b"", status=b""):
        self.name, self.limit, self.status = name, limit, status
        self.client = server.connect()
        self.client.setblocking(False)
        self.drip, self.got, self.took = drip, b"", None
        self.began = time.monotonic()
        self.send(first)

    def send(self, some):
        try:
            return self.client.send(some)
        except OSError:
            return 0  # no room, or cut: the next read tells

    def step(self):
        if self.drip and self.send(self.drip[:1]):
            self.drip = self.drip[1:]

    def read(self):
        try:
            piece = self.client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        self.got += piece
        if not piece:
            self.took = time.monotonic() - self.began
            self.client.close()

    def judge(self):
        assert self.took is not None, f"{self.name}: still there after {self.limit + GRACE} s"
        assert self.took >= 0.8 * self.limit, f"{self.name}: cut early, after {self.took:.2f} s"
        assert self.got.startswith(self.status) and (self.status or not self.got), \
            f"{self.name}: {self.got[:100]}"


def attackers(server, token, context):
    def post(*more):
        return request("POST", ECHO, ["Content-Type: application/json", *more], token=token)

    drip = b"x" * 10_000
    upload = request("PUT", f"/v1/contexts/{context}/transactions",
                     ["Content-Type: text/csv", "Content-Length: 1000000"], token=token)
    for at in range(sized(20, 4)):
        yield Slow("head, nothing sent", server, b"", HEADER)
        yield Slow("head, dripping", server, b"GET / HTTP/1.1\r\nX: ", HEADER, drip,
                   b"HTTP/1.1 408 ")
        yield Slow("head, lines dripping", server, b"GET / HTTP/1.1\r\n", HEADER,
                   b"".join(b"X-%d: y\r\n" % at for at in range(1000)), b"HTTP/1.1 408 ")
        yield Slow("body, nothing sent", server, post("Content-Length: 1000"), BODY,
                   status=b"HTTP/1.1 408 ")
        yield Slow("body, dripping", server, post("Content-Length: 1000"), BODY, drip,
                   b"HTTP/1.1 408 ")
        yield Slow("chunk, dripping", server, post("Transfer-Encoding: chunked") + b"800\r\n", BODY,
                   drip, b"HTTP/1.1 408 ")
        yield Slow("chunks of one byte", server, post("Transfer-Encoding: chunked"), BODY,
                   b"1\r\nx\r\n" * 500, b"HTTP/1.1 408 ")
        if at < 2:  # there are few places for uploads; more are sent away at once
            yield Slow("upload, dripping", server, upload, BODY, drip, b"HTTP/1.1 408 ")


def attack(server, token, context):
    slow = list(attackers(server, token, context))
    end = time.monotonic() + max(HEADER, BODY) + GRACE
    due = time.monotonic()
    while any(one.took is None for one in slow) and time.monotonic() < end:
        alive = {one.client: one for one in slow if one.took is None}
        for client in select.select(list(alive), [], [], max(0, due - time.monotonic()))[0]:
            alive[client].read()
        if time.monotonic() >= due:
            due = time.monotonic() + 0.1
            for one in alive.values():
                if one.took is None:
                    one.step()
    times = {}
    for one in slow:
        one.judge()
        times.setdefault(one.name, []).append(one.took)
    for name, took in times.items():
        print(f"  {name:<24}{len(took):>4} clients, given up after {min(took):.2f} to "
              f"{max(took):.2f} s")


def slow_reader(server):
    """Does not take its answers: cut when the time for a piece of output is over."""
    client = server.connect(receive_bytes=4096)
    client.setblocking(False)
    many = request("GET", "/metrics") * 4000
    began = time.monotonic()
    sent = 0
    while time.monotonic() < began + WRITE + GRACE:
        try:
            sent += client.send(many[sent:sent + 65536])
        except BlockingIOError:
            select.select([], [client], [], 0.1)
        except OSError:
            break  # the reset of the cut
    took = time.monotonic() - began
    assert WRITE * 0.8 < took < WRITE + GRACE, took
    client.close()
    print(f"  reader of nothing: cut after {took:.2f} s")


def idle(server):
    client = server.connect()
    client.sendall(request("GET", "/health/live"))
    assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
    began = time.monotonic()
    assert client.recv(65536) == b"", "an idle connection is closed without a word"
    took = time.monotonic() - began
    assert 0.8 * IDLE < took < IDLE + GRACE, took
    print(f"  idle connection: closed after {took:.2f} s")


def half_open(server):
    """Peers that vanish without a FIN, in the middle of a head, and idle."""
    before = server.number("belay_http_connections")
    peers = [server.connect() for _ in range(sized(200))]
    try:
        for at, peer in enumerate(peers):
            peer.sendall(request("GET", "/health/live"))
            peer.recv(65536)
            if at % 2:
                peer.sendall(b"GET / HT")
        for peer in peers:
            peer.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            peer.close()  # in this mode the kernel forgets the connection and tells nobody
    except PermissionError:
        print("  half-open peers: SKIPPED, this needs CAP_NET_ADMIN")
        for peer in peers:
            peer.close()
        return
    began = time.monotonic()
    wait_for(lambda: server.number("belay_http_connections") <= before, IDLE + GRACE,
             "the end of half-open connections")
    print(f"  half-open peers: {len(peers)}, all gone after {time.monotonic() - began:.2f} s")


def main(program):
    settings = {"http.header_timeout": f"{int(HEADER * 1000)}ms",
                "http.body_timeout": f"{int(BODY * 1000)}ms",
                "http.write_timeout": f"{int(WRITE * 1000)}ms",
                "http.idle_timeout": f"{int(IDLE * 1000)}ms"}
    with running(program, settings, ["--debug-echo"]) as server:
        token = server.token()
        made = server.connect()
        made.sendall(request("POST", "/v1/contexts", body=b'{"name":"c"}', token=token,
                             closes=True))
        context = made.recv(65536).rpartition(b'"id":"')[2][:36].decode()
        good = GoodClient(server)
        time.sleep(1)
        good.phase("slow clients")
        attack(server, token, context)
        slow_reader(server)
        idle(server)
        half_open(server)
        good.phase("after")
        time.sleep(1)
        good.end("slow clients")


if __name__ == "__main__":
    main(*sys.argv[1:])
