"""What the wire tests of transfers share: a server for each class of tests, accounts with money,
and the steps of a transfer. Every body is validated against the family's own schemas and, where the
published contract has one, against that too."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import published_contract  # noqa: E402
from belay_client import TENANT, Client, Server  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
OTHER_TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
SCOPES = ["transfers:read", "transfers:write", "admin"]
BANK = "60701190"
OWN_BANK = "12345678"
VALIDATORS = {path.stem: jsonschema.Draft202012Validator(json.loads(path.read_text()))
              for path in (ROOT / "http/families/transfers/schemas").glob("*.json")}
for validator in VALIDATORS.values():
    validator.check_schema(validator.schema)

RECIPIENT = {"ispb": BANK, "branch": "0001", "account": "1234567890", "accountType": "CACC",
             "holderName": "Bruno", "holderDocument": "12345678909"}


def token_by_its_clock(server, tenant=TENANT, scopes=SCOPES):
    """A token that the server takes although a test has moved its clock."""
    command = [*server.prefix, PROGRAM, "token", "--tenant", tenant, "--subject", "tester",
               "--secret-file", os.path.join(server.data, "jwt.secret")]
    for scope in scopes:
        command += ["--scope", scope]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class TransferClient(Client):
    """One organization's. A key is made where none is given."""

    def __init__(self, server, token, tenant=TENANT, timeout=60):
        super().__init__(server, token, timeout)
        self.tenant = tenant

    def ask(self, method, path, body=None, key=None, headers=None, organization=None):
        fields = {"X-Organization-Id": organization or self.tenant}
        if method == "POST":
            fields["X-Idempotency"] = key or str(uuid.uuid4())
        fields.update(headers or {})
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.request(method, path, body=body, headers=fields)

    def initiate(self, account, amount=10.5, key=None, recipient=None, headers=None, **more):
        body = {"senderAccountId": account, "amount": amount, "purpose": "10",
                "recipient": {**RECIPIENT, **(recipient or {})}, **more}
        return self.ask("POST", "/v1/transfers/initiate", body, key, headers)

    def process(self, initiation, key=None, headers=None):
        return self.ask("POST", "/v1/transfers/process", {"initiationId": initiation}, key, headers)

    def cancel(self, transfer, key=None, body=None, headers=None):
        return self.ask("POST", f"/v1/transfers/{transfer}/cancel", body, key, headers)

    def transfer(self, transfer):
        return self.ask("GET", f"/v1/transfers/{transfer}")

    def transfers(self, query=""):
        return self.ask("GET", "/v1/transfers" + query)


class TransferTest(unittest.TestCase):
    # Nothing moves by itself, unless a test says so.
    settings = {"exports.workers": 0, "rail.submit_delay": "1h", "transfers.ispb": OWN_BANK,
                "transfers.duplicate_window": "0s"}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.folder.name + "/data", cls.settings).start()
        cls.connect()

    @classmethod
    def connect(cls):
        cls.token = cls.server.token(scopes=SCOPES)
        cls.client = TransferClient(cls.server, cls.token)

    @classmethod
    def restart(cls, orderly=False):
        if orderly:
            cls.server.end()
        else:
            cls.server.kill()
        cls.server.start()
        cls.connect()

    @classmethod
    def tearDownClass(cls):
        ready = cls.client.get("/health/ready").status
        code = cls.server.end()
        verified, text = cls.server.verify()
        cls.folder.cleanup()
        assert (ready, code, verified) == (200, 0, 0), (ready, code, text)

    def check(self, answer, status, schema):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/json")
        VALIDATORS[schema].validate(answer.json())
        published_contract.validate(answer.json(), schema)
        return answer.json()

    def refused(self, answer, status, code, place=None, names=None):
        """`names`: what the error tells of in `place`, all of it."""
        error = self.check(answer, status, "error_response")["error"]
        self.assertEqual(error["code"], code, error)
        if place is not None:
            self.assertEqual(sorted(error.get(place, {})), sorted(names), error)
        return error

    # Steps; each gives what it made.

    def ledger(self, client=None):
        client = client or self.client
        base = f"/v1/organizations/{client.tenant}/ledgers"
        return f"{base}/{client.get(base).json()['items'][0]['id']}"

    def account(self, funds="1000.00", client=None, alias=None):
        """(id, alias) of a new account with so much money."""
        client = client or self.client
        alias = alias or f"@{uuid.uuid4()}"
        ledger = self.ledger(client)
        made = client.post(f"{ledger}/accounts", {"name": "An account", "alias": alias,
                                                  "assetCode": "BRL", "type": "deposit"})
        self.assertEqual(made.status, 201, made.body)
        if funds is not None:
            body = {"send": {"asset": "BRL", "value": funds,
                             "distribute": {"to": [{"accountAlias": alias, "amount": {
                                 "asset": "BRL", "value": funds}}]}}}
            answer = client.post(f"{ledger}/transactions/inflow", body)
            self.assertEqual(answer.status, 201, answer.body)
        return made.json()["id"], alias

    def money(self, account, client=None):
        client = client or self.client
        found = client.get(f"{self.ledger(client)}/accounts/{account}/balances").json()["items"][0]
        return found["available"], found["onHold"]

    def initiated(self, account, *arguments, **more):
        answer = self.client.initiate(account, *arguments, **more)
        return self.check(answer, 200, "initiate_response")["initiationId"]

    def processed(self, initiation, **more):
        return self.check(self.client.process(initiation, **more), 200,
                          "process_response")["transferId"]

    def held(self, account, *arguments, **more):
        """A transfer that is CREATED."""
        return self.processed(self.initiated(account, *arguments, **more))

    def shown(self, transfer):
        return self.check(self.client.transfer(transfer), 200, "transfer_response")

    def wait_for(self, transfer, status, seconds=30):
        """The transfer when it is there."""
        end = time.monotonic() + seconds
        while True:
            found = self.shown(transfer)
            if found["status"] == status:
                return found
            self.assertLess(time.monotonic(), end, f"{found['status']}, not {status}")
            time.sleep(0.02)


def main():
    sys.argv.pop(1)
    unittest.main(module="__main__", warnings="ignore")
