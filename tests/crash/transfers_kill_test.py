#!/usr/bin/env python3
"""kill -9 at random moments of a mixed load of transfers on 50 accounts of which one is hot. Money
that is on hold, transfers and their histories are audited during the load and after every start;
what clients were answered is judged beside it.

usage: transfers_kill_test.py PROGRAM
environment: BELAY_TEST_SIZE=full: 200 kills instead of 20; BELAY_TEST_KILLS=N: so many;
BELAY_TEST_SEED=N.

A round is: a start with a rail of some speed (some starts are killed before they are done), clients
that ask all at once while an auditor reads, a kill at a random moment, `belay verify`, a start with
a rail that stands still, and an audit of all that may have changed. The auditor is one for all
rounds: what it has read once holds after every kill. In the end the rail ends everything, and
nothing is on hold.
"""

import collections
import os
import pathlib
import random
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from audit import Auditor  # noqa: E402
from belay_client import TENANT, Server, wait_for  # noqa: E402
from transfer_history import Checker, all_ended  # noqa: E402
from transfer_load import (FAILED, OWN_ISPB, REJECTED, SLOW, Asked, Place, Pool,  # noqa: E402
                           Teller)
from wire import Connection, Lost  # noqa: E402

ACCOUNTS = 50
POOR = 5         # accounts whose money runs out
CLIENTS = 3
JOIN_SECONDS = 120
SCOPES = ["transfers:read", "transfers:write", "admin"]
ORGANIZATION = f"/v1/organizations/{TENANT}"
COMMON = {"store.ring_bytes": "16MiB", "exports.workers": 0, "transfers.fee": "1.50",
          "transfers.ispb": OWN_ISPB, "rail.slow_delay": "40ms",
          "rail.outcomes": f"{REJECTED}=rejected,{FAILED}=failed,{SLOW}=slow"}
STILL = {**COMMON, "rail.submit_delay": "1d", "rail.accept_delay": "1d", "rail.settle_delay": "1d",
         "rail.slow_delay": "1d", "store.segment_bytes": "1MiB", "store.snapshot_interval": "1s"}
QUICK = {**COMMON, "rail.submit_delay": "1ms", "rail.accept_delay": "1ms",
         "rail.settle_delay": "1ms"}


class Watch(threading.Thread):
    """The auditor, beside the clients, until the server is gone."""

    def __init__(self, auditor):
        super().__init__(name="auditor")
        self.auditor = auditor
        self.findings, self.failure = [], None

    def run(self):
        try:
            while not self.findings:
                self.findings = self.auditor.look()
        except Lost:
            pass
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure


