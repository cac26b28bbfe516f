"""A belay whose transfers' money a stand-in of Midaz holds, for tests: its clients, its deaths, and
the audit of both sides."""

import pathlib
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import TENANT, Client, Server, wait_for  # noqa: E402
from midaz_stand_in import StandIn  # noqa: E402

LEDGER = "0189a2c4-0000-7000-8000-00000000000a"
SENDER = "0189a2c4-0000-7000-8000-00000000000b"
FUNDS = 500_000
ENDS = {"COMPLETED": "APPROVED", "CANCELLED": "CANCELED", "REJECTED": "CANCELED",
        "FAILED": "CANCELED"}
REJECTED = 13.13  # amounts with an outcome of their own
FAILED = 14.14
PATIENCE = 60  # seconds, for what must come true in the end


# What may happen to each call.
BEFORE_THE_END = [
    {"on": "hold", "hang": "before"}, {"on": "hold", "hang": "after"},
    {"on": "hold", "drop": "before"}, {"on": "hold", "drop": "after"},
    {"on": "hold", "cut": True}, {"on": "hold", "error": [500, "0095"]},
    {"on": "hold", "error": [500, "0128"], "acted": True}, {"on": "hold", "error": [409, "0084"]},
    {"on": "hold", "error": [422, "0174"]}, {"on": "hold", "slow": 0.1},
    {"on": "balances", "drop": "before"}, {"on": "balances", "error": [503, ""]},
    {"on": "cancel", "hang": "before"}, {"on": "cancel", "hang": "after"},
    {"on": "cancel", "drop": "after"}, {"on": "cancel", "cut": True},
    {"on": "cancel", "error": [500, "0095"]},
    {"on": "cancel", "error": [500, "0128"], "acted": True},
    {"on": "cancel", "lock": 0.3}, {"on": "cancel", "error": [422, "0174"]},
]
AT_THE_END = [
    {"on": "commit", "hang": "after"}, {"on": "commit", "drop": "before"},
    {"on": "commit", "drop": "after"}, {"on": "commit", "cut": True},
    {"on": "commit", "error": [500, "0128"], "acted": True}, {"on": "commit", "lock": 0.3},
]


class Teller(Client):
    """A client of the transfer family."""

    def ask(self, path, body=None, key=None):
        return self.post(path, body, headers={"X-Organization-Id": TENANT,
                                              "X-Idempotency": key or str(uuid.uuid4())})

    def insist(self, ask, *arguments):
        """Asks again under the same key until there is an answer."""
        key, end = str(uuid.uuid4()), time.monotonic() + PATIENCE
        while True:
            answer = ask(*arguments, key)
            if "retry-after" not in answer.headers or time.monotonic() > end:
                return answer
            time.sleep(0.05)

    def initiate(self, amount, recipient=None, key=None):
        return self.ask("/v1/transfers/initiate", {
            "senderAccountId": SENDER,
            "recipient": {"ispb": "60701190", "branch": "0001", "account": "1234567890",
                          "accountType": "CACC", "holderName": "Maria Silva",
                          "holderDocument": "12345678909", **(recipient or {})},
            "amount": amount, "purpose": "10", "description": "a transfer"}, key)

    def process(self, initiation, key=None):
        return self.ask("/v1/transfers/process", {"initiationId": initiation}, key)

    def cancel(self, transfer, key=None):
        return self.ask(f"/v1/transfers/{transfer}/cancel", None, key)

    def see(self, transfer):
        return self.get(f"/v1/transfers/{transfer}", headers={"X-Organization-Id": TENANT})

    def state(self, transfer):
        answer = self.see(transfer)
        return answer.json()["status"] if answer.status == 200 else answer.status

    def all(self):
        """Every transfer: its status."""
        found = {}
        while True:
            answer = self.get(f"/v1/transfers?limit=200&offset={len(found)}&sortOrder=asc",
                              headers={"X-Organization-Id": TENANT})
            assert answer.status == 200, answer.body
            found.update({one["transferId"]: one["status"] for one in answer.json()["data"]})
            if not answer.json()["pagination"]["hasNextPage"]:
                return found

    def make(self, amount, **recipient):
        """An initiation."""
        answer = self.insist(self.initiate, amount, recipient)
        assert answer.status == 200, answer.body
        return answer.json()["initiationId"]

    def held(self, amount, **recipient):
        """A transfer whose hold is confirmed."""
        answer = self.insist(self.process, self.make(amount, **recipient))
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json()["transferId"]


class Scene:
    """A belay, its Midaz, and a folder for both."""

    made = []  # by every part, to be ended whatever happens

    def __init__(self, program, folder, **settings):
        Scene.made.append((folder, self))
        self.midaz = StandIn(folder + "/midaz.json")
        self.midaz.start()
        self.midaz.control(accounts=[{"organization": TENANT, "ledger": LEDGER,
                                      "alias": "@sender", "id": SENDER}],
                           fund={"@sender": str(FUNDS)})
        chosen = {"ledger.midaz_url": self.midaz.url, "ledger.midaz_timeout": "400ms",
                  "ledger.midaz_breaker_pause": "500ms", "transfers.ledger": LEDGER,
                  "transfers.fee": "1.50", "transfers.duplicate_window": "0s",
                  "http.commit_timeout": "5s", "rail.submit_delay": "60s",
                  "rail.accept_delay": "10ms", "rail.settle_delay": "10ms",
                  "rail.outcomes": f"{REJECTED}=rejected,{FAILED}=failed", "exports.workers": 0}
        chosen.update(settings)
        self.server = Server(program, folder + "/data", chosen)
        self.server.start()
        self.teller = Teller(self.server, self.server.token())

    def restart(self):
        """Killed, and started again."""
        self.server.kill()
        self.server.start()
        self.teller = Teller(self.server, self.server.token())

    def end(self):
        self.server.kill()
        self.midaz.kill()

    def wait(self, transfer, status):
        wait_for(lambda: self.teller.state(transfer) == status, PATIENCE, f"{status} {transfer}")

    def audit(self):
        """What both sides hold in the end."""
        transfers = self.teller.all()
        state = self.midaz.state()
        held = {one["metadata"]["transferId"]: one for one in state["transactions"].values()}
        assert len(held) == len(state["transactions"]), "a transfer was held twice"
        assert set(held) == set(transfers), (
            f"held without a transfer: {set(held) - set(transfers)}, "
            f"a transfer without a hold: {set(transfers) - set(held)}")
        for transfer, one in held.items():
            status = transfers[transfer]
            assert ENDS.get(status) == one["status"]["code"], (transfer, status, one["status"])
            counts = one["counts"]
            committed = one["status"]["code"] == "APPROVED"
            assert counts == {"held": 1, "committed": int(committed),
                              "released": int(not committed)}, (transfer, counts)
        balances = {one["alias"]: one for one in state["accounts"].values()}
        for alias, one in balances.items():
            assert float(one["onHold"]) == 0, (alias, one)
        return len(transfers)
