"""What the wire tests of the ledger share: a server for each class of tests, a ledger for each
test, and the checks of its answers. Every body is validated against the family's own schemas."""

import json
import os
import pathlib
import sys
import tempfile
import threading
import unittest
from decimal import Decimal

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import TENANT, Client, Server  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
OTHER_TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
ORGANIZATION = f"/v1/organizations/{TENANT}/ledgers"
VALIDATORS = {path.stem: jsonschema.Draft202012Validator(json.loads(path.read_text()))
              for path in (ROOT / "http/families/ledger/schemas").glob("*.json")}
for validator in VALIDATORS.values():
    validator.check_schema(validator.schema)


def entry(alias, value=None, **more):
    """One line of a source or a destination, with an amount if there is a value."""
    amount = {} if value is None else {"amount": {"asset": "BRL", "value": value}}
    return {"accountAlias": alias, **amount, **more}


def payment(value, sources, destinations, pending=False, asset="BRL", **more):
    return {"pending": pending, **more,
            "send": {"asset": asset, "value": value, "source": {"from": sources},
                     "distribute": {"to": destinations}}}


class LedgerTest(unittest.TestCase):
    settings = {"exports.workers": 0}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.folder.name + "/data", cls.settings).start()
        cls.token = cls.server.token(scopes=["transfers:read", "transfers:write", "admin"])
        cls.client = Client(cls.server, cls.token)

    @classmethod
    def tearDownClass(cls):
        ready = cls.client.get("/health/ready").status
        code = cls.server.end()
        verified, text = cls.server.verify()
        cls.folder.cleanup()
        assert (ready, code, verified) == (200, 0, 0), (ready, code, text)

    def setUp(self):
        made = self.check(self.client.post(ORGANIZATION, {"name": self.id()}), 201,
                          "ledger_response")
        self.ledger = f"{ORGANIZATION}/{made['id']}"

    def check(self, answer, status, schema):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/json")
        VALIDATORS[schema].validate(answer.json())
        return answer.json()

    def refused(self, answer, status, code, field=None):
        body = self.check(answer, status, "error_response")
        self.assertEqual(body["code"], code, body)
        if field is not None:
            self.assertEqual(list(body.get("fields", {})), [field], body)
        return body

    # Steps; each gives the body of an answer that it has checked.

    def account(self, alias, funds=None, asset="BRL", ledger=None):
        path = ledger or self.ledger
        made = self.check(self.client.post(f"{path}/accounts",
                                           {"name": "An account", "alias": alias,
                                            "assetCode": asset, "type": "deposit"}),
                          201, "account_response")
        if funds is not None:
            self.inflow(alias, funds, ledger=path)
        return made

    def inflow(self, alias, value, ledger=None):
        body = {"send": {"asset": "BRL", "value": value,
                         "distribute": {"to": [entry(alias, value)]}}}
        return self.check(self.client.post(f"{ledger or self.ledger}/transactions/inflow", body),
                          201, "transaction_response")

    def ask(self, body, client=None, headers=None):
        """transactions/json; the answer."""
        return (client or self.client).post(f"{self.ledger}/transactions/json", body,
                                            headers=headers)

    def pay(self, *arguments, **more):
        return self.check(self.ask(payment(*arguments, **more)), 201, "transaction_response")

    def hold(self, value, source="@anna", destination="@external/BRL"):
        return self.pay(value, [entry(source, value)], [entry(destination, value)], pending=True)

    def end(self, transaction, deed, client=None):
        """commit, cancel or revert; the answer."""
        return (client or self.client).post(f"{self.ledger}/transactions/{transaction}/{deed}")

    def transaction(self, transaction):
        return self.check(self.client.get(f"{self.ledger}/transactions/{transaction}"), 200,
                          "transaction_response")

    def balance(self, alias):
        alias = alias.replace("/", "%2F")
        found = self.check(self.client.get(f"{self.ledger}/accounts/alias/{alias}/balances"), 200,
                           "balances_response")
        self.assertEqual(len(found["items"]), 1)
        return found["items"][0]

    def money(self, alias):
        """(available, onHold), as they stand in the answer."""
        balance = self.balance(alias)
        return balance["available"], balance["onHold"]

    def cut(self, client=None, query=""):
        """All balances of the ledger at one cut: their sum is zero."""
        found = self.check((client or self.client).get(f"{self.ledger}/balances{query}"), 200,
                           "balances_cut_response")
        if not query and "next_cursor" not in found:
            sums = {}
            for item in found["items"]:
                amount = Decimal(item["available"]) + Decimal(item["onHold"])
                sums[item["assetCode"]] = sums.get(item["assetCode"], 0) + amount
                if not item["alias"].startswith("@external/"):
                    self.assertGreaterEqual(Decimal(item["available"]), 0, item)
            self.assertEqual(set(sums.values()) - {0}, set(), found)
        return found

    def at_once(self, count, ask):
        """Asks from `count` connections in the same moment; what they give."""
        barrier, answers = threading.Barrier(count), []

        def run(number):
            client = Client(self.server, self.token)
            client.get("/health/live")
            barrier.wait()
            answers.append(ask(client, number))

        threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), count)
        return answers


def main():
    sys.argv.pop(1)
    unittest.main(module="__main__", warnings="ignore")
