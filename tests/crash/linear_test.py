#!/usr/bin/env python3
"""The search for a legal order finds it where there is one, and nowhere else."""

import dataclasses
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from histories import (GONE, JOB, absent, cancel, create, get, lost, refused_cancel)  # noqa: E402
from history import Checker  # noqa: E402
from linear import Linear  # noqa: E402


class Right(unittest.TestCase):
    def accepts(self, *rounds):
        checker = Checker()
        self.assertEqual([checker.feed(list(events)) for events in rounds], [[] for _ in rounds])
        return checker

    def test_a_lost_cancel_may_come_later_or_never(self):
        for state in ("RUNNING", "CANCELED", "SUCCEEDED"):
            self.accepts([create(0), lost(cancel(1)), get(2, "QUEUED")], [get(3, state)])

    def test_a_job_that_runs_twice(self):
        self.accepts([create(0), get(1, "RUNNING", startedAt="2026-11-22T10:00:00Z"),
                      get(2, "QUEUED", startedAt="2026-11-22T10:00:00Z"),
                      get(3, "RUNNING", startedAt="2026-11-22T10:00:01Z")])

    def test_many_at_once_on_one_job(self):
        """Everything overlaps: forty readers, of whom each saw another moment, and a cancel."""
        states = ("QUEUED", "RUNNING", "CANCELED")
        reads = [dataclasses.replace(get(1, states[n % 3]), ended=9) for n in range(40)]
        checker = self.accepts([create(0), *reads, dataclasses.replace(cancel(1), ended=9)])
        self.assertEqual(checker.linear.undecided, set())

    def test_an_event_that_is_told_too_late(self):
        self.accepts([create(5)], [cancel(1)], [get(9, "CANCELED")])


class Planted(unittest.TestCase):
    def finds(self, words, *rounds):
        checker = Checker()
        findings = [finding for events in rounds for finding in checker.feed(list(events))]
        self.assertTrue(any(words in finding for finding in findings), findings)

    def test_a_foreign_cancel_that_does_something(self):
        self.finds("no legal order", [create(0), absent(1, "foreign", kind="cancel")],
                   [get(2, "CANCELED")])

    def test_a_cancel_that_nobody_asked_for(self):
        self.finds("no legal order", [create(0), get(1, "CANCELED")])
        self.finds("no legal order", [create(0), refused_cancel(1, "CANCELED")])

    def test_orders_that_are_none(self):
        late = dataclasses.replace(create(5), ended=9)
        self.finds("no legal order", [get(0, "QUEUED"), late])
        self.finds("no legal order", [create(0), cancel(1, "a"), cancel(2, "b")])
        self.finds("no legal order", [create(0), GONE])
        overlapping = [dataclasses.replace(cancel(at, key), ended=9)
                       for at, key in ((1, "a"), (2, "b"))]
        self.finds("no legal order", [create(0), *overlapping])
        # Pair by pair this would do; in one order it does not: the read before the cancel that
        # was sent after the read that saw it done.
        self.finds("no legal order", [create(0), get(1, "CANCELED"),
                                      dataclasses.replace(cancel(2), ended=9)])

    def test_an_attempt_that_is_taken_back(self):
        running = get(1, "RUNNING", startedAt="2026-11-22T10:00:01Z")
        self.finds("no legal order", [create(0), running], [get(2, "QUEUED")])
        self.finds("no legal order",
                   [create(0), running, get(2, "RUNNING", startedAt="2026-11-22T10:00:00Z")])

    def test_a_search_that_grows_too_large_says_so(self):
        linear = Linear(limit=2)
        reads = [dataclasses.replace(get(1, state), ended=9)
                 for state in ("QUEUED", "RUNNING", "SUCCEEDED") * 4]
        self.assertEqual(list(linear.feed([create(0), *reads])), [])
        self.assertEqual(linear.undecided, {JOB})


if __name__ == "__main__":
    unittest.main()
