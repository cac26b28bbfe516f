#!/usr/bin/env python3
"""Signals: a stop under load, an impatient stop, a storm of restarts, and a process that is stopped
and goes on later.

usage: signals_test.py PROGRAM
environment: BELAY_TEST_SEED=N; BELAY_TEST_SIZE=full: ten times as many of each.
"""

import contextlib
import os
import signal
import socket
import sys
import time

from stage import FORCED_STOP, FULL, SMALL, WORKING, Stage, pause, run, wait_for

TIMES = 10 if FULL else 1


def stops(program, folder):
    """SIGTERM in the midst of everything: what is under way is finished or answered 503, the exit
    code is 0, and the next start has nothing to cut and nothing to replay."""
    with Stage(program, folder) as stage:
        took = []
        for _ in range(3 * TIMES):
            stage.start(WORKING)
            jobs = len(stage.pool.jobs)
            clients = stage.run_clients(lambda: len(stage.pool.jobs) > jobs + 20)
            began = time.monotonic()
            code = stage.server.end(signal.SIGTERM)
            took.append(time.monotonic() - began)
            assert code == 0, f"SIGTERM ended with {code}"
            stage.take(*clients)
            stage.is_sound()
            assert stage.compare() == 0, "a clean stop left something to cut"
            replayed = stage.metrics()["belay_recovery_frames"]
            assert replayed == "0", f"{replayed} transitions were replayed after a clean stop"
            assert stage.server.end() == 0
        return f"{len(took)} times exit code 0, nothing to replay, the longest {max(took):.2f} s"


def impatient_stops(program, folder):
    """A second SIGTERM, or the limit, ends it at once, as kill -9 would."""
    with Stage(program, folder) as stage:
        codes = {}
        for attempt in range(6 * TIMES):
            is_asked_twice = attempt % 2 == 0
            stage.start({**WORKING, "exports.rows_per_second": 5,
                         "http.drain_timeout": "20s" if is_asked_twice else "300ms"})
            stops_before = said_stopping(stage)
            jobs = len(stage.pool.jobs)
            with unfinished_request(stage) if is_asked_twice else contextlib.nullcontext():
                clients = stage.run_clients(lambda: len(stage.pool.jobs) > jobs + 10)
                stage.server.process.send_signal(signal.SIGTERM)
                if is_asked_twice:
                    wait_for(lambda: said_stopping(stage) > stops_before, 30, "the stop")
                    stage.server.process.send_signal(signal.SIGTERM)
                code = stage.server.process.wait(30)
            stage.server.end()
            # 0: the limit was long enough.
            expected = (FORCED_STOP,) if is_asked_twice else (0, FORCED_STOP)
            assert code in expected, f"ended with {code}"
            codes[code] = codes.get(code, 0) + 1
            stage.take(*clients)
            stage.stands_the_test()
        return f"exit codes {codes}"


def said_stopping(stage):
    return stage.server.log_text().count('"message":"stopping"')


def unfinished_request(stage):
    """A connection whose request a stop waits for."""
    connection = socket.create_connection(("127.0.0.1", stage.server.port), 30)
    connection.sendall(b"POST /v1/contexts HTTP/1.1\r\nHost: belay\r\nAuthorization: Bearer "
                       + stage.token.encode() + b"\r\nContent-Type: application/json\r\n"
                       b"Content-Length: 100\r\n\r\n{")
    return connection


def storm(program, folder):
    """Twenty starts a second, killed at once: each recovery finds what the one before found, and
    the files stay what they were."""
    with Stage(program, folder) as stage:
        stage.start(WORKING)
        clients = stage.run_clients(lambda: len(stage.pool.jobs) > 50)
        stage.server.kill()
        stage.take(*clients)
        stage.compare()
        stage.server.kill()
        before = sizes(stage.server.data)
        for _ in range(20 * (30 if FULL else 3)):
            stage.server.start(wait=False)
            pause(0.05 * stage.random.random())
            stage.server.kill()
        for _ in range(5 * TIMES):
            stage.server.start()
            stage.server.kill()
        stage.is_sound()
        stage.compare()
        stage.server.kill()
        stage.is_sound()
        after = sizes(stage.server.data)
        grown = {name: (before[name], after[name]) for name in before
                 if after[name] > before[name] + 3}
        assert not grown, f"grown: {grown}"
        return f"files before {before}, after {after}"


def sizes(data):
    """How many files there are, folder by folder, and MiB in all."""
    found = {"MiB": 0}
    for folder, _, names in os.walk(data):
        found[os.path.relpath(folder, data)] = len(names)
        found["MiB"] += sum(os.path.getsize(os.path.join(folder, name)) for name in names) >> 20
    return found


def pauses(program, folder):
    """SIGSTOP and SIGCONT: leases that ran out meanwhile are settled once, no job runs twice to an
    end, and nobody else is starved."""
    with Stage(program, folder) as stage:
        stage.start({**SMALL, "exports.workers": 2, "exports.rows_per_second": 200})
        clients = stage.run_clients(lambda: len(stage.pool.jobs) > 20)
        lengths = (0.1, 0.3, 1.2, 2.5, 5) if FULL else (0.1, 1.2, 2.5)
        longest = 0
        for length in lengths * (4 if FULL else 1):
            stage.server.process.send_signal(signal.SIGSTOP)
            pause(length)
            stage.server.process.send_signal(signal.SIGCONT)
            began = time.monotonic()
            assert stage.ask("/v1/contexts").status == 200
            longest = max(longest, time.monotonic() - began)
            jobs = len(stage.pool.jobs)
            wait_for(lambda: len(stage.pool.jobs) > jobs + 5, 60, "creates after a pause")
        stage.server.kill()
        stage.take(*clients)
        stage.stands_the_test()
        told = ended_once(stage)
        return f"{len(lengths)} lengths, {told}; first answer after one within {longest:.2f} s"


def ended_once(stage):
    """After quiet every job that could run has ended, once: one file for each SUCCEEDED."""
    client = stage.start({**SMALL, "exports.workers": 2})

    def quiet():
        jobs = client.pages("/v1/export-jobs", "list", 200)
        return jobs if all(job["status"] not in ("QUEUED", "RUNNING") for job in jobs) else None

    jobs = wait_for(quiet, 120, "an end of all jobs")
    stage.take(client)
    succeeded = sum(job["status"] == "SUCCEEDED" for job in jobs)
    files = os.listdir(stage.server.data + "/files/exports")
    assert len(files) == succeeded, f"{len(files)} files of {succeeded} jobs"
    stage.server.kill()
    stage.stands_the_test()
    return f"{len(jobs)} jobs, all ended, {succeeded} files of {succeeded} that succeeded"


def main(program):
    return run(*((name, True, lambda folder, scenario=scenario: scenario(program, folder))
                 for name, scenario in (("SIGTERM under load", stops),
                                        ("an impatient stop", impatient_stops),
                                        ("a storm of restarts", storm),
                                        ("SIGSTOP and SIGCONT", pauses))))


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
