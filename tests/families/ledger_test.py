#!/usr/bin/env python3
"""The embedded ledger on the wire, in Midaz's shapes: ledgers, accounts, balances and keys.
usage: ledger_test.py PROGRAM [unittest options]"""

import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from ledger_case import (ORGANIZATION, OTHER_TENANT, TENANT, Client, LedgerTest, entry,
                         main, payment)  # noqa: E402


class LedgersTest(LedgerTest):
    def test_an_organization_has_a_ledger_before_it_makes_one(self):
        other = Client(self.server, self.server.token(tenant=OTHER_TENANT,
                                                      scopes=["transfers:read", "admin"]))
        path = f"/v1/organizations/{OTHER_TENANT}/ledgers"
        before = self.check(other.get(path), 200, "ledgers_response")["items"]
        self.assertEqual(len(before), 1)
        ledger = f"{path}/{before[0]['id']}"
        self.assertEqual(self.check(other.get(ledger), 200, "ledger_response"), before[0])
        for rest, schema in (("accounts", "accounts_response"),
                             ("balances", "balances_cut_response"),
                             ("transactions", "transactions_response")):
            self.assertEqual(self.check(other.get(f"{ledger}/{rest}"), 200, schema)["items"], [])
        made = other.post(f"{ledger}/accounts", {"assetCode": "BRL", "type": "deposit"})
        self.check(made, 201, "account_response")
        after = self.check(other.get(path), 200, "ledgers_response")["items"]
        self.assertEqual([each["id"] for each in after], [before[0]["id"]])
        # An account without an alias has its id, one without a name an empty one.
        self.assertEqual(made.json()["alias"], made.json()["id"])

    def test_of_many_first_accounts_each_finds_the_ledger_made_once(self):
        tenant = str(uuid.uuid4())
        token = self.server.token(tenant=tenant, scopes=["transfers:read", "admin"])
        path = f"/v1/organizations/{tenant}/ledgers"
        own = Client(self.server, token).get(path).json()["items"][0]["id"]
        body = {"assetCode": "BRL", "type": "deposit"}
        made = self.at_once(16, lambda client, _: client.post(
            f"{path}/{own}/accounts", body, headers={"Authorization": f"Bearer {token}"}))
        self.assertEqual({answer.status for answer in made}, {201})
        client = Client(self.server, token)
        self.assertEqual(len(client.get(path).json()["items"]), 1)
        listed = client.get(f"{path}/{own}/accounts?limit=100").json()["items"]
        self.assertEqual(len(listed), 18)

    def test_ledgers_are_made_listed_in_pages_and_read(self):
        made = [self.check(self.client.post(ORGANIZATION, {"name": f"number {each}"}), 201,
                           "ledger_response") for each in range(3)]
        self.assertEqual(self.check(self.client.get(f"{ORGANIZATION}/{made[1]['id']}"), 200,
                                    "ledger_response"), made[1])
        seen, query = [], "?limit=1"
        while True:
            page = self.check(self.client.get(ORGANIZATION + query), 200, "ledgers_response")
            seen += [each["id"] for each in page["items"]]
            if "next_cursor" not in page:
                break
            query = f"?limit=1&cursor={page['next_cursor']}"
        self.assertEqual(len(seen), len(set(seen)))
        whole = self.check(self.client.get(f"{ORGANIZATION}?limit=100"), 200, "ledgers_response")
        self.assertEqual(seen, [each["id"] for each in whole["items"]])
        self.assertLessEqual({each["id"] for each in made}, set(seen))

    def test_what_a_ledger_refuses(self):
        for body, code, field in (({}, "0009", "name"), ({"name": ""}, "0009", "name"),
                                  ({"name": 1}, "0047", "name"),
                                  ({"name": "x" * 257}, "0047", "name"),
                                  ({"name": "x", "Name": "y"}, "0053", "Name"),
                                  ({"name": "x", "status": {"code": "INACTIVE"}}, "0047",
                                   "status.code"),
                                  ({"name": "x", "metadata": {"a": 1}}, "0047", "metadata")):
            with self.subTest(body=body):
                self.refused(self.client.post(ORGANIZATION, body), 400, code, field)

    def test_another_organization_is_not_found_and_what_is_no_id_is_refused(self):
        mine = f"{ORGANIZATION}/{uuid.uuid4()}"
        for path in (f"/v1/organizations/{OTHER_TENANT}/ledgers", mine, f"{mine}/accounts",
                     f"{mine}/balances", f"{mine}/transactions", f"{mine}/transactions/x"):
            self.refused(self.client.get(path), 404, "0007")
        body = {"assetCode": "BRL", "type": "deposit"}
        self.refused(self.client.post(f"{mine}/accounts", body), 404, "0007")
        self.refused(self.client.post(f"/v1/organizations/{OTHER_TENANT}/ledgers", {"name": "x"}),
                     404, "0007")
        self.refused(self.client.get("/v1/organizations/x/ledgers"), 400, "0065", "organization")
        self.refused(self.client.get(f"{ORGANIZATION}/x"), 400, "0065", "ledger")
        self.refused(self.client.get(f"{self.ledger}/accounts/x"), 400, "0065", "account")
        # Another organization's ledger, asked for as one's own.
        other = Client(self.server, self.server.token(tenant=OTHER_TENANT))
        theirs = self.ledger.replace(TENANT, OTHER_TENANT)
        self.refused(other.get(f"{theirs}/balances"), 404, "0007")

    def test_who_may(self):
        self.account("@anna", "10.00")
        reader = Client(self.server, self.server.token(scopes=["transfers:read"]))
        writer = Client(self.server, self.server.token(scopes=["transfers:write"]))
        plain = Client(self.server, self.server.token())
        self.assertEqual(reader.get(f"{self.ledger}/balances").status, 200)
        self.refused(writer.get(f"{self.ledger}/balances"), 403, "0043")
        hold = payment("1.00", [entry("@anna", "1.00")], [entry("@external/BRL", "1.00")],
                       pending=True)
        self.refused(self.ask(hold, client=reader), 403, "0043")
        self.assertEqual(self.ask(hold, client=writer).status, 201)
        inflow = {"send": {"asset": "BRL", "value": "1", "distribute": {"to": [
            entry("@anna", "1")]}}}
        funding = payment("1", [entry("@external/BRL", "1")], [entry("@anna", "1")])
        for client in (writer, plain):
            self.refused(client.post(f"{self.ledger}/transactions/inflow", inflow), 403, "0043")
            self.refused(client.post(f"{self.ledger}/accounts",
                                     {"assetCode": "BRL", "type": "deposit"}), 403, "0043")
            # An inflow under another name.
            self.refused(self.ask(funding, client=client), 403, "0043")
        self.assertEqual(self.ask(funding).status, 201)
        bodies = set()
        for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer"}):
            answer = self.client.get(f"{self.ledger}/balances", anonymous=True, headers=header)
            self.refused(answer, 401, "0042")
            bodies.add(answer.body)
        self.assertEqual(len(bodies), 1)


