"""Clients of the transfer family that press where it may be weak: cancels that race what the rail
does and one another, confirmations of one initiation by two, keys that are sent again, also after a
restart, and lookers who cancel what they see before its maker knows of it."""

import dataclasses
import json
import random
import threading
import time
import uuid
from typing import Optional

from transfer_history import Event
from wire import Connection, Lost, Request

REJECTED, FAILED, SLOW = 13.13, 14.14, 15.15
OWN_ISPB = "99999999"
RECENT = 50


@dataclasses.dataclass(frozen=True)
class Asked(Request):
    """A request of the transfer family; `key` is its X-Idempotency."""

    organization: str = ""
    kind: str = "other"
    subject: Optional[str] = None

    def head(self, token):
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: belay.test",
                 f"Authorization: Bearer {token}", f"X-Organization-Id: {self.organization}"]
        if self.key is not None:
            # The ledger's keys live five minutes unless they are told how long.
            lines += [f"X-Idempotency: {self.key}", "X-TTL: 86400"]
        if self.method != "GET":
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the money is. The first account is the hot one."""

    tenant: str
    ledger: str
    accounts: tuple  # (id, alias)


class Pool:
    """What the clients share. Lists that only grow: a list's append needs no lock in Python."""

    def __init__(self):
        self.transfers, self.initiations, self.keyed = [], [], []


