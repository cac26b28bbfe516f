#!/usr/bin/env python3
"""kill -9 while batch jobs are made, uploaded, checked, run, canceled and read: at random moments,
and right before and after calls on their files. Rows run in process and on an upstream that keeps
keys.

usage: batches_kill_test.py PROGRAM [FAULTS]
environment: BELAY_TEST_SIZE=full: 100 kills instead of 10; BELAY_TEST_KILLS=N: so many;
BELAY_TEST_SEED=N.

A round is: a start at some pace (some starts are killed before they are done), jobs of all kinds,
users who see to them, a kill (or SIGTERM), and `belay verify`. What a user was in the middle of he
goes on with after the next start. In the end all jobs are seen to their end, and the targets are
asked what rows have done: each row that is in an output once, no other one at all.
"""

import collections
import os
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(pathlib.Path(__file__).resolve().parent)]
from audit.reading import Reader  # noqa: E402
from batch_client import VERSION  # noqa: E402
from batch_history import Batch  # noqa: E402
from batch_kinds import KINDS, Effects  # noqa: E402
from batch_load import User, judge_effects  # noqa: E402
from batch_stream import PACED_VERSION  # noqa: E402
from belay_client import TENANT, Server  # noqa: E402
from faults import Faults  # noqa: E402
from operations import SCOPES, Operations, initiation_of  # noqa: E402
from upstream_stand_in import StandIn  # noqa: E402

USERS = 4
ROWS_MAX = 160
JOIN_SECONDS = 120
END_SECONDS = 300
CALL_SECONDS = 3  # so long a call to be killed at is waited for
COMMON = {"store.ring_bytes": "16MiB", "store.segment_bytes": "1MiB",
          "store.snapshot_interval": "1s", "exports.workers": 0,
          "transfers.duplicate_window": "1h", "batches.lease": "1s"}
CALLS = ("pwrite", "fdatasync", "fsync", "renameat", "openat", "ftruncate")


