#!/usr/bin/env python3
"""The embedded ledger on the wire: transactions in Midaz's shapes, and many on one account.
usage: ledger_money_test.py PROGRAM [unittest options]"""

import pathlib
import sys
import threading
import uuid
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from ledger_case import (ORGANIZATION, TENANT, Client, LedgerTest, entry, main,  # noqa: E402
                         payment)


def types(transaction):
    return [(each["type"], each["accountAlias"], each["amount"]["value"])
            for each in transaction["operations"]]


class TransactionsTest(LedgerTest):
    # transfers.md 3.3: 1000, a hold of 200, 800 and 200, a cancel, 1000 and 0.
    def test_a_hold_is_canceled(self):
        self.account("@anna", "1000")
        held = self.hold("200")
        self.assertEqual((held["status"]["code"], held["amount"]), ("PENDING", "200.00"))
        self.assertEqual(types(held), [("ON_HOLD", "@anna", "200.00")])
        self.assertEqual((held["source"], held["destination"]), (["@anna"], ["@external/BRL"]))
        self.assertEqual(self.money("@anna"), ("800.00", "200.00"))
        self.assertEqual(self.transaction(held["id"]), held)
        canceled = self.check(self.end(held["id"], "cancel"), 201, "transaction_response")
        self.assertEqual(canceled["status"]["code"], "CANCELED")
        self.assertEqual(types(canceled), [("ON_HOLD", "@anna", "200.00"),
                                           ("RELEASE", "@anna", "200.00")])
        self.assertEqual(self.money("@anna"), ("1000.00", "0.00"))
        self.assertEqual(self.transaction(held["id"]), canceled)
        self.cut()

    def test_a_hold_is_committed(self):
        self.account("@anna", "1000")
        self.account("@bert")
        held = self.pay("200", [entry("@anna", "200")],
                        [entry("@bert", "198.50"), entry("@external/BRL/fees", "1.50")],
                        pending=True)
        self.assertEqual(self.money("@bert"), ("0.00", "0.00"))
        approved = self.check(self.end(held["id"], "commit"), 201, "transaction_response")
        self.assertEqual(approved["status"]["code"], "APPROVED")
        self.assertEqual(types(approved), [
            ("ON_HOLD", "@anna", "200.00"), ("DEBIT", "@anna", "200.00"),
            ("CREDIT", "@bert", "198.50"), ("CREDIT", "@external/BRL/fees", "1.50")])
        self.assertEqual([self.money(each) for each in ("@anna", "@bert", "@external/BRL/fees")],
                         [("800.00", "0.00"), ("198.50", "0.00"), ("1.50", "0.00")])
        self.assertEqual(len({each["id"] for each in approved["operations"]}), 4)
        self.cut()

    def test_money_moves_at_once(self):
        self.account("@anna", "10")
        self.account("@bert")
        made = self.pay("4", [entry("@anna", "4")], [entry("@bert", "4")], description="rent",
                        chartOfAccountsGroupName="HOME", code="R-1", route="r",
                        metadata={"month": "11", "paid": True, "count": 2})
        self.assertEqual(made["status"]["code"], "CREATED")
        shown = self.transaction(made["id"])
        self.assertEqual(shown["status"]["code"], "APPROVED")
        self.assertEqual(types(shown), [("DEBIT", "@anna", "4.00"), ("CREDIT", "@bert", "4.00")])
        self.assertEqual((shown["description"], shown["chartOfAccountsGroupName"], shown["code"],
                          shown["route"], shown["metadata"]),
                         ("rent", "HOME", "R-1", "r", {"month": "11", "paid": True, "count": 2}))
        self.assertEqual((self.money("@anna")[0], self.money("@bert")[0]), ("6.00", "4.00"))
        self.refused(self.end(made["id"], "commit"), 422, "0099")

    def test_outflow(self):
        self.account("@anna", "10")
        body = {"send": {"asset": "BRL", "value": "3", "source": {"from": [entry("@anna", "3")]}}}
        path = f"{self.ledger}/transactions/outflow"
        made = self.check(self.client.post(path, body), 201, "transaction_response")
        self.assertEqual(made["destination"], ["@external/BRL"])
        held = self.check(self.client.post(path, {**body, "pending": True}), 201,
                          "transaction_response")
        self.assertEqual(self.money("@anna"), ("4.00", "3.00"))
        self.check(self.end(held["id"], "commit"), 201, "transaction_response")
        self.assertEqual(self.money("@external/BRL"), ("-4.00", "0.00"))
        # The world outside is an entry, too.
        many = [entry(f"@a{number}", "1") for number in range(8)]
        body = {"send": {"asset": "BRL", "value": "8", "source": {"from": many}}}
        self.refused(self.client.post(path, body), 400, "0047", "send.source")

    def test_shares_and_what_remains(self):
        self.account("@anna", "100")
        self.account("@bert")
        self.account("@carl")
        self.pay("10.00", [entry("@anna", "10.00")],
                 [entry("@bert", share={"percentage": 25}),
                  entry("@carl", share={"percentage": 50, "percentageOfPercentage": 50}),
                  entry("@external/BRL", remaining="remaining")])
        self.assertEqual([self.money(each)[0] for each in ("@bert", "@carl", "@external/BRL")],
                         ["2.50", "2.50", "-95.00"])
        # A third of a centavo is nobody's.
        odd = payment("0.10", [entry("@anna", "0.10")],
                      [entry("@bert", share={"percentage": 33}),
                       entry("@carl", remaining="remaining")])
        self.refused(self.ask(odd), 400, "0073", "send.distribute.to[0].share.percentage")

    def test_ends_come_once(self):
        self.account("@anna", "1000")
        for first in ("commit", "cancel"):
            held = self.hold("100")["id"]
            self.check(self.end(held, first), 201, "transaction_response")
            after = self.money("@anna")
            for second in ("commit", "cancel"):
                self.refused(self.end(held, second), 422, "0099")
            self.assertEqual(self.money("@anna"), after)
        for deed in ("commit", "cancel", "revert"):
            self.refused(self.end(uuid.uuid4(), deed), 404, "0070")
            self.refused(self.end("x", deed), 400, "0065", "transaction")
        self.refused(self.client.get(f"{self.ledger}/transactions/{uuid.uuid4()}"), 404, "0070")

    def test_reverts(self):
        self.account("@anna", "100")
        self.account("@bert")
        paid = self.pay("40", [entry("@anna", "40")], [entry("@bert", "40")])
        before = self.transaction(paid["id"])
        child = self.check(self.end(paid["id"], "revert"), 201, "transaction_response")
        self.assertEqual(child["parentTransactionId"], paid["id"])
        self.assertEqual(self.transaction(paid["id"]), before)
        self.assertEqual((child["source"], child["destination"]), (["@bert"], ["@anna"]))
        self.assertEqual((self.money("@anna")[0], self.money("@bert")[0]), ("100.00", "0.00"))
        self.refused(self.end(paid["id"], "revert"), 400, "0087")
        self.refused(self.end(child["id"], "revert"), 400, "0088")
        held = self.hold("10")
        self.refused(self.end(held["id"], "revert"), 400, "0089")
        self.check(self.end(held["id"], "cancel"), 201, "transaction_response")
        self.refused(self.end(held["id"], "revert"), 400, "0089")
        # The money is not there any more.
        paid = self.pay("40", [entry("@anna", "40")], [entry("@bert", "40")])
        self.pay("1", [entry("@bert", "1")], [entry("@external/BRL", "1")])
        self.refused(self.end(paid["id"], "revert"), 422, "0018")
        self.inflow("@bert", "1")
        statuses = [answer.status for answer in self.at_once(
            8, lambda client, _: self.end(paid["id"], "revert", client))]
        self.assertEqual(sorted(statuses), [201] + [400] * 7)
        self.assertEqual(self.money("@anna")[0], "100.00")
        self.cut()

    def test_transactions_in_pages_newest_first(self):
        self.account("@anna")
        made = [self.inflow("@anna", "1")["id"] for _ in range(5)]
        first = self.check(self.client.get(f"{self.ledger}/transactions?limit=3"), 200,
                           "transactions_response")
        rest = self.check(self.client.get(
            f"{self.ledger}/transactions?limit=3&cursor={first['next_cursor']}"), 200,
            "transactions_response")
        self.assertEqual([each["id"] for each in first["items"] + rest["items"]],
                         sorted(made, reverse=True))
        self.assertNotIn("next_cursor", rest)

    def test_what_a_transaction_refuses(self):
        self.account("@anna", "100")
        self.account("@bert")
        self.account("@carl", asset="JPY")
        anna, bert = entry("@anna", "1"), entry("@bert", "1")
        send = "send.source.from[0]"
        many = [entry("@bert", "1")] * 8
        for body, status, code, field in (
                (payment("100.01", [entry("@anna", "100.01")], [entry("@bert", "100.01")]), 422,
                 "0018", None),
                (payment("1", [entry("@anna", "1")], [entry("@nobody", "1")]), 422, "0019",
                 "accountAlias"),
                (payment("1", [anna], [entry("@external/USD", "1")]), 404, "0034", "accountAlias"),
                (payment("1", [anna], [entry("@carl", "1")]), 404, "0034", "accountAlias"),
                (payment("1", [entry("@anna", amount={"asset": "USD", "value": "1"})], [bert]), 400,
                 "0030", send + ".amount.asset"),
                (payment("1", [entry("@anna")], [bert]), 400, "0072", send + ".amount"),
                (payment("1", [entry("@anna", "1", remaining="remaining")], [bert]), 400, "0072",
                 send + ".amount"),
                (payment("2", [anna], [entry("@bert", "2")]), 400, "0073", "send.source.from"),
                (payment("1", [anna], [entry("@bert", "2")]), 400, "0073", "send.distribute.to"),
                (payment("1", [anna], [bert, entry("@carl", remaining="remaining")]), 400, "0073",
                 "send.distribute.to"),
                (payment("1", [anna], [entry("@anna", "1")]), 400, "0090", None),
                (payment("2", [anna, anna], [entry("@bert", "2")]), 400, "0090", None),
                (payment("1", [entry("@external/BRL", "1")], [bert], pending=True), 422, "0098",
                 None),
                (payment("1", [anna], [bert], pending=True,
                         transactionDate="2020-01-01T00:00:00Z"), 400, "0122", "transactionDate"),
                (payment("1", [anna], [bert], transactionDate="2220-01-01T00:00:00Z"), 400, "0121",
                 "transactionDate"),
                (payment("1", [anna], [bert], transactionDate="2020-01-01T00:00:00Z"), 400, "0047",
                 "transactionDate"),
                (payment("0", [anna], [bert]), 422, "0125", "send.value"),
                (payment("-1", [anna], [bert]), 422, "0125", "send.value"),
                (payment("1", [entry("@anna", "0.00")], [bert]), 422, "0125",
                 send + ".amount.value"),
                (payment("1.001", [anna], [bert]), 400, "0047", "send.value"),
                (payment("1e2", [anna], [bert]), 400, "0047", "send.value"),
                (payment(1.5, [anna], [bert]), 400, "0047", "send.value"),
                (payment("9" * 19, [anna], [bert]), 422, "0097", "send.value"),
                (payment("9" * 100, [anna], [bert]), 422, "0097", "send.value"),
                (payment("8", [entry("@anna", "8")], many), 400, "0047", "send.distribute.to"),
                (payment("1", [], [bert]), 400, "0047", "send.source.from"),
                (payment("1", [{**anna, "balanceKey": "other"}], [bert]), 422, "0019",
                 send + ".balanceKey"),
                (payment("1", [anna], [bert], Pending=True), 400, "0053", "Pending"),
                (payment("1", [{**anna, "x": 1}], [bert]), 400, "0053", send + ".x"),
                (payment("1", [anna], [bert], metadata={"a": {}}), 400, "0067", "metadata"),
                (payment("1", [anna], [bert], metadata={"a": "x" * 9000}), 400, "0051",
                 "metadata"),
                (payment("1", [anna], [bert], description="x" * 257), 400, "0047", "description"),
                (payment("1", [anna], [bert], pending="yes"), 400, "0047", "pending"),
                (payment("1", [anna], [bert], asset="brl"), 400, "0033", "send.asset"),
                ({}, 400, "0009", "send"), ({"send": {}}, 400, "0009", "send.asset"),
                ({"send": 1}, 400, "0047", "send")):
            with self.subTest(body=str(body)[:200]):
                self.refused(self.ask(body), status, code, field)
        self.assertEqual(self.money("@anna"), ("100.00", "0.00"))
        self.assertEqual(self.money("@bert"), ("0.00", "0.00"))
        # A whole number is exact as JSON has it; a decimal that is zero beyond the scale, too.
        self.pay(1, [entry("@anna", "1.000")], [entry("@bert", 1)])

    def test_the_largest_transaction(self):
        """Its record and the answer under its key have room."""
        most = [f"@{number}" + "x" * 98 for number in range(7)]
        for alias in most:
            self.account(alias)
        body = {"description": "\"" * 256, "chartOfAccountsGroupName": "\"" * 256,
                "code": "\"" * 100, "route": "\"" * 256, "metadata": {"a": "\"" * 4000},
                "send": {"asset": "BRL", "value": "7", "distribute": {"to": [
                    entry(alias, "1") for alias in most]}}}
        path = f"{self.ledger}/transactions/inflow"
        first = self.client.post(path, body, headers={"X-Idempotency": "k" * 255})
        made = self.check(first, 201, "transaction_response")
        self.assertEqual(len(made["operations"]), 8)
        again = self.client.post(path, body, headers={"X-Idempotency": "k" * 255})
        self.assertEqual(again.body, first.body)
        self.assertEqual(self.transaction(made["id"])["metadata"], body["metadata"])

    def test_scales_are_the_assets(self):
        self.account("@yen", asset="JPY")
        self.account("@coin", asset="BTC")
        for alias, asset, value, shown in (("@yen", "JPY", "100", "100"),
                                           ("@coin", "BTC", "0.00000001", "0.00000001")):
            body = {"send": {"asset": asset, "value": value, "distribute": {"to": [
                {"accountAlias": alias, "remaining": "remaining"}]}}}
            made = self.client.post(f"{self.ledger}/transactions/inflow", body)
            self.check(made, 201, "transaction_response")
            self.assertEqual(self.money(alias)[0], shown)
        self.cut()

    def test_what_is_too_much_for_64_bits_is_refused(self):
        most = "11529215046068469.75"  # what one stripe of the world outside may owe
        self.account("@anna", most)
        body = {"send": {"asset": "BRL", "value": "0.01", "distribute": {"to": [
            entry("@anna", "0.01")]}}}
        self.refused(self.client.post(f"{self.ledger}/transactions/inflow", body), 422, "0097")
        self.assertEqual(self.money("@anna")[0], most)
        self.cut()

    def test_the_world_outside_can_be_read_however_much_it_owes(self):
        for value, answers in (("90000000000000000.00", {422}),
                               ("11529215046068469.75", {201, 422})):
            aliases = [f"@of-{value[:2]}-{number}" for number in range(8)]
            for alias in aliases:
                self.account(alias)

            def ask(client, number, value=value, aliases=aliases):
                body = {"send": {"asset": "BRL", "value": value, "distribute": {"to": [
                    entry(aliases[number], value)]}}}
                return client.post(f"{self.ledger}/transactions/inflow", body).status

            self.assertLessEqual(set(self.at_once(8, ask)), answers)
            self.cut()