class Teller(threading.Thread):
    """Made anew for each start, with the memory of the one before. `pace`: about how long a
    transfer takes."""

    def __init__(self, name, place, pool, seed):
        super().__init__(name=f"teller {name}")
        self.label, self.place, self.pool = name, place, pool
        self.random = random.Random(seed)
        self.pace = 0.0
        self.lost = []  # asks with a key whose answer was lost
        self.events, self.connections = [], []
        self.failure = None

    def again(self, port, token, pace):
        following = Teller(self.label, self.place, self.pool, self.random.random())
        following.lost, following.pace = self.lost, pace
        following.connections = [Connection(port, token) for _ in range(2)]
        return following

    def disconnect(self):
        for connection in self.connections:
            connection.close()

    def run(self):
        try:
            self.ask_again()
            while True:
                self.one_thing()
        except Lost:
            pass
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure
        finally:
            self.disconnect()

    # One or two requests at once.

    def ask(self, *asked):
        """The first goes over the first connection, the second over the second, both before either
        is answered. Gives the events."""
        events = []
        for one, connection in zip(asked, self.connections):
            event = Event(time.monotonic(), None, one.kind, one.path, one.key, one.body,
                          one.subject)
            self.events.append(event)
            events.append(event)
            try:
                connection.send(one)
            except Lost:
                self.remember(*asked[:len(events)])
                raise
        for number, (one, event) in enumerate(zip(asked, events)):
            try:
                answer = self.connections[number].receive()
            except Lost:
                self.remember(*asked[number:])
                raise
            event.status, event.body = answer.status, answer.body
            event.replayed = answer.fields.get("x-idempotency-replayed")
            event.ended = time.monotonic()
            self.learn(one, event)
        return events

    def remember(self, *asked):
        self.lost += [one for one in asked if one.key is not None and one.kind != "clash"]

    def learn(self, asked, event):
        if asked.key is not None and asked.kind != "clash" and event.is_kept():
            self.pool.keyed.append(asked)
        if event.status == 200 and asked.kind == "initiate":
            self.pool.initiations.append(event.json()["initiationId"])
        if event.status == 200 and asked.kind == "process":
            self.pool.transfers.append(event.json()["transferId"])

    def ask_again(self):
        """What was lost with the last process: under the same key, and then once more."""
        lost, self.lost = self.lost, []
        for one in lost:
            try:
                self.ask(one)
                self.ask(one)
            except Lost:
                self.remember(*lost[lost.index(one) + 1:])
                raise

    # The requests.

    @staticmethod
    def encoded(body):
        return json.dumps(body).encode() if body is not None else b""

    def post(self, kind, path, body=None, subject=None, keyed=True):
        key = str(uuid.UUID(int=self.random.getrandbits(128))) if keyed else None
        return Asked("POST", path, self.encoded(body), None, key, self.place.tenant, kind, subject)

    def read(self, kind, path, subject=None):
        return Asked("GET", path, organization=self.place.tenant, kind=kind, subject=subject)

    def initiate(self):
        accounts = self.place.accounts
        sender = accounts[0] if self.random.random() < 0.4 else self.random.choice(accounts)
        is_p2p = self.random.random() < 0.4
        target = self.random.choice([one for one in accounts if one != sender])
        amount = self.random.choice([REJECTED, FAILED, SLOW]) if self.random.random() < 0.15 \
            else self.random.randint(100, 60000) / 100
        return self.post("initiate", "/v1/transfers/initiate", {
            "senderAccountId": sender[0], "amount": amount, "purpose": "10",
            "description": "of a load",
            "recipient": {"ispb": OWN_ISPB if is_p2p else "60701190", "branch": "0001",
                          "account": target[1] if is_p2p else str(self.random.randrange(10 ** 8)),
                          "accountType": "CACC", "holderName": "Maria Silva",
                          "holderDocument": "12345678909"}})

    def process(self, initiation):
        return self.post("process", "/v1/transfers/process", {"initiationId": initiation},
                         initiation)

    def cancel(self, transfer):
        reason = {"reason": "a load"} if self.random.random() < 0.5 else None
        return self.post("cancel", f"/v1/transfers/{transfer}/cancel", reason, transfer)

    def get(self, transfer):
        return self.read("get", f"/v1/transfers/{transfer}", transfer)

    def newest(self, limit):
        return self.read("list", f"/v1/transfers?limit={limit}&sortOrder=desc")

    # The things that a client does.

    def one_thing(self):
        self.random.choices(
            (self.one_transfer, self.stalk, self.cancel_any, self.replay, self.look, self.clash,
             self.money_comes, self.charge_back), (40, 12, 8, 10, 8, 2, 4, 1))[0]()

    def held(self):
        """A new transfer, sometimes confirmed by two at once; None if it could not be paid."""
        (event,) = self.ask(self.initiate())
        if event.status != 200:
            return None
        initiation = event.json()["initiationId"]
        times = 2 if self.random.random() < 0.2 else 1
        events = self.ask(*[self.process(initiation) for _ in range(times)])
        made = [event.json()["transferId"] for event in events if event.status == 200]
        return made[0] if made else None

    def one_transfer(self):
        transfer = self.held()
        chance = self.random.random()
        if transfer is None or chance < 0.25:
            return
        if chance > 0.4:
            # Of all moments of a transfer's life.
            threading.Event().wait(self.random.random() * self.random.random() * self.pace)
        times = 2 if self.random.random() < 0.5 else 1
        self.ask(*[self.cancel(transfer) for _ in range(times)])
        if self.random.random() < 0.3:
            self.ask(self.cancel(transfer), self.get(transfer))

    def stalk(self):
        """Cancels what the list shows, maybe before its maker was answered: a confirmation is under
        way beside the look."""
        (event,) = self.ask(self.initiate())
        if event.status != 200:
            return
        process = self.process(event.json()["initiationId"])
        _, listed = self.ask(process, self.newest(2))
        for item in listed.json()["data"] if listed.status == 200 else ():
            if item["status"] in ("CREATED", "PENDING"):
                self.ask(self.cancel(item["transferId"]))

    def cancel_any(self):
        if self.pool.transfers:
            recent = self.pool.transfers[-RECENT:]
            among = recent if self.random.random() < 0.7 else self.pool.transfers
            self.ask(*[self.cancel(self.random.choice(among)) for _ in range(2)])
        unknown = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        self.ask(self.post("unknown_cancel", f"/v1/transfers/{unknown}/cancel", None, unknown))

    def replay(self):
        if self.pool.keyed:
            recent = self.pool.keyed[-RECENT:]
            for _ in range(3):
                among = recent if self.random.random() < 0.5 else self.pool.keyed
                self.ask(self.random.choice(among))

    def look(self):
        self.ask(self.newest(self.random.randint(1, 200)))
        if self.pool.transfers:
            self.ask(*[self.get(self.random.choice(self.pool.transfers[-RECENT:]))
                       for _ in range(2)])
        kind = self.random.choice(("TED_OUT", "TED_IN", "P2P"))
        self.ask(self.read("list", f"/v1/transfers?type={kind}&status=COMPLETED&limit=20"))

    def clash(self):
        olds = [one for one in self.pool.keyed[-RECENT:] if one.kind != "other"]
        if olds:
            old = self.random.choice(olds)
            self.ask(dataclasses.replace(old, kind="clash", body=b'{"reason": "another"}'))

    def money_comes(self):
        """From another bank, or by the ledger's own inflow."""
        account = self.random.choice(self.place.accounts)
        amount = self.random.randint(200, 100000)
        if self.random.random() < 0.3:
            value = f"{amount // 100}.{amount % 100:02}"
            self.ask(self.post("other", f"/v1/organizations/{self.place.tenant}/ledgers/"
                               f"{self.place.ledger}/transactions/inflow", {
                                   "send": {"asset": "BRL", "value": value, "distribute": {"to": [
                                       {"accountAlias": account[1],
                                        "amount": {"asset": "BRL", "value": value}}]}}}))
            return
        self.ask(self.post("other", "/belay/v1/rail/inbound", {
            "controlNumber": f"STR{self.random.randrange(10 ** 12)}", "amount": amount / 100,
            "recipientAccount": account[1], "sender": {"ispb": "60701190", "account": "1"}},
            keyed=False))
        self.ask(self.post("poll", "/v1/transfers/ted-in/poll"))

    def charge_back(self):
        (event,) = self.ask(self.read("list",
                                      "/v1/transfers?type=TED_IN&status=COMPLETED&limit=20"))
        if event.status == 200 and event.json()["data"]:
            item = self.random.choice(event.json()["data"])
            self.ask(self.post("other", "/belay/v1/rail/chargeback",
                               {"transferId": item["transferId"], "reason": "returned"},
                               keyed=False))