class GivenLedgerTest(LedgerTest):
    GIVEN = "0189a2c4-0000-7000-8000-00000000000a"
    settings = {**LedgerTest.settings, "transfers.ledger": GIVEN}

    def test_a_ledger_that_is_configured_is_there_and_the_first_organizations(self):
        path = f"{ORGANIZATION}/{self.GIVEN}"
        self.check(self.client.get(path), 200, "ledger_response")
        other = Client(self.server, self.server.token(tenant=OTHER_TENANT,
                                                      scopes=["transfers:read", "admin"]))
        theirs = path.replace(TENANT, OTHER_TENANT)
        self.assertEqual(other.get(theirs).status, 200)  # nobody has used it
        self.account("@anna", "5", ledger=path)
        self.refused(other.get(theirs), 404, "0007")
        body = {"assetCode": "BRL", "type": "deposit"}
        self.refused(other.post(f"{theirs}/accounts", body), 404, "0007")
        listed = self.client.get(f"{ORGANIZATION}?limit=100").json()["items"]
        self.assertIn(self.GIVEN, [each["id"] for each in listed])


class AccountsTest(LedgerTest):
    def test_an_account_and_what_comes_with_the_first_of_its_asset(self):
        made = self.account("@anna")
        self.assertEqual((made["alias"], made["assetCode"], made["type"], made["name"]),
                         ("@anna", "BRL", "deposit", "An account"))
        for path in (f"accounts/{made['id']}", "accounts/alias/@anna", "accounts/alias/%40anna"):
            self.assertEqual(self.check(self.client.get(f"{self.ledger}/{path}"), 200,
                                        "account_response"), made)
        self.account("@bert")
        self.account("@carl", asset="JPY")
        listed = self.check(self.client.get(f"{self.ledger}/accounts"), 200, "accounts_response")
        self.assertEqual(sorted(each["alias"] for each in listed["items"]),
                         ["@anna", "@bert", "@carl", "@external/BRL", "@external/BRL/fees",
                          "@external/JPY", "@external/JPY/fees"])
        self.assertEqual({each["type"] for each in listed["items"]
                          if each["alias"].startswith("@external/")}, {"external"})

    def test_accounts_in_pages(self):
        for number in range(7):
            self.account(f"@a{number}")
        seen, query = [], ""
        while True:
            page = self.check(self.client.get(f"{self.ledger}/accounts?limit=4{query}"), 200,
                              "accounts_response")
            seen += [each["alias"] for each in page["items"]]
            if "next_cursor" not in page:
                break
            query = f"&cursor={page['next_cursor']}"
        self.assertEqual(len(seen), 9)
        self.assertEqual(len(set(seen)), 9)

    def test_an_alias_is_one_accounts(self):
        self.account("@anna")
        body = {"alias": "@anna", "assetCode": "BRL", "type": "deposit"}
        self.refused(self.client.post(f"{self.ledger}/accounts", body), 409, "0020", "alias")
        body["alias"] = "@many"
        statuses = [answer.status for answer in self.at_once(
            8, lambda client, _: client.post(f"{self.ledger}/accounts", body))]
        self.assertEqual(sorted(statuses), [201] + [409] * 7)
        # In another ledger it is another account's.
        other = self.client.post(ORGANIZATION, {"name": "other"}).json()["id"]
        self.account("@anna", ledger=f"{ORGANIZATION}/{other}")

    def test_what_an_account_refuses(self):
        good = {"alias": "@anna", "assetCode": "BRL", "type": "deposit"}
        for change, code, field in (
                ({"assetCode": None}, "0009", "assetCode"), ({"type": None}, "0009", "type"),
                ({"assetCode": "brl"}, "0033", "assetCode"),
                ({"assetCode": "ABCDEFGHIJK"}, "0033", "assetCode"),
                ({"type": "external"}, "0066", "type"), ({"alias": "a b"}, "0096", "alias"),
                ({"alias": "@external/BRL"}, "0096", "alias"),
                ({"alias": "@external"}, "0096", "alias"), ({"alias": "x" * 101}, "0096", "alias"),
                ({"alias": 7}, "0047", "alias"), ({"name": "a\u0000"}, "0047", "name"),
                ({"blocked": True}, "0047", "blocked"), ({"Alias": "@x"}, "0053", "Alias"),
                ({"parentAccountId": str(uuid.uuid4())}, "0047", "parentAccountId")):
            with self.subTest(change=change):
                self.refused(self.client.post(f"{self.ledger}/accounts", {**good, **change}), 400,
                             code, field)
        for body in (b"", b"{", b"[]", b'{"a":1,"a":2}'):
            answer = self.client.post(f"{self.ledger}/accounts", body,
                                      content_type="application/json")
            self.refused(answer, 400, "0094")

    def test_unknown_accounts_are_not_found(self):
        self.account("@anna")
        for path in (f"accounts/{uuid.uuid4()}", f"accounts/{uuid.uuid4()}/balances",
                     f"balances/{uuid.uuid4()}", "accounts/alias/@nobody",
                     "accounts/alias/@nobody/balances", "accounts/alias/@external%2FUSD/balances",
                     "accounts/alias/" + "x" * 300):
            self.refused(self.client.get(f"{self.ledger}/{path}"), 404, "0007")
        # An account of another ledger is not this one's.
        other = self.client.post(ORGANIZATION, {"name": "other"}).json()["id"]
        theirs = self.account("@bert", ledger=f"{ORGANIZATION}/{other}")
        self.refused(self.client.get(f"{self.ledger}/accounts/{theirs['id']}"), 404, "0007")

    def test_the_servers_own_refusals_have_the_shape_too(self):
        self.refused(self.client.get("/v1/organizations/a/b/c"), 404, "0007")
        self.refused(self.client.request("DELETE", f"{self.ledger}/accounts"), 405, "0008")
        answer = self.client.post(f"{self.ledger}/accounts", b"{}", content_type="text/plain")
        self.refused(answer, 415, "0047")
        large = b'{"a":"' + b"x" * (1 << 20) + b'"}'
        answer = self.client.post(f"{self.ledger}/accounts", large,
                                  content_type="application/json")
        self.refused(answer, 413, "0143")


