"""TLS under attack: handshakes that stall, plain HTTP on the TLS port and TLS on the plain port, a
huge ClientHello, garbage, renegotiation; good handshakes go through. tls_test.py BELAY
"""

import os
import socket
import ssl
import subprocess
import sys
import time

from abuse import (Answers, client_context, raise_descriptor_limit, read_all, request, running,
                   sized, wait_for)

HANDSHAKE = 5.0
GRACE = 8.0
OTHER = "127.0.9.9"


def client_hello():
    """The first flight of a real client."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = client_context().wrap_bio(into, out, server_hostname="localhost")
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        return out.read()
    raise AssertionError("a handshake needs an answer")


def handshake(server, source=None):
    """A good client's handshake and request; how long they took."""
    began = time.monotonic()
    with server.connect(source) as client:
        client.sendall(request("GET", "/health/live"))
        assert Answers(client).next()[0] == 200
    return 1000 * (time.monotonic() - began)


def timed(title, server, source):
    times = sorted(handshake(server, source) for _ in range(sized(200, 50)))
    print(f"  {title:<36} handshake and request: median {times[len(times) // 2]:.2f} ms, "
          f"p99 {times[len(times) * 99 // 100]:.2f} ms, max {times[-1]:.2f} ms")


def stalled(server):
    """Hundreds that begin a handshake, or not even that, and stand still."""
    timed("before", server, OTHER)
    hello = client_hello()
    crowd = []
    for at in range(sized(2000, 600)):
        client = server.connect(plain=True)
        crowd.append(client)
        try:
            client.sendall(hello[:at % len(hello)])
        except OSError:
            pass  # one of those over the limit of their address
    began = time.monotonic()
    timed(f"beside {len(crowd)} that stand still", server, OTHER)
    refused = server.number("belay_http_connections_refused_total", OTHER)
    print(f"  closed at once for the handshakes that their address has under way: {refused:.0f}")
    assert refused > 0
    for client in crowd:
        try:
            read_all(client)  # to the end that the server makes
        except OSError:
            pass
        client.close()
    took = time.monotonic() - began
    assert took < HANDSHAKE + GRACE, took
    print(f"  all {len(crowd)} were closed {took:.2f} s after the last")
    wait_for(lambda: server.number("belay_http_connections") <= 1, GRACE, "their end")
    timed("after", server, OTHER)


def answer_to(server, first, plain=True):
    """What comes back until the end; b"" also for a reset."""
    with server.connect(plain=plain) as client:
        client.settimeout(HANDSHAKE + GRACE)
        try:
            client.sendall(first)
            return read_all(client)
        except (ConnectionError, ssl.SSLError):
            return b""


def is_alert(text):
    return text == b"" or text[:1] == b"\x15"


def wrong_language(server):
    """Nothing of HTTP is said to those who do not speak TLS, and garbage ends at once."""
    assert is_alert(answer_to(server, request("GET", "/health/live")))
    assert is_alert(answer_to(server, os.urandom(1000)))
    assert is_alert(answer_to(server, b"\x16\x03\x01\xff\xff" + b"\0" * 100_000))
    # A ClientHello that says it is 16 MiB long, in records that never end.
    fragment = b"\x16\x03\x01\x40\x00" + b"\x01\xff\xff\xff" + b"\0" * (0x4000 - 4)
    before = server.memory_kib()
    assert is_alert(answer_to(server, fragment * 64))
    grown = server.memory_kib() - before
    print(f"  a ClientHello of 16 MiB: refused, the server grew by {grown} KiB")
    assert grown < 4096, grown
    # One that is large and well-formed is another matter: 64 KiB of names to choose from.
    context = client_context()
    context.set_alpn_protocols(["http/1.1"] + ["x" * 200 + str(at) for at in range(200)])
    with context.wrap_socket(server.connect(plain=True)) as client:
        client.sendall(request("GET", "/health/live"))
        assert Answers(client).next()[0] == 200


def no_renegotiation(server):
    """TLS 1.2 from openssl's own client, which asks for it with the letter R."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2", "-quiet",
         "-no_ign_eof"], input=b"R\n", capture_output=True, timeout=30, check=False)
    assert b"no renegotiation" in done.stderr or b"NO_RENEGOTIATION" in done.stderr.upper(), \
        done.stderr


def truncation(server):
    """A connection that ends below TLS, in the middle of a body, is no complete request."""
    token = server.token()
    with server.connect() as client:
        client.sendall(request("POST", "/v1/contexts", ["Content-Type: application/json",
                                                        "Content-Length: 100"], token=token) + b"{")
        below = socket.socket(fileno=client.detach())
        below.shutdown(socket.SHUT_WR)
        below.settimeout(GRACE)
        try:
            read_all(below)
        except ConnectionError:
            pass
        below.close()


def main(program):
    raise_descriptor_limit()
    settings = {"http.header_timeout": f"{int(HANDSHAKE * 1000)}ms", "http.threads": 2}
    with running(program, settings, tls=True) as server:
        wrong_language(server)
        no_renegotiation(server)
        truncation(server)
        stalled(server)
    with running(program, settings) as server:
        answer = answer_to(server, client_hello())
        assert answer.startswith(b"HTTP/1.1 400 ") and b"Connection: close" in answer, answer
        print("  TLS on the plain port: " + answer.split(b"\r\n")[0].decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
