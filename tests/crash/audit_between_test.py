#!/usr/bin/env python3
"""What cuts may show that were read while transactions were under way.

usage: audit_between_test.py [unittest options]"""

import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from audit.between import Between  # noqa: E402
from audit.money import movement  # noqa: E402
from audit.reading import Balance, Cut, Seen  # noqa: E402
from audit_world import decimals  # noqa: E402


def seen(at, status, held=100):
    legs = [{"type": "ON_HOLD", "accountId": "a", "accountAlias": "@anna",
             "amount": {"value": decimals(held)}}]
    if status == "CANCELED":
        legs.append({**legs[0], "type": "RELEASE"})
    if status == "APPROVED":
        legs += [{**legs[0], "type": "DEBIT"},
                 {**legs[0], "type": "CREDIT", "accountId": "b"}]
    document = {"id": f"t{held}", "status": {"code": status}, "amount": decimals(held),
                "operations": legs}
    return Seen(at, at + 1, movement(document)[0])


def cut(at, available, on_hold):
    return Cut(at, at + 1, at, {"a": Balance("@anna", "BRL", available, on_hold, 1)})


def of_anna(between):
    return [one for one in between.judge() if "@anna" in one]


class BetweenTest(unittest.TestCase):
    """1000 at the beginning; what a cut at 10 may show, by what was seen before and after it."""

    def found(self, balance, *observed):
        between = Between()
        between.base["a"] = (1000, 0)
        for one in observed:
            self.assertTrue(between.note(one))
        between.cuts.append(cut(10, *balance))
        return of_anna(between)

    def test_what_was_seen_before_and_after_leaves_no_choice(self):
        observed = seen(2, "PENDING"), seen(20, "PENDING")
        self.assertEqual(self.found((900, 100), *observed), [])
        self.assertTrue(self.found((1000, 0), *observed))
        self.assertTrue(self.found((900, 0), *observed))

    def test_what_changes_beside_the_cut_leaves_a_choice(self):
        for end, last in (("CANCELED", (1000, 0)), ("APPROVED", (900, 0))):
            observed = seen(2, "PENDING"), seen(20, end)
            self.assertEqual(self.found((900, 100), *observed), [])
            self.assertEqual(self.found(last, *observed), [])
            self.assertTrue(self.found((800, 0), *observed))
            self.assertTrue(self.found((900, 0) if end == "CANCELED" else (1000, 0), *observed))
            # Of a read that overlaps the cut nothing is known.
            self.assertEqual(self.found((1000, 0), seen(9.5, "PENDING"), seen(10, end)), [])
            self.assertEqual(self.found(last, seen(2, end), seen(20, end)), [])
            self.assertTrue(self.found((900, 100), seen(2, end), seen(20, end)))

    def test_a_hold_is_not_released_twice(self):
        observed = seen(2, "CANCELED"), seen(2, "PENDING", 50), seen(20, "PENDING", 50)
        self.assertEqual(self.found((950, 50), *observed), [])
        self.assertTrue(self.found((1050, 50), *observed))

    def test_many_choices_are_bounded(self):
        observed = [seen(20, "APPROVED", 2 ** at) for at in range(14)]
        self.assertEqual(self.found((1000, 0), *observed), [])
        self.assertTrue(self.found((1001, 0), *observed))
        self.assertTrue(self.found((1000, -1), *observed))

    def test_going_back_is_found(self):
        between = Between()
        self.assertTrue(between.note(seen(2, "APPROVED")))
        self.assertTrue(between.note(seen(2, "PENDING")))  # at the same time
        self.assertFalse(between.note(seen(20, "PENDING")))

    def test_what_is_over_becomes_the_base(self):
        between = Between()
        between.base["a"] = (1000, 0)
        between.note(seen(2, "APPROVED"))
        between.note(seen(2, "PENDING", 50))
        self.assertEqual(of_anna(between), [])
        self.assertEqual((between.base["a"], list(between.open)), ((900, 0), ["t50"]))
        between.cuts.append(cut(30, 850, 50))
        between.note(copy.copy(seen(40, "PENDING", 50)))
        self.assertEqual(of_anna(between), [])


if __name__ == "__main__":
    unittest.main()