class TransferOwnedTest(LedgerTest):
    settings = {**LedgerTest.settings, "rail.submit_delay": "1h"}

    def confirmed(self, account):
        """The id of a transfer that holds money, and of its ledger transaction."""
        def ask(path, body):
            answer = self.client.post(f"/v1/transfers{path}", body, headers={
                "X-Organization-Id": TENANT, "X-Idempotency": str(uuid.uuid4())})
            self.assertEqual(answer.status, 200, answer.body)
            return answer.json()

        begun = ask("/initiate", {
            "senderAccountId": account, "amount": 10.5, "purpose": "10",
            "recipient": {"ispb": "60701190", "branch": "0001", "account": "1234567890",
                          "accountType": "CACC", "holderName": "Bruno",
                          "holderDocument": "12345678909"}})
        transfer = ask("/process", {"initiationId": begun["initiationId"]})["transferId"]
        newest = self.client.get(f"{self.ledger}/transactions?limit=1").json()["items"][0]
        return newest["id"], lambda: ask(f"/{transfer}/cancel", {})

    # Else a client could take the money from under a transfer.
    def test_what_a_transfer_holds_moves_with_the_transfer_only(self):
        own = self.client.get(ORGANIZATION + "?limit=100").json()["items"]
        self.ledger = next(f"{ORGANIZATION}/{each['id']}" for each in own
                           if each["name"] == "default")
        account = self.account("@anna", "100")
        transaction, cancel = self.confirmed(account["id"])
        held = self.transaction(transaction)
        self.assertEqual(held["status"]["code"], "PENDING")
        self.assertEqual(self.money("@anna"), ("89.50", "10.50"))
        for deed in ("commit", "cancel"):
            self.refused(self.end(transaction, deed), 422, "0099")
        self.refused(self.end(transaction, "revert"), 400, "0089")
        self.assertEqual(self.transaction(transaction), held)
        self.assertEqual(cancel()["status"], "CANCELLED")
        self.assertEqual(self.transaction(transaction)["status"]["code"], "CANCELED")
        self.assertEqual(self.money("@anna"), ("100.00", "0.00"))
        self.cut()