class Killing:
    def __init__(self, program, library, seed, kills, folder):
        self.random = random.Random(seed)
        self.wanted = kills
        self.server = Server(program, folder + "/data")
        self.faults = Faults(library, folder + "/faults") if library else None
        if self.faults:
            self.server.prefix = self.faults.prefix
        self.upstream = StandIn().start()
        self.fresh, self.made, self.contexts = [], [], []
        self.users = [User(number, self.fresh, self.upstream, self.random.random())
                      for number in range(USERS)]
        self.token = self.operations = None
        self.accounts = []
        self.transfers_made = 0
        self.frozen = {}  # canceled before a kill: id -> rows that had acted
        self.counts = collections.Counter()

    def run(self):
        """What was found; nothing if all is well."""
        findings = []
        while not findings and self.counts["kills"] < self.wanted:
            findings = self.round()
            if self.counts["rounds"] % 10 == 0:
                print(self.told(), flush=True)
        return findings or self.end()

    def told(self):
        return ", ".join(f"{number} {name}" for name, number in self.counts.items())

    # The server.

    def start(self, settings):
        self.server.settings = {**COMMON, "batches.upstream": self.upstream.url, **settings}
        while self.token and self.random.random() < 0.1:
            self.server.start(wait=False)
            threading.Event().wait(self.random.random() * 0.3)
            self.server.kill()
            self.counts["early kills"] += 1
        self.server.start()
        self.token = self.token or self.server.token(scopes=SCOPES)
        self.operations = Operations(self.server, self.token)
        self.accounts = self.accounts or self.operations.accounts(4, "1000000.00")

    def is_sound(self):
        code, text = self.server.verify()
        return [f"belay verify ends with {code}: {text}"] if code else []

    # Jobs.

    def make_batch(self, kind):
        number = self.random.randint(1, ROWS_MAX)
        names = [f"row-{at}" for at in range(number)]
        batch = Batch(f"batch-{len(self.made)}-{kind.name.replace(' ', '-')}", kind,
                      dict(zip(names, self.subjects(kind, number))))
        batch.skips = self.random.random() < 0.4
        batch.version = PACED_VERSION if self.random.random() < 0.3 else VERSION
        batch.pace = 100 if batch.version == PACED_VERSION else None
        if self.random.random() < 0.5:
            batch.fate = self.random.choice(("ready_for_upload", "validating", "in_progress",
                                             *[self.random.randint(1, number)] * 4))
        if kind.name in ("make exports", "cancel exports"):
            batch.context = self.contexts[-1]
        self.made.append(batch)
        return batch

    def subjects(self, kind, number):
        operations = self.operations
        if kind.name == "upstream":
            return [f"cus_{at}" for at in range(number)]
        if kind.name in ("make exports", "cancel exports"):
            self.contexts.append(operations.context())
            return (operations.exports(self.contexts[-1], number)
                    if kind.name == "cancel exports" else [None] * number)
        # No two have the same content: that is what the guard against duplicates looks at.
        first = self.counts["amounts"] + 100
        self.counts["amounts"] += number
        sender = self.random.choice(self.accounts)
        contents = [(sender, (first + at) / 100, first + at) for at in range(number)]
        if kind.name == "initiate":
            return contents
        initiations = operations.initiations([initiation_of(*one) for one in contents])
        if kind.name == "process":
            return initiations
        self.transfers_made += number
        return operations.confirmed(initiations)

    # A round.

    def round(self):
        self.counts["rounds"] += 1
        step = self.random.choice((0, 10, 200, 86400000))
        under_way = self.random.choice((1, 4, 16, 64))
        self.start({"batches.rows_per_second": self.random.choice((0, 50, 200, 1000)),
                    "batches.max_in_flight": under_way, "rail.submit_delay": f"{step}ms",
                    "rail.settle_delay": f"{step}ms"})
        while len(self.fresh) < USERS:
            self.fresh.append(self.make_batch(self.random.choice(KINDS)))
        self.operations.close()
        self.users = [user.again(self.server, self.token, under_way) for user in self.users]
        for user in self.users:
            user.start()
        findings = self.end_server()
        self.join()
        self.freeze()
        return findings + [what for user in self.users for what in user.findings] + self.is_sound()

    def end_server(self):
        chance = self.random.random()
        if self.faults and chance < 0.4:
            return self.kill_at_call()
        # Time that passes by itself: the moment of a kill is what is tried here.
        threading.Event().wait(self.random.choice((0.1, 0.5, 1.0, 3.0)) * self.random.random())
        if chance < 0.5:
            code = self.server.end(signal.SIGTERM)
            self.counts["orderly ends"] += 1
            return [] if code == 0 else [f"SIGTERM ended with {code}"]
        return self.kill()

    def kill(self):
        code = self.server.kill()
        self.counts["kills"] += 1
        return [] if code == -9 else [f"the server had ended with {code} before it was killed"]

    def kill_at_call(self):
        """Right before or after one of the next calls on a file of batches."""
        self.faults.rule(self.random.choice(("kill before", "kill after")),
                         self.random.choice(CALLS), "files/batches",
                         first=self.random.choice((1, 1, 2, 3, 10, 30)))
        end = time.monotonic() + CALL_SECONDS
        while self.server.process.poll() is None and time.monotonic() < end:
            threading.Event().wait(0.005)
        self.counts["kills at calls"] += self.server.process.poll() is not None
        findings = self.kill()
        self.faults.end()
        return findings

    def join(self):
        for user in self.users:
            user.join(JOIN_SECONDS)
            assert not user.is_alive(), f"{user.name} hangs"
            if user.failure:
                raise user.failure

    def freeze(self):
        """With the server gone: what rows have done on the upstream of a job whose cancel was
        answered is all that they ever will have."""
        open_jobs = [user.batch.id for user in self.users
                     if user.batch and user.batch.cancelled and user.batch.kind.name == "upstream"]
        if not open_jobs:
            return
        # What had arrived by then is answered by then: the upstream is one thread.
        last, same = None, 0
        while same < 3:
            state = self.upstream.state()
            now = (state["requests"], state["in_flight"])
            same = same + 1 if now == last and now[1] == 0 else 0
            last = now
        acted = self.upstream.effects()
        for job in open_jobs:
            self.frozen[job] = {key for key in acted if key.startswith(job)}
        self.counts["jobs killed after their cancel"] += len(open_jobs)

    # The end.

    def end(self):
        self.start({"batches.rows_per_second": 0, "batches.max_in_flight": 64,
                    "rail.submit_delay": "1ms", "rail.settle_delay": "1ms"})
        began = time.monotonic()
        findings = []
        while not findings and (self.fresh or any(user.batch for user in self.users)):
            self.users = [user.again(self.server, self.token, 64) for user in self.users]
            for user in self.users:
                user.start()
            self.join()
            findings = [what for user in self.users for what in user.findings]
            assert time.monotonic() - began < END_SECONDS, "jobs do not end"
        if findings:
            return findings
        ended = [batch for user in self.users for batch in user.ended]
        findings += self.judge(ended)
        self.operations.close()
        self.kill()
        for batch in ended:
            self.counts[f"{batch.end['status']} ({batch.kind.name})"] += 1
            self.counts["rows answered"] += len(batch.output.lines)
            self.counts["outcome_unknown"] += sum(line.is_unknown()
                                                  for line in batch.output.lines.values())
        return findings + self.is_sound()

    def judge(self, ended):
        if len(ended) != len(self.made):
            return [f"{len(ended)} of {len(self.made)} jobs have ended"]
        # Transfers still move: those that are on their way are not canceled by anybody now.
        reader = Reader(self.operations.reader(), TENANT, self.operations.ledger())
        effects = Effects(self.upstream.effects(),
                          {context: dict(self.operations.listed_exports(context))
                           for context in self.contexts},
                          {name: one["status"] for name, one in reader.transfers().items()})
        findings = list(judge_effects(ended, effects))
        processed = sum(len(batch.output.lines) for batch in ended if batch.kind.name == "process")
        if len(effects.transfers) != self.transfers_made + processed:
            findings.append(f"{len(effects.transfers)} transfers are there; {self.transfers_made} "
                            f"were made beforehand and {processed} by rows")
        for job, then in self.frozen.items():
            now = {key for key in effects.upstream if key.startswith(job)}
            if now != then:
                findings.append(f"{job} was canceled before a kill, and after it acted for "
                                f"{sorted(now - then)[:5]}")
        return findings


def main():
    program = sys.argv[1]
    library = sys.argv[2] if len(sys.argv) > 2 else None
    seed = int(os.environ.get("BELAY_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    is_full = os.environ.get("BELAY_TEST_SIZE") == "full"
    kills = int(os.environ.get("BELAY_TEST_KILLS", 100 if is_full else 10))
    print(f"seed {seed}, {kills} kills", flush=True)
    with tempfile.TemporaryDirectory(prefix="belay-batches-") as folder:
        killing = Killing(program, library, seed, kills, folder)
        began = time.monotonic()
        try:
            findings = killing.run()
        finally:
            if killing.server.process is not None:
                killing.server.kill()
            killing.upstream.kill()
        print(f"{killing.told()} ({time.monotonic() - began:.1f} s)", flush=True)
        if findings:
            print("\n".join(findings[:40]))
            print(killing.server.log_text()[-3000:])
            return f"{len(findings)} findings; seed {seed}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
