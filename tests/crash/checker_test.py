#!/usr/bin/env python3
"""The checker of histories finds what is planted, and nothing in a history that is right."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from history import Event, check_all, check_list  # noqa: E402


def get(at, state, job="j"):
    return Event(at, at + 0.1, "get", job=job, status=200, state=state)


def cancel(at, status, state, key=None, body=b"b", replayed="false"):
    return Event(at, at + 0.1, "cancel", key=key, path="/c", status=status, body=body, job="j",
                 state=state, replayed=replayed)


class Planted(unittest.TestCase):
    def finds(self, events, words):
        findings = check_all(events)
        self.assertTrue(any(words in finding for finding in findings), findings)

    def test_nothing_in_a_right_history(self):
        events = [Event(0, 0.1, "create", key="k", path="/p", status=202, body=b"a", job="j",
                        state="QUEUED", replayed="false"),
                  get(1, "QUEUED"), get(2, "RUNNING"), get(3, "QUEUED"), get(4, "RUNNING"),
                  cancel(5, 200, "CANCELED", "c"),
                  cancel(6, 200, "CANCELED", "c", replayed="true"),
                  cancel(7, 409, "CANCELED"), get(8, "CANCELED")]
        self.assertEqual(check_all(events), [])
        self.assertEqual(list(check_list(events, ["j"])), [])

    def test_answers_that_overlap_may_come_in_either_order(self):
        self.assertEqual(check_all([Event(0, 5, "get", job="j", status=200, state="RUNNING"),
                                    cancel(1, 200, "CANCELED")]), [])

    def test_a_cancel_that_is_undone(self):
        self.finds([cancel(0, 200, "CANCELED"), get(1, "SUCCEEDED")], "is SUCCEEDED")
        self.finds([cancel(0, 200, "CANCELED"), get(1, "QUEUED")], "is QUEUED")

    def test_a_read_that_is_taken_back(self):
        self.finds([get(0, "SUCCEEDED"), get(1, "RUNNING")], "is RUNNING")

    def test_a_job_that_vanishes(self):
        gone = Event(1, 1.1, "get", job="j", status=404)
        self.finds([get(0, "QUEUED"), gone], "is gone")

    def test_a_cancel_that_succeeds_twice(self):
        self.finds([cancel(0, 200, "CANCELED", "a"), cancel(1, 200, "CANCELED", "b")], "2 times")

    def test_a_cancel_that_is_refused_for_no_reason(self):
        self.finds([cancel(0, 409, "RUNNING")], "was refused in RUNNING")

    def test_a_replay_of_other_bytes_and_one_that_executes(self):
        self.finds([cancel(0, 200, "CANCELED", "k"),
                    cancel(1, 200, "CANCELED", "k", body=b"other", replayed="true")], "two ways")
        self.finds([cancel(0, 200, "CANCELED", "k"), cancel(1, 200, "CANCELED", "k")],
                   "executed again")

    def test_an_unexpected_error(self):
        self.finds([Event(0, 1, "get", path="/x", status=500)], "answered 500")

    def test_lists_that_lack_repeat_or_invent(self):
        made = [Event(0, 1, "create", status=202, job="j")]
        for listed, words in (([], "not listed"), (["j", "j"], "twice"), (["j", "x"], "nobody")):
            self.assertTrue(any(words in finding for finding in check_list(made, listed)))


if __name__ == "__main__":
    unittest.main()
