#!/usr/bin/env python3
"""What a cancel of each family allocates and locks: nothing, but for what Asio locks, which is
counted beside. And a process of a transfer, beside a create of an export job: no allocation more,
and no lock more but those that wake a worker who sleeps.

usage: hot_path_test.py PROGRAM COUNTS_LIBRARY

One thread serves, asked by one connection, one request after the other; libbelay_counts.so counts
for each thread. Of allocations and of locks of our own the median of single requests is judged: one
for good, as of a table that grows, is not each request's. Of locks with Asio's the least: it takes
some at every turn of its loop, and how many turns a request takes is a matter of speed; a lock that
each request takes is in the least, too. A lock is Asio's if the innermost code that takes it stands
in a file of its: functions of ours have names that tell of Asio, too.
"""

import collections
import functools
import pathlib
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from batch_client import BatchClient  # noqa: E402
from belay_client import TENANT, Client, Server  # noqa: E402

REQUESTS = 300
WARM = 100
BATCHES = 8  # until the least has been met: what is really more, is more in all
WAKING = 2  # locks of a process whose transfer wakes the worker: the inbox's and the worker's own
ORGANIZATION = {"X-Organization-Id": TENANT}


class Counts:
    """The pages of the library."""

    PAGE = 4096

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as pages:
            pages.write(bytes(8 * self.PAGE))

    def read(self):
        """thread -> (allocations, locks, {place of the code: locks})"""
        with open(self.path, "rb") as file:
            pages = file.read()
        lines = list(struct.iter_unpack("qqq", pages[:self.PAGE - self.PAGE % 24]))
        sites = collections.defaultdict(dict)
        for place, locks in struct.iter_unpack("qq", pages[self.PAGE:]):
            if place:
                sites[place >> 48][place & (1 << 48) - 1] = locks
        return {thread: (allocations, locks, sites[number])
                for number, (thread, allocations, locks) in enumerate(lines) if thread}


class Code:
    """Whose code is at an address of the running program."""

    def __init__(self, program, process):
        self.program = str(pathlib.Path(program).resolve())
        self.process = process
        self.maps = pathlib.Path(f"/proc/{process}/maps").read_text().splitlines()

    @functools.cache
    def is_asio(self, address):
        lines = self.name(address).splitlines()
        return len(lines) > 1 and "/boost/asio/" in lines[1]

    @functools.cache
    def name(self, address):
        for line in self.maps:
            begin, end, offset, path = re.match(
                r"(\w+)-(\w+) \S+ (\w+) \S+ \S+ *(.*)", line).groups()
            if int(begin, 16) <= address < int(end, 16):
                if path != self.program:
                    return path
                # The call is before the place that it returns to.
                asked = address - int(begin, 16) + int(offset, 16) - 1 + self.shift()
                return subprocess.run(["addr2line", "-Cfi", "-e", path, hex(asked)], text=True,
                                      capture_output=True, check=True).stdout
        return "nowhere"

    @functools.cache
    def shift(self):
        """From a place in the file to the address that it was linked for."""
        headers = subprocess.run(["readelf", "-lW", self.program], text=True, capture_output=True,
                                 check=True).stdout
        offset, address = re.search(r"LOAD\s+0x(\w+) 0x(\w+) \S+ \S+ \S+ R E", headers).groups()
        return int(address, 16) - int(offset, 16)


