#!/usr/bin/env python3
"""What cancels allocate and lock on the thread that serves them, of jobs that just wait and of jobs
that somebody is at work on; new and replayed, one after the other and pipelined.

usage: cancel_path_test.py PROGRAM COUNTS_LIBRARY

All requests of a row are counted: no lock of our own in any. Of allocations the median of those
sent at once is judged, and while others are at work the least: a thread that falls asleep while
another holds back what it retired leaves that to the others in memory of its own, and how often is
a matter of speed. One lock is known, and counted: a transfer that the rail has is withdrawn under
the simulated rail's own, since what was withdrawn must never be seen accepted. The replay of a
cancel shows the batch as it is now; if it has ended with a file, a URL is signed, which allocates
and is not a cancel's: of running batches new ones are judged. The log thread, which takes a lock of
ours at each flush, is not looked at.
"""

import collections
import socket
import statistics
import sys
import tempfile
import uuid

from hot_path_test import ORGANIZATION, Scene, found_an_account, order
from batch_client import VERSION, line
from belay_client import wait_for

CANCEL_EXPORT = "/v1/export-jobs/:id/cancel"
DEPTHS = (1, 16)  # cancels that are sent at once
OF_EACH = 192  # half of them warm the way
BOTH = ("new", "replayed")  # in this order
RAIL = "SimulatedRail::withdraw"
AT_WORK = {"rail.submit_delay": "10ms", "rail.accept_delay": "1d", "exports.retention": "10m",
           "batches.rows_per_second": 1}


class Cancels:
    """Cancels of one family, over a connection of their own."""

    FORMS = {
        "export": ("/v1/export-jobs/{}/cancel", "X-Idempotency-Key", {}, b""),
        "batch": ("/v2/core/batch_jobs/{}/cancel", "Idempotency-Key",
                  {"Stripe-Version": VERSION, "Content-Type": "application/json"}, b"{}"),
        "transfer": ("/v1/transfers/{}/cancel", "X-Idempotency", ORGANIZATION, b""),
    }

    def __init__(self, scene, family, ids):
        self.scene = scene
        self.all = [self.written(family, each) for each in ids]
        self.socket = socket.create_connection(("127.0.0.1", scene.server.port))
        self.answers = self.socket.makefile("rb")

    def written(self, family, identity):
        path, key, more, body = self.FORMS[family]
        fields = {"Host": "belay", "Authorization": f"Bearer {self.scene.token}",
                  key: str(uuid.uuid4()), "Content-Length": len(body), **more}
        lines = [f"POST {path.format(identity)} HTTP/1.1",
                 *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        return "\r\n".join(lines).encode() + body

    def status(self):
        """Of one answer, which is read to its end."""
        status = int(self.answers.readline().split()[1])
        size = 0
        while (field := self.answers.readline()) != b"\r\n":
            name, value = field.split(b":", 1)
            if name.lower() == b"content-length":
                size = int(value)
        assert len(self.answers.read(size)) == size
        return status

    def send(self, requests, depth):
        for at in range(0, len(requests), depth):
            sent = requests[at:at + depth]
            self.socket.sendall(b"".join(sent))
            answered = [self.status() for _ in sent]
            assert answered == [200] * len(sent), answered

    def spend(self, depth):
        """Sends all; of the second half: the allocations of each that were sent at once, and
        {place: locks of our own}."""
        thread, code = self.scene.serving, self.scene.code
        self.send(self.all[:OF_EACH // 2], depth)
        before = last = self.scene.counts.read()[thread]
        allocations = []
        for at in range(OF_EACH // 2, OF_EACH, depth):
            self.send(self.all[at:at + depth], depth)
            now = self.scene.counts.read()[thread]
            allocations.append(now[0] - last[0])
            last = now
        places = collections.Counter()
        for place, count in last[2].items():
            count -= before[2].get(place, 0)
            if count and not code.is_asio(place):
                places[code.name(place).splitlines()[0]] += count
        return allocations, places

    def judge(self, name, depth, typical, kinds, known):
        """What is wrong with new ones, and with the same again. `known`: whose lock a new one takes
        once."""
        count = OF_EACH - OF_EACH // 2
        for kind in kinds:
            allocations, places = self.spend(depth)
            row = f"{name}, {kind}, {depth} at once"
            told = ", ".join(f"{locks} at {place}" for place, locks in places.items()) or "none"
            print(f"{row}: {sum(allocations)} allocations in {count} cancels, "
                  f"{typical(allocations):g} usually; locks of our own: {told}")
            if typical(allocations):
                yield f"{row}: usually {typical(allocations):g} allocations"
            for place, locks in places.items():
                is_known = kind == "new" and known is not None and known in place
                if locks > (count if is_known else 0):
                    yield f"{row}: {locks} locks in {count} cancels at {place}"

    def close(self):
        self.answers.close()
        self.socket.close()


def exports(scene):
    context = scene.client.make_context().json()["id"]
    return [scene.client.create(context).json()["jobId"] for _ in range(OF_EACH)]


def batches(scene):
    return [scene.batches.create_batch(CANCEL_EXPORT).json()["id"] for _ in range(OF_EACH)]


def running_batches(scene):
    rows = [line(f"row-{number}", {"id": str(uuid.uuid4())}) for number in range(20)]
    return [scene.batches.begin_batch(CANCEL_EXPORT, rows) for _ in range(OF_EACH)]


def transfers(scene, account):
    ids = []
    for number in range(OF_EACH):
        initiation = scene.client.post("/v1/transfers/initiate", order(account, number),
                                       headers=scene.keyed()).json()["initiationId"]
        made = scene.client.post("/v1/transfers/process", {"initiationId": initiation},
                                 headers=scene.keyed())
        ids.append(made.json()["transferId"])
    return ids


def sent_transfers(scene, account):
    ids = transfers(scene, account)
    for each in ids:
        wait_for(lambda place=f"/v1/transfers/{each}": scene.client.get(
            place, headers=ORGANIZATION).json()["status"] == "PENDING", what="the rail")
    return ids


def waiting(scene, account):
    yield "an export", "export", exports(scene), BOTH, None
    yield "a batch", "batch", batches(scene), BOTH, None
    yield "a transfer", "transfer", transfers(scene, account), BOTH, None


def at_work(scene, account):
    yield "an export soon due", "export", exports(scene), BOTH, None
    yield "a transfer that was sent", "transfer", sent_transfers(scene, account), BOTH, RAIL
    yield "a running batch", "batch", running_batches(scene), BOTH[:1], None


def judge(make, typical, settings):
    with tempfile.TemporaryDirectory(prefix="belay-cancel-path-") as folder:
        scene = Scene(sys.argv[1], sys.argv[2], folder, settings)
        try:
            account = found_an_account(scene)
            for depth in DEPTHS:
                for name, family, ids, kinds, known in make(scene, account):
                    cancels = Cancels(scene, family, ids)
                    yield from cancels.judge(name, depth, typical, kinds, known)
                    cancels.close()
        finally:
            scene.server.kill()


def main():
    wrong = [*judge(waiting, statistics.median, {}), *judge(at_work, min, AT_WORK)]
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main())
