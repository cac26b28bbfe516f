"""The families of jobs: how as many as a run needs are made ready, what cancels one of them, and
what must be true afterwards. Everything over HTTP, by belay_load where it is many.
"""

import http.client
import itertools
import json
import pathlib

import lab
import servers

STRIPE_VERSION = "2026-08-26.preview"
ACCOUNTS = 200
CLIENT = ["User-Agent: bench/1.0", "Accept: application/json"]
RECIPIENT = {"ispb": "60701190", "branch": "0001", "account": "1234567890", "accountType": "CACC",
             "holderName": "Maria Silva", "holderDocument": "12345678909"}


class Caller:
    """A tenant's way to a server: a token, single requests and loads of them."""

    def __init__(self, server, folder):
        self.server, self.folder = server, pathlib.Path(folder)
        self.token = server.token()
        self.numbers = itertools.count()

    def ask(self, method, path, body=None, headers=(), status=200):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        fields = dict(header.split(": ", 1) for header in (*self.headers(), *headers))
        text = None if body is None else json.dumps(body)
        if text is not None:
            fields["Content-Type"] = "application/json"
        connection.request(method, path, text, fields)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status != status:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]}")
        return json.loads(content)

    def headers(self):
        return [*CLIENT, f"Authorization: Bearer {self.token}"]

    def new_file(self):
        return self.folder / f"ids-{next(self.numbers)}"

    def make(self, count, target, field, *, headers, body, status, source=None):
        """Sends `count` creations, of each line of `source` if given; a file with the answers'
        ids."""
        ids, lines = self.new_file(), source or self.new_file()
        if source is None:
            lines.write_text("\n".join(str(number) for number in range(count)) + "\n")
        lab.load(self.server.port, target, method="POST", header=[*self.headers(), *headers],
                 body=json.dumps(body), ids=lines, expect=status, connections=64, depth=16,
                 save_ids=ids, save_field=field)
        return ids


class Family:
    headers = ()
    body = ""

    def __init__(self, caller):
        self.caller = caller

    def check(self, ids):
        """What the server says of every job, read back one by one."""
        lab.load(self.caller.server.port, self.prefix + "/{id}",
                 header=[*self.caller.headers(), *self.headers], ids=ids, contains=self.canceled,
                 connections=64, depth=16)

    def check_all(self):
        """What must be true when every job that was made ready is canceled."""


class Exports(Family):
    name = "exports"
    target = "/v1/export-jobs/{id}/cancel"
    prefix = "/v1/export-jobs"
    key_field = "X-Idempotency-Key"
    canceled = '"status":"CANCELED"'

    def __init__(self, caller):
        super().__init__(caller)
        self.context = caller.ask("POST", "/v1/contexts", {"name": "November"}, status=201)["id"]

    def prepare(self, count):
        return self.caller.make(
            count, f"/v1/contexts/{self.context}/export-jobs", "jobId", status=202,
            headers=["X-Idempotency-Key: create-{id}-{key}"],
            body={"reportType": "MATCHED", "format": "CSV"})


class Batches(Family):
    name = "batches"
    target = "/v2/core/batch_jobs/{id}/cancel"
    prefix = "/v2/core/batch_jobs"
    key_field = "Idempotency-Key"
    headers = (f"Stripe-Version: {STRIPE_VERSION}",)
    body = "{}"
    canceled = '"status":"canceled"'

    def prepare(self, count):
        return self.caller.make(
            count, "/v2/core/batch_jobs", "id", status=200,
            headers=[*self.headers, "Idempotency-Key: create-{id}-{key}"],
            body={"endpoint": {"path": "/v1/export-jobs/:id/cancel", "http_method": "post"},
                  "metadata": {}})


class Transfers(Family):
    name = "transfers"
    target = "/v1/transfers/{id}/cancel"
    prefix = "/v1/transfers"
    key_field = "X-Idempotency"
    headers = (f"X-Organization-Id: {servers.TENANT}",)
    body = '{"reason":"wrong account"}'
    canceled = '"status":"CANCELLED"'

    def __init__(self, caller):
        super().__init__(caller)
        place = f"/v1/organizations/{servers.TENANT}/ledgers"
        self.place = f"{place}/{caller.ask('GET', place)['items'][0]['id']}"
        self.accounts = []
        for number in range(ACCOUNTS):
            self.accounts.append(caller.ask("POST", self.place + "/accounts", {
                "name": "An account", "alias": f"@a{number}", "assetCode": "BRL",
                "type": "deposit"}, status=201)["id"])
            amount = {"asset": "BRL", "value": "1000000.00"}
            caller.ask("POST", self.place + "/transactions/inflow", {
                "send": {**amount, "distribute": {"to": [
                    {"accountAlias": f"@a{number}", "amount": amount}]}}}, status=201)

    def prepare(self, count):
        """Confirmed, with their money on hold, and kept from being sent by the rail's delay."""
        senders = self.caller.new_file()
        turns = itertools.islice(itertools.cycle(self.accounts), count)
        senders.write_text("\n".join(turns) + "\n")
        initiated = self.caller.make(
            count, "/v1/transfers/initiate", "initiationId", status=200, source=senders,
            headers=[*self.headers, "X-Idempotency: {key}"],
            body={"senderAccountId": "{id}", "amount": 10, "purpose": "10",
                  "recipient": RECIPIENT})
        return self.caller.make(
            count, "/v1/transfers/process", "transferId", status=200, source=initiated,
            headers=[*self.headers, "X-Idempotency: {key}"], body={"initiationId": "{id}"})

    def check_all(self):
        """No money is on hold."""
        for account in self.accounts[::10]:
            (balance,) = self.caller.ask(
                "GET", f"{self.place}/accounts/{account}/balances")["items"]
            if (balance["available"], balance["onHold"]) != ("1000000.00", "0.00"):
                raise RuntimeError(f"the money of canceled transfers did not come back: {balance}")


FAMILIES = (Exports, Batches, Transfers)
