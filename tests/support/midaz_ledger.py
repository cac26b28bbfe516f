"""The rules of the Midaz stand-in (midaz_stand_in.py): accounts, holds, commits and cancels as
transfers.md 3.3 to 3.5 has them of v3.8.0, counted, in a file."""

import json
import os
import time
import uuid
from decimal import Decimal

EXTERNAL = "@external/"
ERRORS = {  # code: status in v3.8.0, title, message
    "0007": (404, "Entity Not Found", "No entity was found for the given ID."),
    "0018": (422, "Insufficient Funds Error", "The account has not enough funds."),
    "0070": (404, "Transaction ID Not Found", "The transaction does not exist."),
    "0084": (409, "Duplicate Idempotency Key", "The idempotency key is already in use."),
    "0090": (400, "Transaction ambiguous account", "An account stands on both sides."),
    "0095": (500, "Message Broker Unavailable", "The message broker is unavailable."),
    "0098": (422, "Invalid Pending Transaction", "An external account cannot be held."),
    "0099": (422, "Invalid Transaction Status",
             "The transaction status does not allow the requested action. "
             "Please check the transaction status."),
    "0125": (422, "Invalid Transaction Value", "The value must be above zero."),
    "0128": (500, "Transaction Backup Cache Failed", "The backup cache failed."),
    "0174": (422, "Stale Balance Version Error", "The balance has changed."),
    "0486": (409, "Transaction Locked", "The transaction is locked."),
}


