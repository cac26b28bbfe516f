#!/usr/bin/env python3
"""What a process and a cancel of a transfer allocate and lock, beside what a create and a cancel of
an export job do: no allocation more, and no lock more but those that wake a worker who sleeps.

usage: hot_path_test.py PROGRAM COUNTS_LIBRARY

One thread serves, asked by one connection, one request after the other; libbelay_counts.so counts
for each thread. Of allocations the median of single requests is judged: one for good, as of a table
that grows, is not each request's. Of locks the least: Asio takes some at every turn of its loop,
and how many turns a request takes is a matter of speed; a lock that each request takes is in the
least, too.
"""

import collections
import pathlib
import statistics
import struct
import sys
import tempfile
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import TENANT, Client, Server  # noqa: E402

REQUESTS = 300
WARM = 100
BATCHES = 8  # until the least has been met: what is really more, is more in all
WAKING = 2  # locks of a process whose transfer wakes the worker: the inbox's and the worker's own
ORGANIZATION = {"X-Organization-Id": TENANT}


class Counts:
    """The page of the library."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as page:
            page.write(bytes(4096))

    def read(self):
        """thread -> (allocations, locks)"""
        with open(self.path, "rb") as page:
            lines = struct.iter_unpack("qqq", page.read()[:4080])
        return {thread: (allocations, locks) for thread, allocations, locks in lines if thread}


class Scene:
    def __init__(self, program, library, folder):
        self.counts = Counts(folder + "/counts")
        self.server = Server(program, folder + "/data", {
            "exports.workers": 0, "http.threads": 1, "rail.submit_delay": "1d",
            "transfers.fee": "1.50", "log.level": "error", "store.snapshot_interval": "1d"})
        self.server.prefix = ["env", f"LD_PRELOAD={library}", f"COUNTS_PAGE={self.counts.path}"]
        self.server.start()
        self.client = Client(self.server, self.server.token(
            scopes=["transfers:read", "transfers:write", "exports:read", "exports:write",
                    "admin"]))
        self.tables = collections.defaultdict(list)

    def ask(self, name, status, path, body=None, headers=None):
        """One request, and what the serving threads have done meanwhile."""
        before = self.counts.read()
        answer = self.client.post(path, body, headers=headers)
        assert answer.status == status, (path, answer.status, answer.body)
        after = self.counts.read()
        spent = {thread: (allocations - before.get(thread, (0, 0))[0],
                          locks - before.get(thread, (0, 0))[1])
                 for thread, (allocations, locks) in after.items()}
        self.tables[name].append(spent)
        return answer.json()

    def keyed(self, **more):
        return {"X-Idempotency": str(uuid.uuid4()), **ORGANIZATION, **more}

    def serving(self):
        """The thread that allocates most in requests."""
        sums = collections.Counter()
        for table in self.tables.values():
            for spent in table:
                for thread, (allocations, _) in spent.items():
                    sums[thread] += allocations
        return sums.most_common(1)[0][0]

    def typical(self, name):
        """The median of its allocations and the least of its locks."""
        thread = self.serving()
        spent = [one.get(thread, (0, 0)) for one in self.tables[name][WARM:]]
        return statistics.median(one[0] for one in spent), min(one[1] for one in spent)


def found_an_account(scene):
    place = f"/v1/organizations/{TENANT}/ledgers"
    (ledger,) = scene.client.get(place).json()["items"]
    place += "/" + ledger["id"]
    made = scene.client.post(place + "/accounts", {"name": "An account", "alias": "@hot",
                                                   "assetCode": "BRL", "type": "deposit"})
    value = "1000000.00"
    done = scene.client.post(place + "/transactions/inflow", {
        "send": {"asset": "BRL", "value": value, "distribute": {"to": [
            {"accountAlias": "@hot", "amount": {"asset": "BRL", "value": value}}]}}})
    assert (made.status, done.status) == (201, 201), (made.body, done.body)
    return made.json()["id"]


def transfers(scene, account):
    for number in range(REQUESTS):
        initiation = scene.ask("initiate", 200, "/v1/transfers/initiate", {
            "senderAccountId": account, "amount": (100 + number) / 100, "purpose": "10",
            "recipient": {"ispb": "60701190", "branch": "0001", "account": "1234567890",
                          "accountType": "CACC", "holderName": "Maria Silva",
                          "holderDocument": "12345678909"}}, scene.keyed())["initiationId"]
        made = scene.ask("process", 200, "/v1/transfers/process", {"initiationId": initiation},
                         scene.keyed())["transferId"]
        scene.ask("cancel", 200, f"/v1/transfers/{made}/cancel", None, scene.keyed())


def exports(scene):
    context = scene.client.make_context().json()["id"]
    body = {"reportType": "MATCHED", "format": "CSV"}
    for _ in range(REQUESTS):
        made = scene.ask("create of an export", 202, f"/v1/contexts/{context}/export-jobs", body,
                         {"X-Idempotency-Key": str(uuid.uuid4())})["jobId"]
        scene.ask("cancel of an export", 200, f"/v1/export-jobs/{made}/cancel", None,
                  {"X-Idempotency-Key": str(uuid.uuid4())})


def compare(found):
    for name, other, waking in (("process", "create of an export", WAKING),
                                ("cancel", "cancel of an export", 0)):
        for what, mine, theirs, more in zip(("allocations", "locks"), found[name], found[other],
                                            (0, waking)):
            if mine > theirs + more:
                yield f"{name}: {mine:g} {what}, {other}: {theirs:g}"


def main():
    with tempfile.TemporaryDirectory(prefix="belay-hot-path-") as folder:
        scene = Scene(sys.argv[1], sys.argv[2], folder)
        try:
            account = found_an_account(scene)
            for _ in range(BATCHES):
                exports(scene)
                transfers(scene, account)
                found = {name: scene.typical(name) for name in scene.tables}
                wrong = list(compare(found))
                if not wrong:
                    break
        finally:
            scene.server.kill()
    for name, (allocations, locks) in found.items():
        print(f"{name}: {allocations:g} allocations, {locks:g} locks")
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main())
