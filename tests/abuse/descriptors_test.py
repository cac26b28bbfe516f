"""No descriptors left: accepting pauses without burning the processor and goes on when there are
some again; the store keeps writing all the while. descriptors_test.py BELAY [--sanitized]
"""

import resource
import subprocess
import sys
import time

from abuse import Answers, request, running, wait_for


def create(client, token, name):
    """A durable write on a connection that is there already."""
    client.sendall(request("POST", "/v1/contexts", body=b'{"name":"%s"}' % name, token=token))
    return Answers(client).next()[0]


def small_limit(program):
    """Started with few descriptors, it takes fewer connections than it could accept; the rest wait,
    and the disk has what it needs."""
    with running(program, {"http.threads": 2, "store.segment_bytes": "1MiB",
                           "store.snapshot_interval": "1s"},
                 prefix=("prlimit", "--nofile=192:192")) as server:
        assert "allows fewer connections" in server.log_text()
        token = server.token()
        client = server.connect()
        assert create(client, token, b"first") == 201
        free = server.descriptors()
        crowd = [server.connect() for _ in range(300)]  # far more than descriptors
        for at in range(300):  # several segments and snapshots in the meantime
            assert create(client, token, b"x" * 200) == 201, at
        time.sleep(1.5)
        used = server.descriptors()
        assert used < 192, used
        print(f"  started with 192 descriptors, 300 connections knocking: {used} in use, "
              "writes go on")
        for one in crowd:
            one.close()
        wait_for(lambda: server.descriptors() < (free + used) / 2, 20, "descriptors given back")
        with server.connect() as late:
            assert create(late, token, b"late") == 201
        assert "cannot be prepared" not in server.log_text()


def exhausted(program):
    """The limit is lowered under a running server: accept fails with EMFILE."""
    with running(program) as server:
        token = server.token()
        kept = server.connect()
        assert create(kept, token, b"first") == 201
        pid = str(server.process.pid)
        before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        free_at = server.descriptors()
        subprocess.run(["prlimit", "--pid", pid, f"--nofile={free_at}:"], check=True)
        waiting = [server.connect() for _ in range(20)]
        for one in waiting:
            one.sendall(request("GET", "/health/live"))
        time.sleep(0.5)
        began, cpu = time.monotonic(), server.cpu_seconds()
        time.sleep(4)
        share = (server.cpu_seconds() - cpu) / (time.monotonic() - began)
        print(f"  20 connections wait for descriptors: the server uses {100 * share:.1f} % of a "
              "core")
        assert share < 0.05, share
        assert create(kept, token, b"meanwhile") == 201
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
        began = time.monotonic()
        for one in waiting:
            assert Answers(one).next()[0] == 200
        print(f"  with descriptors again all were answered after "
              f"{time.monotonic() - began:.2f} s")
        assert server.number("belay_http_accept_pauses_total") > 0


def too_few(program):
    """Not even enough for its own files: it says so and does not start."""
    done = subprocess.run(["prlimit", "--nofile=64:64", program, "serve", "--data", "/never/made",
                           "--listen", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "RLIMIT_NOFILE" in done.stderr, done


def main(program, *options):
    too_few(program)
    small_limit(program)
    if "--sanitized" in options:
        print("  no descriptor at all: SKIPPED, the sanitizer's check of vtables needs some")
    else:
        exhausted(program)


if __name__ == "__main__":
    main(*sys.argv[1:])
