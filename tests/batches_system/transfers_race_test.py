#!/usr/bin/env python3
"""A batch cancels transfers while the rail processes the same ones and other clients cancel them:
what each row is told is what became of its transfer, each hold has ended once, and the books are
balanced.

usage: transfers_race_test.py PROGRAM
environment: BELAY_TEST_TRANSFERS=N: so many; else BELAY_TEST_SIZE=full: 100,000, or 2,000;
BELAY_TEST_SEED=N.

Transfers are confirmed while the rail stands still, and the job is given to a server that runs a
row a second, so that both begin together: at the next start.
"""

import collections
import json
import os
import pathlib
import random
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "crash")]
from audit import Auditor  # noqa: E402
from audit.paths import ENDED  # noqa: E402
from batch_stream import StreamClient, counts, encoded, is_over  # noqa: E402
from belay_client import TENANT, Server, wait_for  # noqa: E402
from operations import SCOPES, Operations, initiation_of  # noqa: E402
from transfer_history import all_ended  # noqa: E402

ACCOUNTS = 40
CLIENTS = 2
AT_ONCE = 1000  # transfers that are made in one go
SECONDS = 1800
PATH = "/v1/transfers/:id/cancel"
COMMON = {"exports.workers": 0, "transfers.fee": "1.50", "transfers.duplicate_window": "0s",
          "log.level": "error", "batches.lease": "1s"}
STILL = {**COMMON, "rail.submit_delay": "1d", "batches.rows_per_second": 1}


class Rival(threading.Thread):
    """Another client, who cancels some of the transfers; keeps what it was told."""

    def __init__(self, server, token, names):
        super().__init__()
        self.operations = Operations(server, token, connections=1)
        self.names, self.told, self.failure = names, {}, None

    def run(self):
        try:
            connection = self.operations.connections[0]
            for name in self.names:
                answer = connection.ask(self.operations.asked("POST",
                                                              f"/v1/transfers/{name}/cancel"))
                self.told[name] = (answer.status, answer.json())
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure
        finally:
            self.operations.close()


class Race:
    def __init__(self, program, folder, number, seed):
        self.random, self.number = random.Random(seed), number
        self.server = Server(program, folder + "/data")
        self.token = self.operations = self.client = None

    def start(self, settings):
        self.server.settings = settings
        self.server.start()
        self.token = self.token or self.server.token(scopes=SCOPES)
        self.operations = Operations(self.server, self.token)
        self.client = StreamClient(self.server, self.token)

    def run(self):
        self.start(STILL)
        accounts = self.operations.accounts(ACCOUNTS, "10000000.00")
        transfers = []
        for begin in range(0, self.number, AT_ONCE):
            transfers += self.operations.confirmed(self.operations.initiations(
                [initiation_of(accounts[at % ACCOUNTS], (at % 5000 + 100) / 100, at)
                 for at in range(begin, min(begin + AT_ONCE, self.number))]))
        # What the rail comes to first, and what the batch does, shall not be the same.
        rows = dict(enumerate(self.random.sample(transfers, self.number)))
        job = self.client.begin_stream(PATH, (encoded(f"r{at}", {"id": name})
                                              for at, name in rows.items()))
        self.wait(job, lambda shown: shown["status"] == "in_progress")
        # In order: a job is given back then, and waits for no lease.
        assert self.server.end() == 0
        delays = {f"rail.{step}_delay": f"{self.random.choice((0, 1, 20))}ms"
                  for step in ("submit", "accept", "settle")}
        self.start({**COMMON, **delays, "batches.rows_per_second": 0})
        began = time.monotonic()
        rivals = [Rival(self.server, self.token, self.random.sample(transfers, self.number // 10))
                  for _ in range(CLIENTS)]
        for rival in rivals:
            rival.start()
        shown = self.wait(job, is_over)
        seconds = time.monotonic() - began
        for rival in rivals:
            rival.join()
            assert rival.failure is None, rival.failure
        assert shown["status"] == "complete" and sum(counts(shown)) == self.number, shown
        told = self.read(shown, rows)
        print(f"the job took {seconds:.1f} s beside the rail; now everything is read", flush=True)
        auditor = self.at_rest()
        self.judge(told, [rival.told for rival in rivals], auditor.transfers)
        won = sum(status == 200 for status, _ in told.values())
        states = collections.Counter(one["status"] for one in auditor.transfers.values())
        print(f"{self.number} transfers in {seconds:.1f} s ({delays}): {won} rows were answered "
              f"200, {self.number - won} too late; {dict(states)}; {auditor.counts}", flush=True)

    def wait(self, job, reached):
        def looked():
            shown = self.client.job(job)
            return shown if reached(shown) else None

        return wait_for(looked, SECONDS, "the job")

    def at_rest(self):
        """Everything has ended: holds have ended as their transfers did, and books are balanced."""
        self.operations.close()  # its connections have been idle for long
        self.operations = Operations(self.server, self.token)
        auditor = Auditor(TENANT, self.operations.ledger(), self.operations.reader())
        wait_for(lambda: all_ended(auditor.reader.transfers()), SECONDS, "the end of transfers")
        findings = auditor.settle(whole=True)
        findings += [f"{one.alias} has {one.on_hold} on hold in the end"
                     for one in auditor.last_cut.balances.values() if one.on_hold]
        assert not findings, "\n".join(findings[:20])
        assert len(auditor.transfers) == self.number
        return auditor

    def read(self, shown, rows):
        """transfer -> (status, response) of its row"""
        told = {}
        for line in self.client.judged_lines(shown):
            name = rows[int(line["id"][1:])]
            assert name not in told, f"row {line['id']} is in the output twice"
            told[name] = (line["status"], line["response"])
        assert len(told) == self.number
        return told

    @staticmethod
    def judge(told, rivals, transfers):
        findings = []
        for answers in (told, *rivals):
            for name, (status, answer) in answers.items():
                wrong = judge_answer(status, answer, transfers[name])
                if wrong:
                    findings.append(f"transfer {name} is {transfers[name]['status']}, and a "
                                    f"cancel was answered {status} {json.dumps(answer)}: {wrong}")
        for name, one in transfers.items():
            if one["status"] == "CANCELLED" and told[name][0] != 200:
                findings.append(f"transfer {name} is CANCELLED, its row says {told[name]}")
            if one["status"] not in ENDED:
                findings.append(f"transfer {name} is {one['status']}")
        assert not findings, f"{len(findings)} findings\n" + "\n".join(findings[:20])


def judge_answer(status, answer, transfer):
    """What is wrong with what a cancel of this transfer was told; None if nothing."""
    if status == 200:
        last = transfer["statusHistory"][-1]
        if transfer["status"] != "CANCELLED" or answer["status"] != "CANCELLED":
            return "it is not canceled"
        return None if answer["cancelledAt"] == last["timestamp"] else "at another time"
    if status != 422 or answer["error"]["code"] != "BTF-0204":
        return "no such answer can be"
    was = answer["error"]["fields"]["currentStatus"]
    path = [step["status"] for step in transfer["statusHistory"]]
    return None if was in path and transfer["status"] != "CANCELLED" else "it never was too late"


def main():
    seed = int(os.environ.get("BELAY_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    full = os.environ.get("BELAY_TEST_SIZE") == "full"
    number = int(os.environ.get("BELAY_TEST_TRANSFERS", 100_000 if full else 2000))
    print(f"seed {seed}, {number} transfers", flush=True)
    with tempfile.TemporaryDirectory(prefix="belay-race-") as folder:
        race = Race(sys.argv[1], folder, number, seed)
        try:
            race.run()
        finally:
            race.server.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