class BalancesTest(LedgerTest):
    def test_a_balance_by_every_way(self):
        account = self.account("@anna", "12.34")
        balance = self.balance("@anna")
        self.assertEqual((balance["available"], balance["onHold"], balance["version"]),
                         ("12.34", "0.00", 1))
        self.assertEqual((balance["accountId"], balance["alias"], balance["assetCode"],
                          balance["accountType"]), (account["id"], "@anna", "BRL", "deposit"))
        self.assertEqual(self.check(self.client.get(f"{self.ledger}/balances/{balance['id']}"),
                                    200, "balance_response"), balance)
        listed = self.check(self.client.get(f"{self.ledger}/accounts/{account['id']}/balances"),
                            200, "balances_response")
        self.assertEqual(listed["items"], [balance])
        self.assertIn(balance, self.cut()["items"])
        self.assertEqual(self.money("@external/BRL"), ("-12.34", "0.00"))

    def test_one_cut_carries_its_lsn_and_pages(self):
        self.account("@anna", "1.00")
        before = self.cut()
        self.assertEqual(before["limit"], 1000)
        self.inflow("@anna", "1.00")
        self.assertGreater(int(self.cut()["lsn"]), int(before["lsn"]))
        first = self.cut(query="?limit=2")
        rest = self.cut(query=f"?limit=2&cursor={first['next_cursor']}")
        self.assertEqual(len(first["items"]), 2)
        self.assertNotIn("next_cursor", rest)
        self.assertEqual(first["items"] + rest["items"], self.cut()["items"])

    def test_many_balances_are_one_cut(self):
        for number in range(150):
            self.account(f"@a{number}")
        self.assertEqual(len(self.cut()["items"]), 152)

    def test_what_a_list_refuses(self):
        for query, code, field in (("limit=x", "0082", "limit"), ("limit=0", "0082", "limit"),
                                   ("limit=-1", "0082", "limit"), ("limit=1001", "0080", "limit"),
                                   ("limit=99999999999999999999999", "0080", "limit"),
                                   ("limit=1&limit=2", "0082", "limit"), ("page=2", "0082", None),
                                   ("cursor=x", "0082", "cursor"),
                                   ("&".join(["limit=1"] * 101), "0082", None)):
            with self.subTest(query=query):
                self.refused(self.client.get(f"{self.ledger}/balances?{query}"), 400, code, field)
        self.refused(self.client.get(f"{self.ledger}/accounts?limit=101"), 400, "0080", "limit")


