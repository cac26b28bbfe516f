#!/usr/bin/env python3
"""A disk that is slow or hangs: no deadlock, 503 by the deadline, the health page says so, reads of
what is durable go on, and a stop ends within its limit.

usage: disk_slow_test.py PROGRAM LIBRARY
environment: BELAY_TEST_SEED=N; BELAY_TEST_SIZE=full: also a flush of 5 s.
"""

import os
import signal
import sys
import time

from stage import AT_REST, FORCED_STOP, FULL, WORKING, Stage, run, wait_for

WRITES = "pwrite fdatasync fsync"


def slow(program, library, folder):
    """Each write takes 200 ms: slower, in larger groups, and nothing else."""
    with Stage(program, folder, library) as stage:
        stage.start({**WORKING, "exports.lease": "30s"})
        stage.faults.rule("delay", WRITES, "/data/log/", times=0, argument=200)
        before = stage.metrics()
        jobs = len(stage.pool.jobs)
        clients = stage.run_clients(lambda: len(stage.pool.jobs) > jobs + (120 if FULL else 60))
        after = stage.metrics()
        groups, frames = (int(after[name]) - int(before[name])
                          for name in ("belay_log_groups_total", "belay_log_frames_total"))
        assert stage.ask("/health/ready").status == 200
        refused = [event for client in clients for event in client.events if event.status == 503]
        assert not refused, f"{refused[0].kind} was refused: {refused[0].body}"
        code = stage.server.end(signal.SIGTERM)
        stage.faults.end()
        assert code == 0, f"a stop on a slow disk ended with {code}"
        stage.take(*clients)
        stage.stands_the_test()
        return f"no 503, {frames / groups:.1f} transitions in a group, a clean stop"


def very_slow(program, library, folder, delay):
    """Slower than the deadline: 503 with Retry-After, outcome unknown; reads go on; the key finds
    out; not ready meanwhile, but alive."""
    with Stage(program, folder, library) as stage:
        stage.start({**AT_REST, "http.commit_timeout": "300ms"})
        client = stage.make_jobs(2)
        job = stage.pool.jobs[0]
        stage.faults.rule("delay", WRITES, "/data/log/", times=0, argument=int(delay * 1000))
        create, cancel = client.create(client.new_key()), client.cancel_of(job, client.new_key())
        for ask in (create, cancel):
            began = time.monotonic()
            answer = client.ask(ask)[0]
            took = time.monotonic() - began
            assert answer.status == 503 and int(answer.fields["retry-after"]) >= 1, answer
            assert 0.29 < took < delay, f"{ask.kind}: 503 after {took:.2f} s"
        assert client.ask(client.get(job[0]))[0].json()["status"] == "QUEUED", "not durable yet"

        def ready():
            # A write that stands still is waited for by something all the time.
            client.ask(client.create(client.new_key()))
            return stage.ask("/health/ready")

        wait_for(lambda: ready().status == 503, 60, "readiness saying no")
        assert wait_for(lambda: '"log":{"status":"DEGRADED"' in ready().body.decode(), 60,
                        "the health page's word")
        assert stage.ask("/health/live").status == 200
        stage.faults.end()
        for ask, status in ((create, 202), (cancel, 200)):
            wait_for(lambda: client.ask(ask)[0].status == status, 60, "the outcome")
        assert client.ask(client.get(job[0]))[0].json()["status"] == "CANCELED"
        wait_for(lambda: stage.ask("/health/ready").status == 200, 30, "readiness again")
        stage.take(client)
        stage.server.kill()
        stage.stands_the_test()
        return "503 by the deadline, DEGRADED, reads go on, and the keys have found out"


def hanging(program, library, folder):
    """A write that does not come back: as above, and SIGTERM ends it when its limit is over."""
    with Stage(program, folder, library) as stage:
        stage.start({**WORKING, "http.commit_timeout": "300ms", "http.drain_timeout": "2s"})
        clients = stage.run_clients(lambda: len(stage.pool.jobs) > 30)
        stage.faults.rule("delay", WRITES, "/data/log/", times=0, argument=600_000)
        wait_for(lambda: stage.faults.fired > 0, 30, "a write")
        wait_for(lambda: stage.ask("/health/ready").status == 503, 30, "readiness saying no")
        assert stage.ask("/health/live").status == 200
        for kind in ("/v1/contexts?limit=200", "/v1/export-jobs?limit=200"):
            assert stage.ask(kind).status == 200, "reads of what is durable"
        began = time.monotonic()
        code = stage.server.end(signal.SIGTERM)
        took = time.monotonic() - began
        assert code == FORCED_STOP and took < 30, f"ended with {code} after {took:.1f} s"
        stage.faults.end()
        stage.take(*clients)
        stage.stands_the_test()
        return f"not ready, alive, reads answered, SIGTERM ended it with {code} in {took:.1f} s"


def main(program, library):
    scenarios = [("a slow disk", True, lambda folder: slow(program, library, folder)),
                 ("2 s a write", True, lambda folder: very_slow(program, library, folder, 2)),
                 ("a disk that hangs", True, lambda folder: hanging(program, library, folder))]
    if FULL:
        scenarios.append(("5 s a write", True,
                          lambda folder: very_slow(program, library, folder, 5)))
    return run(*scenarios)


if __name__ == "__main__":
    sys.exit(main(*(os.path.abspath(name) for name in sys.argv[1:3])))
