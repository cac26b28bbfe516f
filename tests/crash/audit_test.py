#!/usr/bin/env python3
"""The auditor itself: it says nothing of books that are right, and finds each wrong that is planted
in them. A check that cannot fail is none.

usage: audit_test.py [unittest options]"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from audit import Auditor  # noqa: E402
from audit.money import Wrong, minor  # noqa: E402
from audit_world import LEDGER, TENANT, TIME, World  # noqa: E402

class AuditorTest(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.auditor = Auditor(TENANT, LEDGER, self.world.get)

    def finds(self, *words):
        findings = self.auditor.settle(whole=True)
        for word in words:
            self.assertTrue(any(word in one for one in findings), (word, findings))

    def spoil(self, spoil, *words):
        """A fresh world, audited once, then spoiled."""
        for audited in (False, True):
            with self.subTest(words=words, audited=audited):
                self.setUp()
                if audited:
                    self.assertEqual(self.auditor.settle(), [])
                spoil(self.world)
                self.world.lsn += 1
                # Whoever has seen it before it was spoiled may find that first.
                self.finds(*words if not audited else ("",))

    def test_right_books_have_no_finding(self):
        for _ in range(3):
            self.assertEqual(self.auditor.look(), [])
            self.assertEqual(self.auditor.settle(), [])
        self.world.cancel("t-live")
        self.assertEqual(self.auditor.look(), [])
        self.assertEqual(self.auditor.settle(whole=True), [])
        self.assertGreater(self.auditor.between.narrow, 0)

    def test_money_appears_or_vanishes(self):
        self.spoil(lambda world: world.move("a", 1, 0), "add up to 1", "come to",
                   "by its transfers")
        self.spoil(lambda world: (world.move("a", 100, 0), world.move("x", -100, 0)),
                   "no transactions explain", "its transactions come to", "by its transfers")
        self.spoil(lambda world: (world.move("a", 1, 0), world.move("b", -1, 0)), "come to")
        self.spoil(lambda world: (world.move("a", 1, -1)), "its live transactions hold")
        self.spoil(lambda world: world.move("a", -100000, 100000), "@anna has -")
        self.spoil(lambda world: world.move("a", 6000, -6000), "on hold at LSN")

    def test_a_cut_goes_back(self):
        self.assertEqual(self.auditor.settle(), [])
        self.world.lsn -= 1
        self.finds("LSN 6 follows 7")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        self.world.balances["a"]["version"] -= 1
        self.finds("falls from version")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        self.world.cancel("t-live")
        self.world.balances["a"]["version"] -= 1
        self.finds("without a new version")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        self.world.cancel("t-live")
        self.world.lsn -= 1
        self.finds("at one LSN")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        del self.world.balances["b"]
        self.finds("@bert is gone")

    def test_holds_that_end_otherwise_than_their_transfers(self):
        def approve_the_cancelled(world):
            world.transactions["m-t-gone"]["status"]["code"] = "APPROVED"

        def status(name, code):
            return lambda world: world.transactions[name]["status"].update(code=code)

        def drop(name, kind):
            def do(world):
                one = world.transactions[name]
                one["operations"] = [each for each in one["operations"] if each["type"] != kind]
            return do

        def double(name, kind):
            def do(world):
                one = world.transactions[name]
                one["operations"] += [each for each in one["operations"] if each["type"] == kind]
            return do

        self.spoil(approve_the_cancelled, "is CANCELLED and its transaction")
        self.spoil(status("m-t-done", "CANCELED"), "is COMPLETED and its transaction")
        self.spoil(status("m-t-gone", "PENDING"), "is CANCELLED and its transaction")
        self.spoil(status("m-t-live", "CANCELED"), "is PENDING and its transaction")
        self.spoil(drop("m-t-gone", "RELEASE"), "and released {}")
        self.spoil(double("m-t-gone", "RELEASE"), "and released")
        self.spoil(double("m-t-done", "DEBIT"), "and took")
        self.spoil(double("m-t-live", "ON_HOLD"), "holds 10300", "holds")
        self.spoil(drop("m-t-done", "CREDIT"), "and gives {}")
        self.spoil(status("m-t-done", "NOTED"), "a status that there is not")
        self.spoil(lambda world: world.transactions.pop("m-t-done"), "is answered 404")
        self.spoil(lambda world: world.transfers["t-done"].pop("midazTransactionId"),
                   "has no transaction")
        self.spoil(lambda world: world.transfers["t-done"].update(
            midazTransactionId="m-p-done"), "belongs to 2 transfers")

    def test_a_hold_that_is_left(self):
        """A transfer was cancelled and its hold stands, money and all."""
        def leave(world):
            world.transfers["t-live"]["status"] = "CANCELLED"
            world.transfers["t-live"]["statusHistory"].append(
                {"status": "CANCELLED", "timestamp": TIME.format(8)})
            world.transfers["t-live"]["updatedAt"] = TIME.format(8)

        self.spoil(leave, "its hold stands", "is CANCELLED and its transaction", "by its transfers")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        leave(self.world)
        self.assertTrue(any("its hold stands" in one for _ in range(20)
                            for one in self.auditor.look()))

    def test_transactions_of_nobody(self):
        self.spoil(lambda world: world.post("m", {"a": 100}, {"b": 100}), "belong to no transfer")
        self.spoil(lambda world: world.post("m", {"a": 100}, {"b": 100}, True, "PENDING"),
                   "belong to no transfer", "by its transfers")
        self.spoil(lambda world: world.post("m", {"b": 650, "f": 150}, {"x": 800}),
                   "belong to no transfer")
        self.spoil(lambda world: world.transactions.pop("back"), "charged back")
        self.spoil(lambda world: world.transfers.pop("t-live"), "belong to no transfer")

    def test_amounts(self):
        def change(name, field, value):
            return lambda world: world.transfers[name].update({field: value})

        self.spoil(change("t-done", "feeAmount", 2.5), "with a fee of", "moved")
        self.spoil(change("t-done", "amount", 41), "of 4100")
        self.spoil(change("i-done", "totalAmount", 10.5), "of 900")
        self.spoil(change("p-done", "recipientAccountId", "a"), "moved", "by its transfers")
        self.spoil(change("i-failed", "midazTransactionId", "m-i-done"), "has a transaction")
        self.assertEqual((minor("10"), minor("-0.01"), minor(12)), (1000, -1, 1200))
        for wrong in ("0.001", "x", None, float("nan")):
            self.assertRaises(Wrong, minor, wrong)

    def test_paths(self):
        def path(name, *walked, times=None):
            def do(world):
                transfer = world.transfers[name]
                transfer["statusHistory"] = [
                    {"status": status, "timestamp": TIME.format((times or range(9))[at])}
                    for at, status in enumerate(walked)]
            return do

        for name, *walked in (("t-done", "CREATED", "COMPLETED"),
                              ("t-done", "CREATED", "PENDING", "COMPLETED"),
                              ("t-gone", "CREATED", "PENDING", "PROCESSING", "CANCELLED"),
                              ("t-gone", "CREATED", "CANCELLED", "CANCELLED"),
                              ("p-done", "CREATED", "PENDING", "PROCESSING", "COMPLETED"),
                              ("i-done", "RECEIVED", "COMPLETED"),
                              ("t-rejected", "CREATED", "PENDING", "COMPLETED", "REJECTED")):
            self.spoil(path(name, *walked), "goes from")
        self.spoil(path("t-done", "PENDING", "PROCESSING", "COMPLETED"), "begins as")
        self.spoil(path("t-done"), "begins as")
        self.spoil(path("t-gone", "CREATED"), "its history ends with")
        self.spoil(path("t-gone", "CREATED", "CANCELLED", times=(1, 0)), "out of order")
        self.spoil(lambda world: world.transfers["t-done"].pop("completedAt"), "completedAt")
        self.spoil(lambda world: world.transfers["t-done"].update(type="PIX"), "of a type")

    def test_what_has_ended_changes(self):
        for field, value in (("updatedAt", TIME.format(9)), ("description", "x"), ("amount", 1)):
            self.setUp()
            self.assertEqual(self.auditor.settle(), [])
            self.world.transfers["t-gone"][field] = value
            self.finds("has ended as")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        self.world.transfers["t-live"]["statusHistory"][0]["timestamp"] = TIME.format(1)
        self.finds("had the history")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        self.world.transfers["t-live"]["senderAccountId"] = "b"
        self.finds("changes its senderAccountId")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        self.world.transactions["m-t-gone"]["operations"].pop()
        self.finds("was over as")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        self.world.transactions.pop("m-t-gone")
        self.finds("not listed any more")
        self.setUp()
        self.assertEqual(self.auditor.settle(), [])
        self.world.transfers.pop("t-gone")
        self.finds("was there and is not listed")

    def test_a_list_that_says_otherwise(self):
        get = self.world.get

        def spoiled(path):
            status, body = get(path)
            if path.startswith("/v1/transfers?"):
                body = body.replace('"amount": 40.0', '"amount": 40.5')
            return status, body

        self.auditor.reader.get = spoiled
        self.finds("is listed with amount")

    def test_answers_that_are_none(self):
        self.auditor.reader.get = lambda path: (500, "no")
        self.assertIn("is answered 500", self.auditor.look()[0])
        self.auditor.reader.get = lambda path: (200, "<html>")
        self.assertIn("is not JSON", self.auditor.settle()[0])
        self.auditor.reader.get = self.world.get
        self.world.moving = True
        self.finds("does not come to rest")


if __name__ == "__main__":
    unittest.main()