class KeysTest(LedgerTest):
    def test_a_repeat_is_the_first_answer_whatever_it_says(self):
        self.account("@anna", "100")
        first = self.ask(payment("1", [entry("@anna", "1")], [entry("@external/BRL", "1")]),
                         headers={"X-Idempotency": "k", "X-TTL": "86400"})
        other = self.ask(payment("2", [entry("@anna", "2")], [entry("@external/BRL", "2")]),
                         headers={"X-Idempotency": "k"})
        self.assertEqual((first.status, first.replayed), (201, "false"))
        self.assertEqual((other.status, other.body, other.replayed), (201, first.body, "true"))
        self.assertEqual(self.money("@anna")[0], "99.00")
        self.server.kill()
        self.server.start()
        type(self).client = Client(self.server, self.token)
        again = self.ask(payment("1", [entry("@anna", "1")], [entry("@external/BRL", "1")]),
                         headers={"X-Idempotency": "k"})
        self.assertEqual((again.status, again.body, again.replayed), (201, first.body, "true"))
        self.assertEqual(self.money("@anna")[0], "99.00")

    def test_the_scope_is_the_ledger_and_no_key_is_made_of_a_body(self):
        self.account("@anna", "100")
        body = payment("1", [entry("@anna", "1")], [entry("@external/BRL", "1")])
        ids = {self.ask(body).json()["id"] for _ in range(3)}
        self.assertEqual(len(ids), 3)
        self.assertEqual(self.ask(body, headers={"X-Idempotency": "s"}).replayed, "false")
        other = self.client.post(ORGANIZATION, {"name": "other"}).json()["id"]
        self.account("@anna", "5", ledger=f"{ORGANIZATION}/{other}")
        there = self.client.post(f"{ORGANIZATION}/{other}/transactions/json", body,
                                 headers={"X-Idempotency": "s"})
        self.assertEqual((there.status, there.replayed), (201, "false"))
        somebody = Client(self.server, self.server.token(subject="somebody else"))
        self.assertEqual(self.ask(body, client=somebody,
                                  headers={"X-Idempotency": "s"}).replayed, "true")

    def test_a_refusal_frees_the_key(self):
        self.account("@anna", "1")
        body = payment("2", [entry("@anna", "2")], [entry("@external/BRL", "2")])
        key = {"X-Idempotency": "r"}
        self.refused(self.ask(body, headers=key), 422, "0018")
        self.inflow("@anna", "1")
        self.assertEqual(self.ask(body, headers=key).replayed, "false")

    def test_what_a_key_may_be(self):
        self.account("@anna", "10")
        body = payment("1", [entry("@anna", "1")], [entry("@external/BRL", "1")])
        for bad in ("", "a b", "k" * 256, "é"):
            answer = self.ask(body, headers={"X-Idempotency": bad.encode()})
            self.refused(answer, 400, "0047", "X-Idempotency")
        for ttl in ("x", "0", "-5", "99999999999999999999"):
            answer = self.ask(body, headers={"X-Idempotency": "k" * 200 + ttl, "X-TTL": ttl})
            self.assertEqual(answer.replayed, "false")

    def test_of_many_at_once_one_moves_money(self):
        self.account("@anna", "100")
        body = payment("1", [entry("@anna", "1")], [entry("@external/BRL", "1")], pending=True)
        answers = self.at_once(32, lambda client, _: self.ask(body, client,
                                                              {"X-Idempotency": "at-once"}))
        self.assertEqual(len({answer.body for answer in answers}), 1)
        self.assertEqual(sorted(answer.replayed for answer in answers), ["false"] + ["true"] * 31)
        self.assertEqual(self.money("@anna"), ("99.00", "1.00"))


if __name__ == "__main__":
    main()