class Killing:
    def __init__(self, program, seed, kills, folder):
        self.random = random.Random(seed)
        self.wanted = kills
        self.server = Server(program, folder + "/data")
        self.checker, self.pool = Checker(), Pool()
        self.auditor = self.connection = None
        self.tellers = []
        self.token = None
        self.counts = dict.fromkeys(("kills", "early kills"), 0)

    def run(self):
        """What was found; nothing if all is well."""
        self.start(STILL)
        self.found_a_bank()
        findings = self.auditor.settle()
        while not findings and self.counts["kills"] < self.wanted:
            findings = self.round()
            if self.counts["kills"] % 10 == 0:
                print(self.told(), flush=True)
        return findings or self.end()

    def ends(self):
        """How many transfers there are of each type and status."""
        sums = collections.Counter(f"{one['type']} {one['status']}"
                                   for one in self.auditor.transfers.values())
        return ", ".join(f"{name}: {number}" for name, number in sorted(sums.items()))

    def told(self):
        between = self.auditor.between
        counts = {**self.counts, **self.checker.counts, **self.auditor.counts,
                  "transfers": len(self.auditor.transfers), "balances explained": between.narrow,
                  "within bounds": between.wide}
        return ", ".join(f"{number} {name}" for name, number in counts.items())

    # The server.

    def start(self, settings):
        self.server.settings = settings
        while self.random.random() < 0.1 and self.token:
            self.server.start(wait=False)
            threading.Event().wait(self.random.random() * 0.15)
            self.server.kill()
            self.counts["early kills"] += 1
        self.server.start()
        self.token = self.token or self.server.token(scopes=SCOPES)
        self.connection = Connection(self.server.port, self.token)
        wait_for(lambda: self.get("/health/ready")[0] == 200, 60, "readiness")

    def get(self, path):
        """How the auditor reads."""
        answer = self.connection.ask(Asked("GET", path, organization=TENANT))
        return answer.status, answer.body

    def kill(self):
        code = self.server.kill()
        return [] if code == -9 else [f"the server had ended with {code} before it was killed"]

    def found_a_bank(self):
        """Accounts with money, the first with the most of it."""
        def ask(method, path, body=None, status=201):
            data = Teller.encoded(body)
            answer = self.connection.ask(Asked(method, path, data, organization=TENANT))
            assert answer.status == status, (path, answer.status, answer.body)
            return answer.json()

        (ledger,) = ask("GET", ORGANIZATION + "/ledgers", status=200)["items"]
        place = f"{ORGANIZATION}/ledgers/{ledger['id']}"
        accounts = []
        for number in range(ACCOUNTS):
            alias = "@hot" if number == 0 else f"@account-{number}"
            made = ask("POST", place + "/accounts",
                       {"name": "An account", "alias": alias, "assetCode": "BRL",
                        "type": "deposit"})
            accounts.append((made["id"], alias))
            value = "5000000.00" if number == 0 else "800.00" if number <= POOR else "500000.00"
            ask("POST", place + "/transactions/inflow", {
                "send": {"asset": "BRL", "value": value, "distribute": {"to": [
                    {"accountAlias": alias, "amount": {"asset": "BRL", "value": value}}]}}})
        self.auditor = Auditor(TENANT, ledger["id"], self.get, self.random.random())
        place = Place(TENANT, ledger["id"], tuple(accounts))
        self.tellers = [Teller(f"teller {number}", place, self.pool, self.random.random())
                        for number in range(CLIENTS)]

    # A round.

    def round(self):
        findings = self.kill() + self.is_sound() + self.load() + self.is_sound()
        if findings:
            return findings
        self.start(STILL)
        is_whole = self.counts["kills"] % 20 == 0 or self.counts["kills"] == self.wanted
        return self.auditor.settle(is_whole) + list(
            self.checker.judge_end(self.auditor.transfers))

    def load(self):
        """A rail whose steps take about as long as a cancel needs to meet them."""
        step = self.random.choice((0, 2, 10, 40, 200))
        small = self.random.random() < 0.7
        delays = [f"{self.random.randint(0, step)}ms" for _ in range(3)]
        self.start({**COMMON, "rail.submit_delay": delays[0], "rail.accept_delay": delays[1],
                    "rail.settle_delay": delays[2],
                    "transfers.duplicate_window": self.random.choice(("0s", "300s")),
                    "store.segment_bytes": "1MiB" if small else "8MiB",
                    "store.snapshot_interval": "1s" if small else "10m"})
        port = self.server.port
        self.tellers = [teller.again(port, self.token, 0.003 + 0.003 * step)
                        for teller in self.tellers]
        watch = Watch(self.auditor)
        for thread in (*self.tellers, watch):
            thread.start()
        # Time that passes by itself: the moment of a kill is what is tried here.
        threading.Event().wait(self.random.choice((0.1, 0.5, 1.0, 3.0)) * self.random.random())
        findings = self.kill()
        self.counts["kills"] += 1
        for thread in (*self.tellers, watch):
            thread.join(JOIN_SECONDS)
            assert not thread.is_alive(), f"{thread.name} hangs"
            if thread.failure:
                raise thread.failure
        events = [event for teller in self.tellers for event in teller.events]
        return findings + watch.findings + self.checker.feed(events)

    def is_sound(self):
        code, text = self.server.verify()
        return [f"belay verify ends with {code}: {text}"] if code else []

    def end(self):
        """All transfers end, and no hold is left."""
        findings = self.kill()
        self.start(QUICK)

        def ended():
            return all_ended(self.auditor.reader.transfers())

        wait_for(ended, 120, "the end of all transfers")
        findings += self.auditor.settle(whole=True)
        findings += self.checker.judge_end(self.auditor.transfers)
        for balance in self.auditor.last_cut.balances.values():
            if balance.on_hold:
                findings.append(f"{balance.alias} has {balance.on_hold} on hold in the end")
        return findings + self.kill() + self.is_sound()


def main():
    program = sys.argv[1]
    seed = int(os.environ.get("BELAY_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    is_full = os.environ.get("BELAY_TEST_SIZE") == "full"
    kills = int(os.environ.get("BELAY_TEST_KILLS", 200 if is_full else 20))
    print(f"seed {seed}, {kills} kills", flush=True)
    with tempfile.TemporaryDirectory(prefix="belay-transfers-") as folder:
        killing = Killing(program, seed, kills, folder)
        began = time.monotonic()
        try:
            findings = killing.run()
        finally:
            if killing.server.process is not None:
                killing.server.kill()
        print(killing.ends())
        print(f"{killing.told()} ({time.monotonic() - began:.1f} s)", flush=True)
    if findings:
        print("\n".join(findings[:40]))
        return f"{len(findings)} findings; seed {seed}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
