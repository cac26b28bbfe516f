#!/usr/bin/env python3
"""A disk that says no: the first failed write or sync of the log ends the process, every other one
does not; nothing that was answered is lost.

usage: disk_errors_test.py PROGRAM LIBRARY
environment: BELAY_TEST_SEED=N; BELAY_TEST_SIZE=full: each fault at ten moments.
"""

import errno
import os
import sys

from faults import Strace, after_failure, can_trace
from stage import AT_REST, FULL, LOG_FAILED, WORKING, Stage, run, wait_for

MOMENTS = 10 if FULL else 1


def log_that_fails(program, library, folder, call, error, direct):
    """Rule 1 of reliability 2: poisoned at once, the call not tried again, no other write after it,
    the exit code says so."""
    answered = 0
    with Stage(program, folder, library) as stage:
        if not direct:
            stage.faults.deny_direct()
        for moment in range(MOMENTS):
            stage.start(WORKING)
            durability = "direct I/O" if direct else "fdatasync"
            if f'"durability":"{durability}"' not in stage.server.log_text():
                return f"SKIPPED: the file system knows no {durability}"
            clients = stage.run_clients(lambda: len(stage.pool.jobs) > 30)
            trace = folder + "/trace"
            strace = Strace(stage.server, "pwrite64,fdatasync,fsync",
                            f"{call}:error={error}:when={20 + 7 * moment}+", log=trace)
            code = stage.server.process.wait(60)
            strace.process.wait(30)
            stage.server.end()
            for client in clients:
                client.join(60)
            answered += sum(event.status == 503 for client in clients for event in client.events)
            stage.take(*clients)
            assert code == LOG_FAILED, f"exit code {code}"
            failed, after = after_failure(trace)
            assert failed == [call], f"{call} was tried again: {failed}"
            assert not after, f"the log is written after a failure: {after[:3]}"
            assert "the log of the store has failed" in stage.server.log_text()
            stage.stands_the_test()
        return (f"{MOMENTS} times exit code {LOG_FAILED}, not tried again, nothing answered lost; "
                f"{answered} answers 503")


def interrupted_sync(program, library, folder):
    """EINTR of a sync is a failure like any other: what it had written is unknown."""
    with Stage(program, folder, library) as stage:
        stage.faults.deny_direct()
        stage.start(AT_REST)
        client = stage.make_jobs(3)
        stage.take(client)
        stage.faults.rule("fail", "fdatasync", "/data/log/", argument=errno.EINTR)
        ask = client.create(client.new_key())
        client.begin(ask)
        code = stage.server.process.wait(60)
        stage.server.end()
        stage.faults.end()
        assert code == LOG_FAILED and stage.faults.fired == 1, (code, stage.faults.fired)
        stage.take(client)
        stage.stands_the_test()
        return f"exit code {LOG_FAILED}"


def writes_in_pieces(program, library, folder, direct):
    """Short writes and reads, and EINTR: it goes on where it stopped."""
    with Stage(program, folder, library) as stage:
        if not direct:
            stage.faults.deny_direct()
        pieces = 4096 if direct else 1000
        happened = {}
        for what, calls, argument in (("cut short", "pwrite", pieces),
                                      ("fail", "pwrite pread openat ftruncate", errno.EINTR)):
            stage.start(WORKING)
            stage.faults.rule(what, calls, "/data/", times=0 if what == "cut short" else 500,
                              argument=argument)
            jobs = len(stage.pool.jobs)
            clients = stage.run_clients(
                lambda: len(stage.pool.jobs) > jobs + 100 and stage.faults.fired > 100 and
                stage.metrics()["belay_snapshots_total"] != "0")
            stage.server.kill()
            stage.take(*clients)
            happened[what] = stage.faults.fired
            # The start after it meets the same.
            stage.faults.rule(what, calls + " pread", "/data/", times=0 if pieces == argument else
                              500, argument=argument)
            stage.stands_the_test()
            assert stage.faults.fired > 10, "the start met nothing"
            stage.faults.end()
        return f"{happened['cut short']} short writes, {happened['fail']} times EINTR"


