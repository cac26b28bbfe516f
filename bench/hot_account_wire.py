#!/usr/bin/env python3
"""Do many cancels on one account wait for one another? Over the wire.

usage: hot_account_wire.py PROGRAM [TRANSFERS [ROUNDS]]     (default: 4000 transfers, 5 rounds)

Transfers are confirmed beforehand, half of them with the money of one account, half with that of
10,000 (or as many as there are transfers), and then cancelled over a few connections that do not
wait for answers. The two take turns in each round. Prints cancels a second and the server's
processor time for each. This client needs about as much of the machine as the server: the ratio is
the result, and processor time tells more than the clock.
"""

import os
import pathlib
import statistics
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "crash")]
from belay_client import TENANT, Server  # noqa: E402
from transfer_load import Asked, Teller  # noqa: E402
from wire import Connection  # noqa: E402

CONNECTIONS = 4
AHEAD = 64  # requests that a connection sends before it takes their answers
ACCOUNTS = 10_000
ORGANIZATION = f"/v1/organizations/{TENANT}/ledgers"


class Bench:
    def __init__(self, program, folder):
        self.server = Server(program, folder + "/data", {
            "exports.workers": 0, "rail.submit_delay": "1d", "transfers.fee": "1.50",
            "store.snapshot_interval": "1d", "log.level": "error",
            "transfers.duplicate_window": "0s"})
        self.server.start()
        token = self.server.token(scopes=["transfers:read", "transfers:write", "admin"])
        self.connections = [Connection(self.server.port, token) for _ in range(CONNECTIONS)]

    def ask_all(self, requests, status):
        """Each connection has a share; gives the answers in the order of the requests."""
        answers = [None] * len(requests)

        def share(number):
            connection = self.connections[number]
            mine = range(number, len(requests), CONNECTIONS)
            for begin in range(0, len(mine), AHEAD):
                part = mine[begin:begin + AHEAD]
                connection.send(*[requests[at] for at in part])
                for at in part:
                    answers[at] = connection.receive()

        threads = [threading.Thread(target=share, args=(number,)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for answer in answers:
            assert answer is not None and answer.status == status, answer
        return answers

    @staticmethod
    def post(path, body=None):
        return Asked("POST", path, Teller.encoded(body), None, str(uuid.uuid4()), TENANT)

    def found_accounts(self, number):
        listed = self.connections[0].ask(Asked("GET", ORGANIZATION, organization=TENANT))
        place = f"{ORGANIZATION}/{listed.json()['items'][0]['id']}"
        made = self.ask_all([self.post(place + "/accounts", {
            "name": "An account", "alias": f"@a{at}", "assetCode": "BRL", "type": "deposit"})
            for at in range(number)], 201)
        value = "1000000.00"
        self.ask_all([self.post(place + "/transactions/inflow", {
            "send": {"asset": "BRL", "value": value, "distribute": {"to": [
                {"accountAlias": f"@a{at}", "amount": {"asset": "BRL", "value": value}}]}}})
            for at in range(number)], 201)
        return [answer.json()["id"] for answer in made]

    def confirmed(self, senders):
        initiations = self.ask_all([self.post("/v1/transfers/initiate", {
            "senderAccountId": sender, "amount": 10, "purpose": "10",
            "recipient": {"ispb": "60701190", "branch": "0001", "account": str(10 ** 8 + at),
                          "accountType": "CACC", "holderName": "Maria Silva",
                          "holderDocument": "12345678909"}})
            for at, sender in enumerate(senders)], 200)
        processed = self.ask_all([self.post("/v1/transfers/process", {
            "initiationId": answer.json()["initiationId"]}) for answer in initiations], 200)
        return [answer.json()["transferId"] for answer in processed]

    def processor_seconds(self):
        with open(f"/proc/{self.server.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def cancel(self, senders):
        """(cancels a second, microseconds of the server's processor time for each)"""
        requests = [self.post(f"/v1/transfers/{name}/cancel") for name in self.confirmed(senders)]
        processor, began = self.processor_seconds(), time.monotonic()
        self.ask_all(requests, 200)
        seconds = time.monotonic() - began
        return (len(requests) / seconds,
                (self.processor_seconds() - processor) / len(requests) * 1e6)


def main():
    transfers = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory(prefix="belay-bench-") as folder:
        bench = Bench(sys.argv[1], folder)
        try:
            accounts = bench.found_accounts(min(ACCOUNTS, transfers))
            kinds = {"one account": [accounts[0]] * transfers,
                     f"{len(accounts)} accounts": [accounts[at % len(accounts)]
                                                   for at in range(transfers)]}
            found = {name: [] for name in kinds}
            for at in range(rounds):
                for name in list(kinds)[::1 if at % 2 == 0 else -1]:
                    found[name].append(bench.cancel(kinds[name]))
        finally:
            bench.server.kill()
    print(f"{transfers} cancels a round, {rounds} rounds, load {os.getloadavg()[0]:.1f}")
    for name, figures in found.items():
        rates = sorted(rate for rate, _ in figures)
        cost = statistics.median(cost for _, cost in figures)
        print(f"{name:>16}: {statistics.median(rates):8.0f} cancels/s "
              f"({rates[0]:.0f}..{rates[-1]:.0f}), {cost:.1f} us of the server each")
    one, many = found.values()
    ratios = sorted(hot[0] / spread[0] for hot, spread in zip(one, many))
    costs = statistics.median(hot[1] for hot in one) / statistics.median(
        spread[1] for spread in many)
    print(f"one against many: {statistics.median(ratios):.2f} ({ratios[0]:.2f}..{ratios[-1]:.2f}); "
          f"processor time {costs:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
