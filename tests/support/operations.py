"""What rows of batches act on, made over the wire: contexts and exports that wait, accounts with
money, initiations, transfers."""

import json
import sys
import pathlib
import threading
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))
from belay_client import TENANT  # noqa: E402
from transfer_load import Asked  # noqa: E402
from wire import Connection, Lost  # noqa: E402

AHEAD = 64  # requests that a connection sends before it takes their answers
SCOPES = ["batches:read", "batches:write", "exports:read", "exports:write", "transfers:read",
          "transfers:write", "admin"]
LEDGERS = f"/v1/organizations/{TENANT}/ledgers"
DATES = {"dateFrom": "2026-10-22", "dateTo": "2026-11-21"}
EXPORT = {"reportType": "MATCHED", "format": "CSV", **DATES}


def initiation_of(account, amount, number):
    """The body of /v1/transfers/initiate; another `number` is another transfer."""
    return {"senderAccountId": account, "amount": amount, "purpose": "10",
            "recipient": {"ispb": "60701190", "branch": "0001", "account": str(10 ** 8 + number),
                          "accountType": "CACC", "holderName": "Maria Silva",
                          "holderDocument": "12345678909"}}


class Operations:
    """Over a few connections that do not wait for answers."""

    def __init__(self, server, token, connections=2):
        self.connections = [Connection(server.port, token, seconds=120)
                            for _ in range(connections)]

    def close(self):
        for connection in self.connections:
            connection.close()

    def ask(self, method, path, body=None, status=200):
        return self.ask_all([self.asked(method, path, body)], status)[0]

    @staticmethod
    def asked(method, path, body=None):
        key = None if method == "GET" else str(uuid.uuid4())
        return Asked(method, path, b"" if body is None else json.dumps(body).encode(), None, key,
                     TENANT)

    def ask_all(self, requests, status=200):
        """Each connection has a share; gives the answers' bodies in the order of the requests.
        Lost: a connection ended, as when the server is killed."""
        answers = [None] * len(requests)
        lost = []

        def share(number):
            connection = self.connections[number]
            mine = range(number, len(requests), len(self.connections))
            try:
                for begin in range(0, len(mine), AHEAD):
                    part = mine[begin:begin + AHEAD]
                    connection.send(*[requests[at] for at in part])
                    for at in part:
                        answers[at] = connection.receive()
            except Lost as failure:
                lost.append(failure)

        threads = [threading.Thread(target=share, args=(number,))
                   for number in range(len(self.connections))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if lost:
            raise lost[0]
        for answer in answers:
            assert answer is not None and answer.status == status, answer
        return [answer.json() for answer in answers]

    # Exports.

    def context(self):
        return self.ask("POST", "/v1/contexts", {"name": "of a batch"}, 201)["id"]

    def exports(self, context, number):
        made = self.ask_all([self.asked("POST", f"/v1/contexts/{context}/export-jobs", EXPORT)
                             for _ in range(number)], 202)
        return [one["jobId"] for one in made]

    def listed_exports(self, context):
        """(id, status) of each, page by page."""
        cursor = ""
        while cursor is not None:
            page = self.ask("GET", f"/v1/contexts/{context}/export-jobs?limit=200{cursor}")
            for item in page["items"]:
                yield item["id"], item["status"]
            cursor = ("&cursor=" + urllib.parse.quote(page["nextCursor"], safe="")
                      if page["hasMore"] else None)

    # Transfers.

    def ledger(self):
        return self.ask("GET", LEDGERS)["items"][0]["id"]

    def accounts(self, number, value):
        """Ids of accounts with so much money each, a decimal."""
        place = f"{LEDGERS}/{self.ledger()}"
        names = [f"@account-{uuid.uuid4()}" for _ in range(number)]
        made = self.ask_all([self.asked("POST", place + "/accounts", {
            "name": "An account", "alias": name, "assetCode": "BRL", "type": "deposit"})
            for name in names], 201)
        self.ask_all([self.asked("POST", place + "/transactions/inflow", {
            "send": {"asset": "BRL", "value": value, "distribute": {"to": [
                {"accountAlias": name, "amount": {"asset": "BRL", "value": value}}]}}})
            for name in names], 201)
        return [one["id"] for one in made]

    def initiations(self, bodies):
        made = self.ask_all([self.asked("POST", "/v1/transfers/initiate", body)
                             for body in bodies])
        return [one["initiationId"] for one in made]

    def confirmed(self, initiations):
        made = self.ask_all([self.asked("POST", "/v1/transfers/process", {"initiationId": one})
                             for one in initiations])
        return [one["transferId"] for one in made]

    def reader(self):
        """How an auditor reads."""
        def get(path):
            answer = self.connections[0].ask(self.asked("GET", path))
            return answer.status, answer.body
        return get
