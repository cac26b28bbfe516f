#!/usr/bin/env python3
"""A wall clock that jumps, while the server runs and across a restart: an hour, to 1970, to 2100.
Durations do not care, no job expires for it, none gets stuck, and no time that was shown falls.

usage: clock_test.py PROGRAM LIBRARY
environment: BELAY_TEST_SEED=N; BELAY_TEST_SIZE=full: every pair of jumps, every restart.

LIBRARY is preload/'s; it shifts the clock of the server alone.
"""

import calendar
import datetime
import itertools
import os
import subprocess
import sys
import time

from stage import FULL, SMALL, Stage, pause, run, wait_for

HOUR = 3600
DESTINATIONS = {"an hour ahead": lambda now: HOUR, "an hour back": lambda now: -HOUR,
                "1970": lambda now: 60 - now,
                "2100": lambda now: calendar.timegm((2100, 1, 1, 0, 0, 0)) - now,
                "right": lambda now: 0}
TIMES = ("createdAt", "updatedAt", "startedAt", "finishedAt")
SETTINGS = {**SMALL, "exports.workers": 1, "exports.rows_per_second": 20, "exports.lease": "2s"}


class Timed(Stage):
    """A stage whose clock is set, and whose clients have tokens of that time."""

    def set_clock(self, destination):
        self.faults.shift_clock(DESTINATIONS[destination](time.time()))
        self.token = subprocess.run(
            [*self.faults.prefix, self.server.program, "token", "--tenant",
             "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b", "--subject", "tester", "--secret-file",
             self.server.data + "/jwt.secret"], check=True, capture_output=True,
            text=True).stdout.strip()
        if self.server.process is not None:
            self.connect()

    def document(self, job):
        return self.client.ask(self.client.get(job))[0].json()

    def wait_for_status(self, job, wanted, seconds=30):
        wait_for(lambda: self.document(job)["status"] == wanted, seconds, f"{wanted} of {job}")

    def new_job(self):
        self.client.ask(self.client.create(self.client.new_key()))
        return self.pool.jobs[-1][0]


def times_of(document):
    return {name: datetime.datetime.fromisoformat(value)
            for name, value in document.items() if name in TIMES}


def started(stage):
    stage.start(SETTINGS)
    client = stage.client
    client.ask(client.make_context())
    client.ask(client.upload(client.new_key()))
    return stage.new_job()


def while_running(program, library, folder, jumps):
    """A running job keeps its lease and ends once; an ended one stays; a new one is made, waits
    and runs; and time goes on."""
    with Timed(program, folder, library) as stage:
        ended = started(stage)
        stage.wait_for_status(ended, "SUCCEEDED")
        before = stage.document(ended)
        running = stage.new_job()
        stage.wait_for_status(running, "RUNNING")
        waiting = stage.new_job()
        last = max(times_of(before).values())
        for jump in jumps:
            stage.set_clock(jump)
            now = stage.new_job()
            created = times_of(stage.document(now))["createdAt"]
            assert created >= last, f"{jump}: time falls from {last} to {created}"
            last = created
        stage.wait_for_status(running, "SUCCEEDED")
        stage.wait_for_status(waiting, "SUCCEEDED")
        assert stage.document(ended) == before, "an ended job has changed"
        for job in (running, waiting):
            attempts_of(stage, job, 1)
        goes_on(stage)
        stage.take(stage.client)
        stage.server.kill()
        stage.is_sound()
        return "no lease lost, none stuck, no time fell"


def attempts_of(stage, job, wanted):
    times = times_of(stage.document(job))
    took = (times["finishedAt"] - times["startedAt"]).total_seconds()
    assert 1 <= took < 60, f"{job} took {took} s by its own times"
    assert len([name for name in os.listdir(stage.server.data + "/files/exports")
                if name.startswith(job)]) == wanted


def goes_on(stage):
    """The server's time is right about durations, to a tenth: leases lapse, retries come. Times
    are shown in whole seconds."""
    began = time.monotonic()
    first = times_of(stage.document(stage.new_job()))["createdAt"]
    answered = time.monotonic()
    pause(3)
    asked = time.monotonic()
    then = times_of(stage.document(stage.new_job()))["createdAt"]
    most = (time.monotonic() - began) * 1.1 + 1
    passed = (then - first).total_seconds()
    least = (asked - answered) * 0.9 - 1
    assert least <= passed <= most, f"the server's time went on by {passed} s"


def status_of(stage, job):
    """Beside the history, which holds that what has ended stays; None: its retention is over."""
    answer = stage.ask(f"/v1/export-jobs/{job}")
    return answer.json()["status"] if answer.status == 200 else None


def across_restart(program, library, folder, jump):
    """Killed with a job that runs, it boots with another clock: the job is settled and runs again,
    nothing that has ended changes but by its age, and no time falls."""
    with Timed(program, folder, library) as stage:
        ended = started(stage)
        stage.wait_for_status(ended, "SUCCEEDED")
        before = stage.document(ended)
        running = stage.new_job()
        stage.wait_for_status(running, "RUNNING")
        stage.take(stage.client)
        stage.server.kill()
        stage.set_clock(jump)
        stage.start(SETTINGS)
        if jump == "2100":  # their week is over, by any clock
            for job in (ended, running):
                wait_for(lambda: status_of(stage, job) in (None, "EXPIRED"), 30,
                         "the end of a job that is 70 years old")
        else:
            assert stage.document(ended) == before, "an ended job has changed"
            stage.wait_for_status(running, "SUCCEEDED")
        now = stage.new_job()
        created = times_of(stage.document(now))["createdAt"]
        assert created >= max(times_of(before).values()), "time falls"
        stage.wait_for_status(now, "SUCCEEDED")
        goes_on(stage)
        stage.take(stage.client)
        stage.server.kill()
        # And back: what was stored in another time is still there.
        stage.set_clock("right")
        stage.start(SETTINGS)
        assert stage.document(now)["status"] == "SUCCEEDED"
        last = stage.new_job()
        assert times_of(stage.document(last))["createdAt"] >= created, "time falls"
        stage.wait_for_status(last, "SUCCEEDED")
        goes_on(stage)
        stage.take(stage.client)
        stage.server.kill()
        stage.is_sound()
        return "the job ran again, nothing else changed, and all of it again with the right clock"


def main(program, library):
    jumps, boots = [list(DESTINATIONS)], ["an hour back", "2100"]
    if FULL:
        jumps += itertools.permutations(DESTINATIONS, 2)
        boots = [name for name in DESTINATIONS if name != "right"]
    scenarios = [(f"{', then '.join(chain)}, running", True,
                  lambda folder, chain=chain: while_running(program, library, folder, chain))
                 for chain in jumps]
    scenarios += [(f"{boot} across a restart", True,
                   lambda folder, boot=boot: across_restart(program, library, folder, boot))
                  for boot in boots]
    return run(*scenarios)


if __name__ == "__main__":
    sys.exit(main(*(os.path.abspath(name) for name in sys.argv[1:3])))