def now_text():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Refused(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Ledger:
    """What stands in the file, and the rules of transfers.md 3.3 and 3.4. Amounts are decimal
    texts. Calls are serialised by the server."""

    LOCK_SECONDS = 300

    def __init__(self, path):
        self.path = path
        self.accounts = {}  # id: {organization, ledger, alias, asset, available, onHold, version}
        self.transactions = {}  # id: the answer's shape, and "counts"
        self.keys = {}  # scope and key: id of the transaction
        self.in_flight = set()
        self.locks = {}  # id of a transaction: until when; only what a fault asked for
        self.calls = {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                kept = json.load(file)
            self.accounts, self.transactions = kept["accounts"], kept["transactions"]
            self.keys, self.calls = kept["keys"], kept["calls"]

    def state(self):
        return {"accounts": self.accounts, "transactions": self.transactions, "keys": self.keys,
                "calls": self.calls}

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.state(), file)
        os.replace(self.path + ".new", self.path)

    def count(self, deed):
        self.calls[deed] = self.calls.get(deed, 0) + 1

    def find_alias(self, scope, alias, make_external="BRL"):
        for identity, account in self.accounts.items():
            if (account["organization"], account["ledger"], account["alias"]) == (*scope, alias):
                return identity
        if alias.startswith(EXTERNAL):
            return self.make_account(scope, alias, make_external)
        raise Refused("0007")

    def make_account(self, scope, alias, asset="BRL", identity=None):
        identity = identity or str(uuid.uuid4())
        self.accounts[identity] = {"organization": scope[0], "ledger": scope[1], "alias": alias,
                                   "asset": asset, "available": "0", "onHold": "0", "version": 0}
        return identity

    def fund(self, alias, amount):
        """Money from nowhere, for every account of the alias."""
        for identity, account in self.accounts.items():
            if account["alias"] == alias:
                self.move(identity, amount, Decimal(0))

    def move(self, identity, available, on_hold):
        account = self.accounts[identity]
        left = Decimal(account["available"]) + available
        held = Decimal(account["onHold"]) + on_hold
        if left < 0 and not account["alias"].startswith(EXTERNAL):
            raise Refused("0018")
        if held < 0:
            raise AssertionError(f"{account['alias']}: more is released than was held")
        account.update(available=str(left), onHold=str(held), version=account["version"] + 1)

    def balances(self, scope, identity):
        account = self.accounts.get(identity)
        if account is None or (account["organization"], account["ledger"]) != scope:
            raise Refused("0007")
        return {"items": [{"id": identity, "organizationId": scope[0], "ledgerId": scope[1],
                           "accountId": identity, "alias": account["alias"], "key": "default",
                           "assetCode": account["asset"], "available": account["available"],
                           "onHold": account["onHold"], "version": account["version"],
                           "accountType": "deposit", "allowSending": True,
                           "allowReceiving": True}], "limit": 10}

    def inflow(self, scope, body):
        for leg in body["send"]["distribute"]["to"]:
            self.move(self.find_alias(scope, leg["accountAlias"]),
                      Decimal(leg["amount"]["value"]), Decimal(0))
        return self.put(scope, body, "CREATED", "APPROVED", [])

    def create(self, scope, body, key):
        named = json.dumps([*scope, key]) if key else None
        if named in self.keys:
            return self.transactions[self.keys[named]], True
        if named in self.in_flight:
            raise Refused("0084")
        legs = self.legs(scope, body)
        pending = bool(body.get("pending"))
        if Decimal(body["send"]["value"]) <= 0:
            raise Refused("0125")
        if pending and any(side == "source" and self.is_external(account)
                           for side, account, _ in legs):
            raise Refused("0098")
        if len({account for _, account, _ in legs}) != len(legs):
            raise Refused("0090")
        for side in ("source", "destination"):
            total = sum(Decimal(value) for at, _, value in legs if at == side)
            if total != Decimal(body["send"]["value"]):
                raise Refused("0125")
        for side, account, value in legs:
            amount = Decimal(value)
            if side == "source":
                self.move(account, -amount, amount if pending else Decimal(0))
            elif not pending:
                self.move(account, amount, Decimal(0))
        made = self.put(scope, body, "PENDING" if pending else "CREATED",
                        "PENDING" if pending else "APPROVED", legs)
        if pending:
            self.transactions[made["id"]]["counts"]["held"] += 1
        if named:
            self.keys[named] = made["id"]
        return made, False

    def is_external(self, identity):
        return self.accounts[identity]["alias"].startswith(EXTERNAL)

    def legs(self, scope, body):
        send = body["send"]
        named = [("source", leg) for leg in send["source"]["from"]]
        named += [("destination", leg) for leg in send["distribute"]["to"]]
        return [(side, self.find_alias(scope, leg["accountAlias"], send["asset"]),
                 leg["amount"]["value"]) for side, leg in named]

    def put(self, scope, body, told, stored, legs):
        identity = str(uuid.uuid4())
        made = {"id": identity, "parentTransactionId": None,
                "description": body.get("description", ""),
                "status": {"code": told, "description": told}, "amount": body["send"]["value"],
                "assetCode": body["send"]["asset"], "chartOfAccountsGroupName": "",
                "source": [self.accounts[at]["alias"] for side, at, _ in legs if side == "source"],
                "destination": [self.accounts[at]["alias"] for side, at, _ in legs
                                if side == "destination"],
                "organizationId": scope[0], "ledgerId": scope[1], "createdAt": now_text(),
                "updatedAt": now_text(), "deletedAt": None,
                "metadata": body.get("metadata") or {}, "operations": []}
        kept = json.loads(json.dumps(made))
        kept["status"] = {"code": stored, "description": stored}
        self.transactions[identity] = {
            **kept, "legs": legs, "counts": {"held": 0, "committed": 0, "released": 0}}
        return made

    def find(self, scope, identity):
        found = self.transactions.get(identity)
        if found is None or (found["organizationId"], found["ledgerId"]) != scope:
            raise Refused("0070")
        return found

    def lock(self, identity, seconds):
        self.locks.setdefault(identity, time.monotonic() + seconds)

    def end(self, scope, identity, commit):
        found = self.find(scope, identity)
        if time.monotonic() < self.locks.get(identity, 0):
            raise Refused("0486")
        if found["status"]["code"] != "PENDING":
            raise Refused("0099")
        for side, account, value in found["legs"]:
            amount = Decimal(value)
            if side == "source":
                self.move(account, Decimal(0) if commit else amount, -amount)
            elif commit:
                self.move(account, amount, Decimal(0))
        status = "APPROVED" if commit else "CANCELED"
        found["status"] = {"code": status, "description": status}
        found["counts"]["committed" if commit else "released"] += 1
        return found


def shown(transaction):
    return {name: value for name, value in transaction.items() if name not in ("legs", "counts")}
