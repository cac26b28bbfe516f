#!/usr/bin/env python3
"""A key lives for its 168 hours by the later of the clock and the latest time that was ever logged:
over kills, stops and snapshots, and when the clock goes back.

usage: expiry_test.py PROGRAM FAULTS_LIBRARY
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from belay_client import TENANT, Server  # noqa: E402
from faults import Faults  # noqa: E402
from history import Checker  # noqa: E402
from load import Client, Pool  # noqa: E402

HOUR = 3600
LIFETIME = 168 * HOUR  # contracts: 168 h


class Ages:
    """One directory, started again and again with the clock elsewhere."""

    def __init__(self, program, library, folder):
        self.faults = Faults(library, folder + "/faults")
        self.server = Server(program, folder + "/data", {"exports.workers": 0},
                             prefix=self.faults.prefix)
        self.client = Client("one", Pool(), 1)
        self.checker = Checker()

    def at(self, seconds):
        """Starts with the clock so far ahead."""
        self.faults.shift_clock(seconds)
        self.server.start()
        # Made by the same clock, or the server would not take it.
        secret = os.path.join(self.server.data, "jwt.secret")
        token = subprocess.run(
            [*self.faults.prefix, self.server.program, "token", "--tenant", TENANT, "--subject",
             "tester", "--secret-file", secret], check=True, capture_output=True, text=True)
        self.client = self.client.again().connect(self.server.port, token.stdout.strip())
        return self.client

    def end(self, orderly=False):
        if orderly:
            self.server.end()
        else:
            self.server.kill()
        self.client.disconnect()
        findings, self.client.events = self.checker.feed(self.client.events), []
        assert not findings, "\n".join(findings)

    def write(self):
        """One request of each kind, each under a key."""
        client = self.client
        if not client.contexts:
            client.ask(client.make_context())
        first, second = client.create(client.new_key()), client.create(client.new_key())
        answers = client.ask(first, second)
        job = (answers[0].json()["jobId"], client.contexts[-1], first.form)
        asks = [first, second, client.cancel_of(job, client.new_key()),
                client.upload(client.new_key())]
        client.ask(*asks[2:])
        return asks

    def replays(self, asks):
        """Each is answered as it was (the checker knows how)."""
        for ask in asks:
            self.client.ask(ask)


def run(program, library):
    folder = tempfile.mkdtemp(prefix="belay-expiry-")
    ages = Ages(program, library, folder)
    try:
        ages.at(0)
        old = ages.write()
        ages.end()
        almost = LIFETIME - 60
        ages.at(almost)
        ages.replays(old)
        late = ages.write()
        ages.end(orderly=True)
        # The clock goes back by a week: what is asked now is as new as what was asked last.
        ages.at(0)
        ages.replays(old + late)
        back = ages.write()
        ages.end()
        ages.at(almost)
        ages.replays(old + late + back)
        ages.end(orderly=True)
        # Over: as if it had never been used. The job is another one.
        ages.at(2 * almost)
        ages.replays(late + back)
        answer = ages.client.ask(old[1])[0]
        ages.client.events.pop()  # to the checker it would be a second execution
        assert answer.status == 202, f"a key that is over was answered {answer.status}"
        assert answer.fields["x-idempotency-replayed"] == "false", "a key is kept for ever"
        ages.end()
        print("keys lived for their time, over kills, stops and a clock that went back a week")
    finally:
        if ages.server.process is not None:
            ages.server.kill()
        shutil.rmtree(folder)


if __name__ == "__main__":
    run(*map(os.path.abspath, sys.argv[1:]))
