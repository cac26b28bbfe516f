"""A server that is none: the API of a ledger with four accounts and some transfers, as documents
that a test may spoil."""

import json
import urllib.parse

from audit.money import minor

TENANT, LEDGER = "T", "L"
PLACE = f"/v1/organizations/{TENANT}/ledgers/{LEDGER}"
ALIASES = {"x": "@external/BRL", "f": "@external/BRL/fees", "a": "@anna", "b": "@bert"}
TIME = "2026-02-01T15:35:0{}-03:00"


def decimals(amount):
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


class World:
    """Documents as a server would have them, which a test then spoils."""

    def __init__(self):
        self.balances = {account: {"accountId": account, "alias": alias, "assetCode": "BRL",
                                   "available": "0.00", "onHold": "0.00", "version": 1}
                         for account, alias in ALIASES.items()}
        self.lsn = 7
        self.moving = False
        self.transactions, self.transfers = {}, {}
        self.post("in-a", {"x": 100000}, {"a": 100000})
        self.out("t-live", "TED_OUT", ("CREATED", "PENDING"), 5000)
        self.out("t-done", "TED_OUT", ("CREATED", "PENDING", "PROCESSING", "COMPLETED"), 4000)
        self.out("t-gone", "TED_OUT", ("CREATED", "CANCELLED"), 3000)
        self.out("t-rejected", "TED_OUT", ("CREATED", "PENDING", "REJECTED"), 2000)
        self.out("p-done", "P2P", ("CREATED", "PROCESSING", "COMPLETED"), 1000)
        self.inbound("i-done", ("RECEIVED", "PROCESSING", "COMPLETED"), 900)
        self.inbound("i-back", ("RECEIVED", "PROCESSING", "COMPLETED", "FAILED"), 800)
        self.inbound("i-failed", ("RECEIVED", "PROCESSING", "FAILED"), 700)
        self.post("back", {"b": 650, "f": 150}, {"x": 800})

    def move(self, account, available, on_hold):
        balance = self.balances[account]
        for name, more in (("available", available), ("onHold", on_hold)):
            balance[name] = decimals(minor(balance[name]) + more)
        balance["version"] += 1

    def post(self, name, sources, targets, held=False, status="APPROVED"):
        operations = []

        def note(kind, legs):
            operations.extend({"type": kind, "accountId": account, "amount": {"value":
                              decimals(amount)}, "accountAlias": ALIASES[account]}
                              for account, amount in legs.items())

        if held:
            note("ON_HOLD", sources)
        if status == "CANCELED":
            note("RELEASE", sources)
        if status == "APPROVED":
            note("DEBIT", sources)
            note("CREDIT", targets)
            for account, amount in sources.items():
                self.move(account, -amount, 0)
            for account, amount in targets.items():
                self.move(account, amount, 0)
        if status == "PENDING":
            for account, amount in sources.items():
                self.move(account, -amount, amount)
        self.transactions[name] = {"id": name, "status": {"code": status}, "operations": operations,
                                   "amount": decimals(sum(sources.values()))}

    def transfer(self, name, kind, path, amount, **more):
        history = [{"status": status, "timestamp": TIME.format(at)}
                   for at, status in enumerate(path)]
        self.transfers[name] = {
            "transferId": name, "type": kind, "status": path[-1], "statusHistory": history,
            "amount": amount / 100, "feeAmount": 1.5, "createdAt": history[0]["timestamp"],
            "updatedAt": history[-1]["timestamp"], **more}
        for entry in history:
            if entry["status"] == "COMPLETED":
                self.transfers[name]["completedAt"] = entry["timestamp"]

    def out(self, name, kind, path, amount):
        recipient = {"recipientAccountId": "b"} if kind == "P2P" else {}
        self.transfer(name, kind, path, amount, senderAccountId="a",
                      totalAmount=(amount + 150) / 100, midazTransactionId="m-" + name, **recipient)
        status = {"COMPLETED": "APPROVED", "CREATED": "PENDING", "PENDING": "PENDING",
                  "PROCESSING": "PENDING"}.get(path[-1], "CANCELED")
        self.post("m-" + name, {"a": amount + 150},
                  {"b" if kind == "P2P" else "x": amount, "f": 150}, True, status)

    def inbound(self, name, path, amount):
        done = {"midazTransactionId": "m-" + name} if "COMPLETED" in path else {}
        self.transfer(name, "TED_IN", path, amount, recipientAccountId="b",
                      totalAmount=(amount - 150) / 100, **done)
        if done:
            self.post("m-" + name, {"x": amount}, {"b": amount - 150, "f": 150})

    def cancel(self, name):
        """Rightly."""
        transfer, one = self.transfers[name], self.transactions["m-" + name]
        amount = minor(one["amount"])
        transfer["status"] = "CANCELLED"
        transfer["updatedAt"] = TIME.format(9)
        transfer["statusHistory"].append({"status": "CANCELLED", "timestamp": TIME.format(9)})
        one["status"]["code"] = "CANCELED"
        one["operations"].append({**one["operations"][0], "type": "RELEASE"})
        self.move("a", amount, -amount)
        self.lsn += 1

    def get(self, path):
        url = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(url.query))
        found = None
        if url.path == PLACE + "/balances":
            self.lsn += self.moving
            found = {"items": list(self.balances.values()), "limit": 1000, "lsn": str(self.lsn)}
        elif url.path == PLACE + "/transactions":
            items = list(self.transactions.values())[::-1]
            found = {"items": items, "limit": 100}
        elif url.path.startswith(PLACE + "/transactions/"):
            found = self.transactions.get(url.path.rpartition("/")[2])
        elif url.path == "/v1/transfers":
            data = [{name: one[name] for name in ("transferId", "type", "status", "amount",
                                                  "feeAmount", "createdAt")}
                    for one in self.transfers.values()]
            if query["sortOrder"] == "desc":
                data = data[::-1]
            data = data[int(query.get("offset", 0)):][:int(query["limit"])]
            end = int(query.get("offset", 0)) + len(data)
            found = {"data": data, "pagination": {
                "returned": len(data), "totalCount": len(self.transfers),
                "hasNextPage": end < len(self.transfers)}}
        elif url.path.startswith("/v1/transfers/"):
            found = self.transfers.get(url.path.rpartition("/")[2])
        return (200, json.dumps(found)) if found is not None else (404, "{}")
