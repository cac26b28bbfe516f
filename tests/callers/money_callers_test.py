#!/usr/bin/env python3
"""Who may call the routes of transfers, their ledger, their rail and webhooks: every route by every
kind of token, and what the router says of every path.
usage: money_callers_test.py PROGRAM [unittest options]"""

import os
import pathlib
import re
import sys
import tempfile
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import routes  # noqa: E402
from belay_client import TENANT, Client, Server  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
LEDGERS = "/v1/organizations/{organization}/ledgers"
LEDGER = LEDGERS + "/{ledger}"

# The scope that each route needs. A route that is not here fails the test.
TABLE = {
    "transfers:read": [
        "GET /v1/transfers", "GET /v1/transfers/{transferId}", "GET /v1/webhooks",
        "GET /v1/webhooks/{webhookId}", "GET /v1/webhooks/{webhookId}/deliveries",
        "GET /v1/webhooks/dlq", "GET /v1/transfers/webhooks/dlq",
        f"GET {LEDGERS}", f"GET {LEDGER}", f"GET {LEDGER}/accounts",
        f"GET {LEDGER}/accounts/{{account}}", f"GET {LEDGER}/accounts/alias/{{alias}}",
        f"GET {LEDGER}/balances", f"GET {LEDGER}/balances/{{account}}",
        f"GET {LEDGER}/accounts/{{account}}/balances",
        f"GET {LEDGER}/accounts/alias/{{alias}}/balances", f"GET {LEDGER}/transactions",
        f"GET {LEDGER}/transactions/{{transaction}}"],
    "transfers:write": [
        "POST /v1/transfers/initiate", "POST /v1/transfers/process",
        "POST /v1/transfers/{transferId}/cancel", "POST /v1/transfers/ted-in/poll",
        "POST /v1/webhooks", "PUT /v1/webhooks/{webhookId}", "PATCH /v1/webhooks/{webhookId}",
        "DELETE /v1/webhooks/{webhookId}", "POST /v1/webhooks/{webhookId}/rotate-secret",
        "POST /v1/webhooks/dlq/{messageId}/retry",
        "POST /v1/transfers/webhooks/dlq/{messageId}/retry",
        f"POST {LEDGER}/transactions/json", f"POST {LEDGER}/transactions/outflow",
        f"POST {LEDGER}/transactions/{{transaction}}/commit",
        f"POST {LEDGER}/transactions/{{transaction}}/cancel",
        f"POST {LEDGER}/transactions/{{transaction}}/revert"],
    "admin": [
        f"POST {LEDGERS}", f"POST {LEDGER}/accounts", f"POST {LEDGER}/transactions/inflow",
        "POST /belay/v1/rail/inbound", "POST /belay/v1/rail/chargeback"],
}
SCOPES = ["transfers:read", "transfers:write", "admin", "exports:read", "exports:write",
          "batches:write"]


def path_of(pattern):
    path = pattern.replace("{organization}", TENANT)
    return re.sub(r"\{\w+\}", lambda _: str(uuid.uuid4()), path)


class MoneyCallersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.folder.name + "/data", {"exports.workers": 0}).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        cls.folder.cleanup()

    def ask(self, client, route):
        method, pattern = route.split()
        return client.request(method, path_of(pattern),
                              body={} if method in ("POST", "PUT", "PATCH") else None)

    def test_the_table_has_every_route_of_the_source_and_no_other(self):
        named = [route for some in TABLE.values() for route in some]
        self.assertEqual(len(named), len(set(named)))
        self.assertEqual(set(named), {route for route in routes.routes()
                                      if routes.is_about_money(route)})

    def test_the_router_has_the_routes_that_the_source_names(self):
        client = Client(self.server, None)
        for pattern in {route.split()[1] for some in TABLE.values() for route in some}:
            answer = client.request("OPTIONS", path_of(pattern))
            methods = routes.methods_of(pattern) | {"OPTIONS"}
            methods |= {"HEAD"} if "GET" in methods else set()
            self.assertEqual((answer.status, set(answer.headers["allow"].split(", "))),
                             (204, methods), pattern)

    def test_every_route_takes_its_scope_and_no_other(self):
        anonymous = Client(self.server, None)
        clients = {scope: Client(self.server, self.server.token(scopes=[scope]))
                   for scope in SCOPES}
        for needed, some in TABLE.items():
            for route in some:
                self.assertEqual(self.ask(anonymous, route).status, 401, route)
                for scope, client in clients.items():
                    answer = self.ask(client, route)
                    told = (route, scope, answer.status, answer.body)
                    if scope == needed:
                        self.assertNotIn(answer.status, (401, 403, 405, 500), told)
                    else:
                        self.assertEqual(answer.status, 403, told)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