class HotAccountTest(LedgerTest):
    def watch(self, stop, cuts):
        """Reads all balances as one cut, again and again: check() holds each to a sum of zero."""
        client = Client(self.server, self.token)
        while not stop.is_set():
            cuts.append(self.cut(client))

    def while_watched(self, deed):
        stop, cuts, failures = threading.Event(), [], []

        def watch():
            try:
                self.watch(stop, cuts)
            except Exception as failure:  # pylint: disable=broad-except
                failures.append(failure)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            found = deed()
        finally:
            stop.set()
            watcher.join()
        self.assertEqual(failures, [])
        self.assertEqual([int(each["lsn"]) for each in cuts],
                         sorted(int(each["lsn"]) for each in cuts))
        return found

    def test_as_many_holds_succeed_as_fit(self):
        self.account("@anna", "100")
        body = payment("3", [entry("@anna", "3")], [entry("@external/BRL", "3")], pending=True)
        answers = self.while_watched(
            lambda: self.at_once(64, lambda client, _: self.ask(body, client)))
        statuses = [answer.status for answer in answers]
        self.assertEqual((statuses.count(201), statuses.count(422)), (33, 31))
        for answer in answers:
            if answer.status == 422:
                self.refused(answer, 422, "0018")
        self.assertEqual(self.money("@anna"), ("1.00", "99.00"))
        held = [answer.json()["id"] for answer in answers if answer.status == 201]

        def end(client, number):
            """Of a commit and a cancel at once one wins."""
            deed = ("commit", "cancel")[number % 2]
            return deed, number // 2, self.end(held[number // 2], deed, client).status

        ends = self.while_watched(lambda: self.at_once(64, end))
        won = [deed for deed, _, status in ends if status == 201]
        self.assertEqual(len(won), 32)
        self.assertEqual({number for _, number, status in ends if status == 201}, set(range(32)))
        self.assertEqual({status for _, _, status in ends}, {201, 422})
        left = 100 - 3 * won.count("commit") - 3
        self.assertEqual(self.money("@anna"), (f"{left}.00", "3.00"))
        outside = Decimal(self.balance("@external/BRL")["available"])
        self.assertEqual(outside, 3 * won.count("commit") - 100)
        self.cut()


if __name__ == "__main__":
    main()