def read_that_fails(program, library, folder):
    """A start that cannot read is refused with the file and the place, not tried again; nothing is
    changed by it."""
    with Stage(program, folder, library) as stage:
        stage.start(AT_REST)
        client = stage.make_jobs(300)
        wait_for(lambda: stage.metrics()["belay_snapshots_total"] != "0", 30, "a snapshot")
        stage.take(client)
        stage.server.kill()
        lines = []
        for where in ("/data/log/", "/data/snapshot/"):
            stage.faults.rule("count", "pread", where)
            # The start's reads alone: a snapshot that is written is read back.
            stage.start({**AT_REST, "store.snapshot_interval": "1d"})
            calls = stage.faults.seen
            stage.server.kill()
            for number in sorted({1, 2, calls // 2, calls} & set(range(1, calls + 1))):
                stage.faults.rule("fail", "pread", where, first=number, times=0,
                                  argument=errno.EIO)
                line = stage.is_refused(os.strerror(errno.EIO), where.removeprefix("/data/"))
                assert stage.faults.fired == 1, f"read {stage.faults.fired} times"
                lines.append(line)
                stage.faults.end()
                stage.is_sound()
        stage.stands_the_test()
        unplaced = [line for line in lines if "log/" in line and "offset" not in line]
        assert not unplaced, unplaced[0]
        return f"{len(lines)} starts refused, with file and place"


def snapshot_that_fails(program, library, folder):
    """A snapshot that cannot be written costs nothing but a longer start."""
    with Stage(program, folder, library) as stage:
        for moment, (calls, error) in enumerate((("pwrite", errno.EIO), ("pwrite", errno.ENOSPC),
                                                 ("fdatasync fsync", errno.EIO),
                                                 ("renameat", errno.EIO), ("pread", errno.EIO))):
            stage.start(WORKING)
            stage.faults.rule("fail", calls, "/data/snapshot", times=0, argument=error)
            clients = stage.run_clients(lambda: stage.faults.fired > 0)
            jobs = len(stage.pool.jobs)
            wait_for(lambda: len(stage.pool.jobs) > jobs + 20, 60, "creates after it")
            stage.server.kill()
            stage.faults.end()
            stage.take(*clients)
            stage.stands_the_test()
        return f"{moment + 1} failures, none of them noticed by a client"


def files_that_fail(program, library, folder):
    """A worker that cannot write tries again, and later says FAILED; an upload that cannot be
    written is answered 503. The process stays."""
    with Stage(program, folder, library) as stage:
        stage.start({**WORKING, "exports.rows_per_second": 0, "exports.max_attempts": 3})
        client = stage.make_jobs(1)
        first = stage.pool.jobs[0][0]

        def ended(job):
            return client.ask(client.get(job))[0].json()["status"] not in ("QUEUED", "RUNNING")

        wait_for(lambda: ended(first), 60, "a job on a good disk")
        counts = {}
        for calls, error in (("pwrite", errno.EIO), ("fdatasync fsync", errno.EIO),
                             ("renameat", errno.EIO), ("openat", errno.ENOSPC)):
            # Twice: the third attempt succeeds. For ever: it is FAILED.
            for times in (2, 0):
                stage.faults.rule("fail", calls, "/data/files/exports", times=times,
                                  argument=error)
                client.ask(client.create(client.new_key()))
                job = stage.pool.jobs[-1][0]
                wait_for(lambda: ended(job), 60, "the end of a job on a bad disk")
                status = client.ask(client.get(job))[0].json()["status"]
                assert status == ("SUCCEEDED" if times else "FAILED"), (calls, times, status)
                counts[status] = counts.get(status, 0) + 1
                stage.faults.end()
            stage.faults.rule("fail", calls, "/data/files/sets", times=0, argument=error)
            upload = client.upload(client.new_key())
            answer = client.ask(upload)[0]
            assert answer.status == 503 and "retry-after" in answer.fields, (calls, answer)
            stage.faults.end()
            client = stage.client = client.again().connect(stage.server.port, stage.token) \
                if answer.fields.get("connection") == "close" else client
            stage.take(client)
            assert client.ask(upload)[0].status == 200, "under its key, on a good disk"
        stage.take(client)
        stage.server.kill()
        stage.stands_the_test()
        return ", ".join(f"{count} {status}" for status, count in counts.items()) + ", uploads 503"


def main(program, library):
    def log_fails(call, error, direct):
        name = f"{error} on {call} of the log, {'direct' if direct else 'buffered'}"
        return name, can_trace(), lambda folder: log_that_fails(program, library, folder, call,
                                                                error, direct)

    def with_both(scenario, *more):
        return lambda folder: scenario(program, library, folder, *more)

    return run(log_fails("pwrite64", "EIO", True), log_fails("pwrite64", "ENOSPC", True),
               log_fails("pwrite64", "EIO", False), log_fails("fdatasync", "EIO", False),
               log_fails("fdatasync", "ENOSPC", False),
               ("EINTR on fdatasync of the log", True, with_both(interrupted_sync)),
               ("in pieces, direct", True, with_both(writes_in_pieces, True)),
               ("in pieces, buffered", True, with_both(writes_in_pieces, False)),
               ("EIO on a read at start", True, with_both(read_that_fails)),
               ("a snapshot that fails", True, with_both(snapshot_that_fails)),
               ("files that fail", True, with_both(files_that_fail)))


if __name__ == "__main__":
    sys.exit(main(*(os.path.abspath(name) for name in sys.argv[1:3])))
