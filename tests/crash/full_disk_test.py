#!/usr/bin/env python3
"""Data directories that cannot take what is to be written, or are not ours: full, limited, read
only, foreign, in use.

usage: full_disk_test.py PROGRAM
environment: BELAY_TEST_SEED=N.

A tmpfs in a mount namespace of this test's own is the disk that gets full. What is not permitted
here is skipped, and said so.
"""

import errno
import os
import signal
import subprocess
import sys

from faults import enter_own_namespace, may_mount
from load import transactions
from stage import AT_REST, WORKING, Stage, run, wait_for
from wire import Lost

NOBODY = 65534


def full(program, folder):
    """A full disk refuses what is new, before it happens; cancels and reads go on; with space
    again everything does."""
    with Stage(program, folder) as stage:
        stage.server.data = folder + "/disk/data"
        client = stage.start(AT_REST)
        stage.make_jobs(40)
        fill(folder)
        refused = create_until_refused(client)
        for job in stage.pool.jobs[:20]:
            answer = client.ask(client.get(job[0]))[0]
            assert answer.json()["status"] == "QUEUED", answer
            client.ask(client.cancel_of(job, client.new_key()))
        canceled = [client.ask(client.get(job[0]))[0].json()["status"]
                    for job in stage.pool.jobs[:20]]
        assert canceled == ["CANCELED"] * 20, canceled
        assert '"capacity":{"status":"DEGRADED"' in stage.ask("/health/ready").body.decode()
        answer = client.ask(client.upload(client.new_key()))[0]
        assert answer.status == 503 and "retry-after" in answer.fields, answer
        os.remove(folder + "/disk/filler")
        stage.take(client)
        client = stage.connect()  # a refused upload may close its connection
        wait_for(lambda: client.ask(refused)[0].status == 202, 30, "a create with space again")
        client.ask(client.upload(client.new_key()))
        stage.take(client)
        fill(folder)
        stage.server.kill()
        stage.is_sound()
        told = start_on_full_disk(stage)
        os.remove(folder + "/disk/filler")
        stage.stands_the_test()
        return "creates refused, cancels and reads answered, all well after it; a start on it " + \
            told


def fill(folder):
    with open(folder + "/disk/filler", "wb", buffering=0) as filler:
        for size in (64 * 1024, 1024):
            try:
                while filler.write(bytes(size)):
                    pass
            except OSError:
                pass


def create_until_refused(client):
    """The create that was refused; the log has room for some before it."""
    for _ in range(5000):
        ask = client.create(client.new_key())
        if client.ask(ask)[0].status == 503:
            return ask
    raise AssertionError("a full disk does not refuse creates")


def start_on_full_disk(stage):
    """It starts, or says why not and harms nothing."""
    stage.server.settings = AT_REST
    stage.server.start(wait=False)
    try:
        stage.server.wait_until_listening()
    except RuntimeError:
        code = stage.server.process.wait(60)
        stage.server.end()
        assert code == 1 and os.strerror(errno.ENOSPC) in stage.server.log_text(), code
        stage.is_sound()
        return "is refused with the reason"
    stage.connect().pages("/v1/export-jobs", "list", 200)
    stage.take(stage.client)
    stage.server.kill()
    stage.is_sound()
    return "serves"


def full_under_load(program, folder):
    """The same while workers and clients write; nobody stops them, the kill comes at any moment."""
    with Stage(program, folder) as stage:
        stage.server.data = folder + "/disk/data"
        for _ in range(3):
            stage.start({**WORKING, "exports.rows_per_second": 0})
            clients = stage.run_clients(lambda: len(stage.pool.jobs) > 20)
            ended = []
            fill(folder)

            def refused():
                # A refused upload may cut its client off: another takes its place.
                for place, client in enumerate(clients):
                    if not client.is_alive():
                        ended.append(client)
                        clients[place] = client.again().connect(stage.server.port, stage.token)
                        clients[place].start()
                return sum(event.status == 503 for client in clients + ended
                           for event in client.events)

            wait_for(lambda: refused() > 20, 60, "refusals")
            os.remove(folder + "/disk/filler")
            jobs = len(stage.pool.jobs)
            wait_for(lambda: refused() and len(stage.pool.jobs) > jobs + 5, 60,
                     "creates with space again")
            stage.server.kill()
            stage.take(*clients, *ended)
            stage.stands_the_test()
        return f"{stage.checker.busy} answers 503, and creates again when there was space"


