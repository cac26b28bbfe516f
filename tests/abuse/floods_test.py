"""Floods, while a good client from another address stays served: connections by the thousand, idle
ones, clients that send a thousand requests and read nothing, pipelining without end.
floods_test.py BELAY [--sanitized]: with it memory is printed and not judged.
"""

import contextlib
import select
import socket
import sys
import time

from abuse import Answers, GoodClient, raise_descriptor_limit, request, running, sized, wait_for

CONNECTION_KIB_MAX = 8    # resident memory of an idle connection
READER_KIB_MAX = 200      # of one that has sent a thousand requests and reads nothing
PHASE_SECONDS = sized(3, 1)


def sources(count):
    """Addresses of this machine, so that no limit for one address is met."""
    return [f"127.0.{1 + at // 250}.{1 + at % 250}" for at in range(count)]


def knock(server, source, closing):
    """A connection under way, which nobody waits for."""
    client = socket.socket()
    closing.callback(client.close)
    client.setblocking(False)
    client.setsockopt(socket.SOL_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT: ports by connection
    client.bind((source, 0))
    client.connect_ex(("127.0.0.1", server.port))
    return client


def flood(server, good, count, addresses):
    """`count` connects that send nothing. Those over the limit of an address are closed, those over
    the limit of all wait; both pass."""
    began = time.monotonic()
    with contextlib.ExitStack() as closing:
        for at in range(count):
            knock(server, addresses[at % len(addresses)], closing)
        print(f"  {count} connects from {len(addresses)} addresses in "
              f"{time.monotonic() - began:.2f} s")
        time.sleep(PHASE_SECONDS)
    good.phase("after the flood")
    wait_for(lambda: server.number("belay_http_connections") < 20, 60, "the end of the flood")
    time.sleep(PHASE_SECONDS)


def connection_floods(program):
    # Heads are waited for two seconds, so that those who only connect make room for the next.
    settings = {"http.header_timeout": "2s"}
    count = sized(20_000)
    with running(program, settings) as server:
        good = GoodClient(server)
        time.sleep(PHASE_SECONDS)
        good.phase("flood from one address")
        flood(server, good, min(count, raise_descriptor_limit() - 100), sources(1))
        refused = server.number("belay_http_connections_refused_total")
        print(f"  closed at once for coming from one address: {refused:.0f}")
        good.phase("flood from 50 addresses")
        flood(server, good, min(count, 9_000), sources(50))
        good.end(f"connection floods of {count}")


def idle_connections(program, judged):
    """Connections that have been served once and are kept."""
    count = sized(10_000)
    with running(program, {"http.idle_timeout": "10m", "http.max_connections": 12_000}) as server:
        good = GoodClient(server)
        ask = request("GET", "/health/live")
        addresses = sources(20)
        with contextlib.ExitStack() as closing:
            def open_some(number):
                for at in range(number):
                    client = closing.enter_context(server.connect(addresses[at % 20]))
                    client.sendall(ask)
                    assert Answers(client).next()[0] == 200

            open_some(200)  # what the first ones cost is paid once
            before = server.memory_kib()
            time.sleep(PHASE_SECONDS)
            good.phase(f"opening {count} connections")
            began = time.monotonic()
            open_some(count)
            took = time.monotonic() - began
            each = (server.memory_kib() - before) / count
            print(f"  {count} idle connections opened in {took:.2f} s: {each:.2f} KiB of the "
                  "server each")
            assert not judged or each <= CONNECTION_KIB_MAX, each
            good.phase(f"{count} idle connections")
            time.sleep(PHASE_SECONDS)
            good.phase("closing them")
        good.phase("after")
        time.sleep(PHASE_SECONDS)
        good.end(f"{count} idle connections")


def slow_readers(program, judged):
    """A thousand requests each and nothing read; later everything is, in order."""
    count, requests = sized(100, 20), 1000
    ask = b"".join(request("GET", "/metrics", [f"X-Request-ID: reader-request-{at:04}"])
                   for at in range(requests))
    with running(program, {"http.write_timeout": "5m"}) as server:
        with server.connect() as one:
            one.sendall(request("GET", "/metrics"))
            answer_bytes = len(Answers(one).next()[2])
        good = GoodClient(server)
        time.sleep(PHASE_SECONDS)
        good.phase(f"{count} readers of nothing")
        before = server.memory_kib()
        readers, sent = [], []
        for _ in range(count):
            client = server.connect(receive_bytes=16384, seconds=60)
            client.setblocking(False)
            readers.append(client)
            sent.append(0)
        quiet = time.monotonic() + PHASE_SECONDS
        while time.monotonic() < quiet:
            for at, client in enumerate(readers):
                with contextlib.suppress(BlockingIOError):
                    if sent[at] < len(ask):
                        sent[at] += client.send(ask[sent[at]:sent[at] + 65536])
                        quiet = time.monotonic() + PHASE_SECONDS
            select.select([], [], [], 0.01)
        each = (server.memory_kib() - before) / count
        print(f"  {count} readers of nothing, {requests} requests each of {answer_bytes} octets: "
              f"{each:.1f} KiB of the server each")
        assert not judged or each <= READER_KIB_MAX, each
        good.phase("they read")
        for at, client in enumerate(readers):
            read_in_order(client, ask[sent[at]:], requests)
            client.close()
        good.phase("after")
        time.sleep(PHASE_SECONDS)
        good.end(f"{count} readers of nothing")


def read_in_order(client, unsent, requests):
    """Sends the rest while it reads; the answers are in the order of the requests."""
    client.setblocking(True)
    client.settimeout(60)
    answers = Answers(client)
    for at in range(requests):
        while unsent:
            client.setblocking(False)
            try:
                unsent = unsent[client.send(unsent):]
            except BlockingIOError:
                break
            finally:
                client.settimeout(60)
        status, fields, _ = answers.next()
        assert status == 200 and fields["x-request-id"] == f"reader-request-{at:04}", (at, fields)


def pipelining(program):
    """As many requests as the connection takes, read as they come, for some seconds."""
    seconds = sized(10, 4)
    with running(program) as server:
        good = GoodClient(server)
        time.sleep(PHASE_SECONDS)
        good.phase("8 pipelining floods")
        block = request("GET", "/health/live") * 2000
        clients = [server.connect() for _ in range(8)]
        for client in clients:
            client.setblocking(False)
        begun = server.number("belay_http_sent_bytes_total")
        end = time.monotonic() + seconds
        left = {client: block for client in clients}
        while time.monotonic() < end:
            readable, writable, _ = select.select(clients, clients, [], 1)
            for client in readable:
                assert client.recv(1048576), "a flood of good requests is no reason to close"
            for client in writable:
                with contextlib.suppress(BlockingIOError):
                    left[client] = left[client][client.send(left[client]):] or block
        sent = server.number("belay_http_sent_bytes_total") - begun
        for client in clients:
            client.close()
        print(f"  8 floods for {seconds} s were answered with {sent / seconds / 1e6:.1f} MB/s")
        good.phase("after")
        time.sleep(PHASE_SECONDS)
        good.end("pipelining floods")


def main(program, *options):
    judged = "--sanitized" not in options
    raise_descriptor_limit()
    connection_floods(program)
    idle_connections(program, judged)
    slow_readers(program, judged)
    pipelining(program)


if __name__ == "__main__":
    main(*sys.argv[1:])
