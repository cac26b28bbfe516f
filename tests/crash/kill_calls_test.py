#!/usr/bin/env python3
"""kill -9 at every call by which the program changes its disk: during a start, under load, and
during a clean stop. After each everything that was answered holds.

usage: kill_calls_test.py PROGRAM LIBRARY
environment: BELAY_TEST_SEED=N; BELAY_TEST_SIZE=full: every call instead of a tenth.

LIBRARY is preload/'s; it counts calls over all threads.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

from stage import AT_REST, FULL, WORKING, Stage, run, wait_for

CHANGES = "openat pwrite fsync fdatasync renameat unlinkat ftruncate mkdirat"

# Under load: the calls, and what they are about.
POINTS = (
    ("pwrite", "/data/log/"), ("openat", "/data/log/"), ("renameat", "/data/log/"),
    ("fsync", "/data/log"), ("unlinkat", "/data/log/"),
    ("pwrite", "/data/snapshot/"), ("openat", "/data/snapshot/"), ("fdatasync", "/data/snapshot/"),
    ("renameat", "/data/snapshot/"), ("fsync", "/data/snapshot"), ("unlinkat", "/data/snapshot/"),
    ("openat", "/data/files/sets/"), ("pwrite", "/data/files/sets/"),
    ("fdatasync", "/data/files/sets/"), ("renameat", "/data/files/sets/"),
    ("fsync", "/data/files/sets"), ("unlinkat", "/data/files/sets/"),
    ("openat", "/data/files/exports/"), ("pwrite", "/data/files/exports/"),
    ("fdatasync", "/data/files/exports/"), ("renameat", "/data/files/exports/"),
    ("fsync", "/data/files/exports"), ("unlinkat", "/data/files/exports/"),
)


def starts(program, library, folder):
    """At every call of a start, each on a copy of one directory that a killed server has left."""
    with Stage(program, folder, library) as stage:
        stage.start(WORKING)
        clients = stage.run_clients(
            lambda: stage.metrics()["belay_snapshots_total"] != "0" and len(stage.pool.jobs) > 50)
        stage.server.kill()
        stage.take(*clients)
        # What only a worker killed in mid-file leaves, whatever the load has left.
        left = "/files/exports/" + stage.pool.jobs[0][0] + "-1.csv"
        for name in (left, left + ".tmp"):
            pathlib.Path(stage.server.data + name).write_bytes(b"left")
        pristine = folder + "/pristine"
        os.rename(stage.server.data, pristine)
        shutil.copytree(pristine, stage.server.data)
        stage.faults.rule("count", CHANGES, stage.server.data)
        stage.start(AT_REST)
        calls = stage.faults.seen
        stage.server.kill()
        assert calls > 20, f"a start makes {calls} calls"
        kills = 0
        for number in range(1, calls + 1, 1 if FULL else 10):
            shutil.rmtree(stage.server.data)
            shutil.copytree(pristine, stage.server.data)
            kills += killed_start(stage, number)
        return f"a start makes {calls} calls and was killed at {kills} of them"


def killed_start(stage, number):
    """Whether it was killed: the last calls may come after the first line of the program."""
    stage.faults.rule("kill before", CHANGES, stage.server.data, first=number)
    stage.server.settings = AT_REST
    stage.server.start(wait=False)
    try:
        stage.server.wait_until_listening()
    except RuntimeError:
        pass
    code = stage.server.kill()
    fired = stage.faults.fired
    stage.faults.end()
    assert code == -signal.SIGKILL, f"at call {number} the start ended with {code}"
    try:
        stage.stands_the_test()
    except (AssertionError, RuntimeError) as error:
        raise AssertionError(f"killed at call {number} of the start: {error}") from error
    return fired


def loads(program, library, folder):
    """At calls of a server under load; one directory goes through all of it."""
    with Stage(program, folder, library) as stage:
        reached, unreached = 0, []
        points = POINTS if FULL else stage.random.sample(POINTS, 5)
        for calls, where in points:
            for _ in range(4 if FULL else 1):
                action = stage.random.choice(("kill before", "kill after"))
                number = stage.random.randint(1, 60 if calls == "pwrite" else 4)
                rows = 0 if "exports" in where else 500  # a second: files are written, or jobs run
                stage.start({**WORKING, "exports.rows_per_second": rows})
                stage.faults.rule(action, calls, where, first=number)
                clients = stage.run_clients(lambda: True)
                try:
                    stage.server.process.wait(10)
                    reached += 1
                except subprocess.TimeoutExpired:
                    unreached.append(f"{calls} {where} {number}")
                code = stage.server.kill()
                assert code == -signal.SIGKILL, f"{calls} {where} {number}: ended with {code}"
                stage.faults.end()
                try:
                    stage.take(*clients)
                    stage.stands_the_test()
                except (AssertionError, RuntimeError) as error:
                    raise AssertionError(f"{action} {calls} {where} {number}: {error}") from error
        assert reached >= len(points) // 2, f"not reached in time: {unreached}"
        return f"{reached} kills at {len(points)} kinds of calls; not reached in time: {unreached}"


def stops(program, library, folder):
    """At every call of a clean stop, with jobs that run."""
    with Stage(program, folder, library) as stage:
        number, kills = 1, 0
        while True:
            stage.start({**WORKING, "exports.rows_per_second": 20})
            stage.make_jobs(4)
            stage.take(stage.client)
            wait_for(lambda: stage.metrics()["belay_export_workers_busy"] == "2", 30,
                     "two jobs that run")
            stage.faults.rule("kill before", CHANGES, stage.server.data, first=number)
            code = stage.server.end(signal.SIGTERM)
            stage.faults.end()
            stage.stands_the_test()
            if code == 0:
                break
            assert code == -signal.SIGKILL, f"killed at call {number}, a stop ended with {code}"
            number += 1 if FULL else 10
            kills += 1
        assert kills > 1, "a stop makes no call"
        return f"a stop was killed at {kills} of its calls"


if __name__ == "__main__":
    PROGRAM, LIBRARY = (os.path.abspath(name) for name in sys.argv[1:3])
    sys.exit(run(("kills during a start", True, lambda folder: starts(PROGRAM, LIBRARY, folder)),
                 ("kills under load", True, lambda folder: loads(PROGRAM, LIBRARY, folder)),
                 ("kills during a stop", True, lambda folder: stops(PROGRAM, LIBRARY, folder))))