def on_small_disk(scenario, program, folder):
    disk = folder + "/disk"
    os.mkdir(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=True)
    try:
        return scenario(program, folder)
    finally:
        subprocess.run(["umount", disk], check=True)


def file_limit(program, folder):
    """RLIMIT_FSIZE: a file that may not grow is a disk that is full, not a signal that kills."""
    with Stage(program, folder) as stage:
        stage.server.prefix = ["prlimit", f"--fsize={20 << 20}", "--"]
        client = stage.start(AT_REST)
        stage.make_jobs(5)
        large = client.upload(client.new_key())
        number = client.uploads[client.contexts[-1]]
        head, _, tail = transactions(number, True)[1].partition(b"\n")
        content = head + b"\n" + tail * (1 + (40 << 20) // len(tail))
        ask = type(large)(large.kind, type(large.request)(
            "PUT", large.request.path, content, "text/csv", large.request.key),
            context=large.context, number=large.number)
        try:
            answer = client.ask(ask)[0]
            assert answer.status == 503 and "retry-after" in answer.fields, answer
        except Lost:
            pass  # it was refused before all of it was sent
        # One more has to be answered by the same process.
        assert stage.ask("/health/live").status == 200, "the signal has killed it"
        stage.take(client)
        client = stage.connect()
        client.ask(client.create(client.new_key()))
        stage.take(client)
        stage.server.kill()
        stage.server.prefix = []
        stage.stands_the_test()
        return "a larger upload is refused, all else goes on"


def read_only(program, folder):
    """EROFS: refused with the reason."""
    with Stage(program, folder) as stage:
        stage.start(AT_REST)
        stage.take(stage.make_jobs(3))
        stage.server.end()
        data = stage.server.data
        subprocess.run(["mount", "--bind", data, data], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,ro,bind", data], check=True)
            line = stage.is_refused(os.strerror(errno.EROFS))
            code, text = stage.server.verify()
            assert code == 0, f"belay verify of a read-only directory: {code} {text}"
        finally:
            subprocess.run(["umount", data], check=True)
        stage.stands_the_test()
        return line.split('"reason":')[1]


def foreign(program, folder):
    """EACCES: a directory, a log and a segment that belong to another user."""
    with Stage(program, folder) as stage:
        stage.start(AT_REST)
        stage.take(stage.make_jobs(3))
        stage.server.end()
        data = stage.server.data
        os.chmod(folder, 0o755)
        lines = []
        for own in ((), (data,), (data, data + "/lock", data + "/log")):
            for path in own:
                os.chown(path, NOBODY, NOBODY)
            stage.server.prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                                   "--clear-groups"]
            lines.append(stage.is_refused(os.strerror(errno.EACCES)).split('"reason":')[1])
        stage.server.prefix = []
        stage.stands_the_test()
        return "; ".join(lines)


def in_use(program, folder):
    """The second one is refused, under load, and the first does not notice."""
    with Stage(program, folder) as stage, Stage(program, folder + "/second") as second:
        stage.start(WORKING)
        clients = stage.run_clients(lambda: len(stage.pool.jobs) > 20)
        second.server.data = stage.server.data
        for _ in range(10):
            line = second.is_refused("in use by another process")
        jobs = len(stage.pool.jobs)
        wait_for(lambda: len(stage.pool.jobs) > jobs + 20, 60, "creates after it")
        assert stage.server.end(signal.SIGTERM) == 0
        stage.take(*clients)
        stage.stands_the_test()
        return line.split('"reason":')[1]


def main(program):
    is_root = os.geteuid() == 0
    return run(
        ("a full disk", may_mount(), lambda folder: on_small_disk(full, program, folder)),
        ("a full disk under load", may_mount(),
         lambda folder: on_small_disk(full_under_load, program, folder)),
        ("a limit of file sizes", True, lambda folder: file_limit(program, folder)),
        ("a read-only file system", may_mount(), lambda folder: read_only(program, folder)),
        ("a foreign directory", is_root, lambda folder: foreign(program, folder)),
        ("a directory in use", True, lambda folder: in_use(program, folder)))


if __name__ == "__main__":
    enter_own_namespace()
    sys.exit(main(os.path.abspath(sys.argv[1])))