class Scene:
    def __init__(self, program, library, folder, settings=()):
        self.counts = Counts(folder + "/counts")
        self.server = Server(program, folder + "/data", {
            "exports.workers": 0, "http.threads": 1, "rail.submit_delay": "1d",
            "transfers.fee": "1.50", "log.level": "error", "store.snapshot_interval": "1d",
            **dict(settings)})
        self.server.prefix = ["env", f"LD_PRELOAD={library}", f"COUNTS_PAGE={self.counts.path}"]
        self.server.start()
        self.token = self.server.token(
            scopes=["transfers:read", "transfers:write", "exports:read", "exports:write",
                    "batches:read", "batches:write", "admin"])
        self.client = Client(self.server, self.token)
        self.batches = BatchClient(self.server, self.token)
        self.code = Code(program, self.server.process.pid)
        self.tables = collections.defaultdict(list)
        self.serving = self.find_serving()

    def ask(self, name, status, path, body=None, headers=None):
        """One request, and what the serving threads have done meanwhile."""
        return self.spend(name, lambda: self.client.post(path, body, headers=headers), status)

    def spend(self, name, request, status):
        nothing = (0, 0, {})
        before = self.counts.read()
        answer = request()
        assert answer.status == status, (name, answer.status, answer.body)
        after = self.counts.read()
        self.tables[name].append({
            thread: (allocations - before.get(thread, nothing)[0],
                     locks - before.get(thread, nothing)[1],
                     {place: count - before.get(thread, nothing)[2].get(place, 0)
                      for place, count in sites.items()})
            for thread, (allocations, locks, sites) in after.items()})
        return answer.json()

    def keyed(self, **more):
        return {"X-Idempotency": str(uuid.uuid4()), **ORGANIZATION, **more}

    def find_serving(self):
        """The thread that allocates most in requests, before anything else is under way."""
        before = self.counts.read()
        for _ in range(50):
            assert self.client.make_context().status == 201
        after = self.counts.read()
        return max(after, key=lambda thread: after[thread][0] - before.get(thread, (0,))[0])

    def typical(self, name):
        """The median of its allocations, the least of its locks, the median of those that are not
        Asio's."""
        thread = self.serving
        spent = [one.get(thread, (0, 0, {})) for one in self.tables[name][WARM:]]
        own = [sum(count for place, count in one[2].items() if not self.code.is_asio(place))
               for one in spent]
        return (statistics.median(one[0] for one in spent), min(one[1] for one in spent),
                statistics.median(own))

    def own_places(self, name):
        """Where the locks that are not Asio's were taken."""
        thread = self.serving
        places = {place for one in self.tables[name][WARM:]
                  for place, count in one.get(thread, (0, 0, {}))[2].items()
                  if count and not self.code.is_asio(place)}
        return [self.code.name(place).splitlines()[0] for place in places]


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


def order(account, number):
    return {"senderAccountId": account, "amount": (100 + number) / 100, "purpose": "10",
            "recipient": {"ispb": "60701190", "branch": "0001", "account": "1234567890",
                          "accountType": "CACC", "holderName": "Maria Silva",
                          "holderDocument": "12345678909"}}


def transfers(scene, account):
    for number in range(REQUESTS):
        initiation = scene.ask("initiate", 200, "/v1/transfers/initiate", order(account, number),
                               scene.keyed())["initiationId"]
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


def batches(scene):
    for _ in range(REQUESTS):
        made = scene.spend("create of a batch",
                           lambda: scene.batches.create_batch("/v1/export-jobs/:id/cancel"), 200)
        scene.spend("cancel of a batch", lambda job=made["id"]: scene.batches.cancel_batch(
            job, **{"Idempotency-Key": str(uuid.uuid4())}), 200)


CANCELS = ("cancel of an export", "cancel of a batch", "cancel")


def compare(found):
    for name in CANCELS:
        allocations, _, own_locks = found[name]
        if allocations or own_locks:
            yield f"{name}: {allocations:g} allocations, {own_locks:g} locks of our own, want none"
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
                batches(scene)
                transfers(scene, account)
                found = {name: scene.typical(name) for name in scene.tables}
                wrong = list(compare(found))
                if not wrong:
                    break
        finally:
            scene.server.kill()
    for name, (allocations, locks, own_locks) in found.items():
        print(f"{name}: {allocations:g} allocations, {own_locks:g} locks of our own, "
              f"{locks:g} with Asio's")
        if name in CANCELS and own_locks:
            print("  at " + ", ".join(scene.own_places(name)))
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main())
