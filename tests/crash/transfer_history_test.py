#!/usr/bin/env python3
"""The checker of transfers' histories: it says nothing of a history that is right, and finds each
wrong that is planted in one.

usage: transfer_history_test.py [unittest options]"""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from transfer_history import Checker, Event  # noqa: E402

TIME = "2026-02-01T15:35:00-03:00"
LATER = "2026-02-01T15:35:01-03:00"


class HistoryTest(unittest.TestCase):
    def setUp(self):
        self.checker = Checker()
        self.time = 0.0
        self.number = 0
        self.events = []

    def event(self, kind, subject, status, body, key=None, replayed="false", lasts=1.0, sent=b""):
        """It begins when the one before has ended."""
        self.number += 1
        path = {"process": "/process", "get": f"/{subject}"}.get(kind, f"/{subject}/{kind}")
        key = key or (None if kind == "get" else f"key-{self.number}")
        self.events.append(Event(self.time, self.time + lasts, kind, path, key, sent, subject,
                                 status, json.dumps(body).encode(), replayed))
        self.time += lasts + 1
        return self.events[-1]

    def process(self, initiation="i", transfer="t", status="CREATED", **more):
        return self.event("process", initiation, 200, {"transferId": transfer, "status": status},
                          **more)

    def get(self, status, kind="TED_OUT", transfer="t"):
        return self.event("get", transfer, 200,
                          {"transferId": transfer, "type": kind, "status": status}, replayed=None)

    def won(self, at=TIME, **more):
        return self.event("cancel", "t", 200,
                          {"transferId": "t", "status": "CANCELLED", "cancelledAt": at}, **more)

    def late(self, status="PROCESSING", allowed=("CREATED", "PENDING"), **more):
        return self.event("cancel", "t", 422, {"error": {"code": "BTF-0204", "fields": {
            "currentStatus": status, "allowedStatuses": list(allowed)}}}, **more)

    def at_once(self, *events):
        """All at the same time."""
        for event in events:
            event.began, event.ended = events[0].began, events[0].ended

    def finds(self, word):
        findings = self.checker.feed(self.events)
        self.assertTrue(any(word in one for one in findings), (word, findings))

    def is_right(self):
        self.assertEqual(self.checker.feed(self.events), [])
        self.events = []

    def end(self, *walked, transfer="t", kind="TED_OUT"):
        return {transfer: {"transferId": transfer, "type": kind, "status": walked[-1],
                           "statusHistory": [{"status": status, "timestamp": TIME}
                                             for status in walked]}}

    def test_a_right_history(self):
        self.process(key="p")
        self.get("CREATED")
        self.process(key="p", replayed="true")
        self.won(key="c")
        self.won()
        self.won(key="c", replayed="true")
        self.get("CANCELLED")
        self.is_right()
        self.assertEqual(list(self.checker.judge_end(self.end("CREATED", "CANCELLED"))), [])
        self.assertEqual(self.checker.counts["second cancels"], 1)

    def test_a_right_loser(self):
        self.process()
        self.get("PENDING")
        self.at_once(self.late(), self.get("PROCESSING"), self.get("PENDING"))
        self.late("COMPLETED")
        self.is_right()
        path = "CREATED", "PENDING", "PROCESSING", "COMPLETED"
        self.assertEqual(list(self.checker.judge_end(self.end(*path))), [])

    def test_keys(self):
        for status, replayed, word in ((200, "false", "executed 2 times"),
                                       (200, None, "not marked as a replay")):
            self.setUp()
            self.process(key="p")
            self.process(key="p", replayed=replayed)
            self.finds(word)
        self.setUp()
        self.process(key="p")
        self.process(key="p", transfer="u", replayed="true")
        self.finds("was answered 200")
        self.setUp()
        self.event("unknown_cancel", "t", 404, {"error": {"code": "BTF-0200"}}, key="c")
        self.event("unknown_cancel", "t", 404, {"error": {"code": "BTF-0200", "x": 1}}, key="c",
                   replayed="true")
        self.finds("and then 404")
        self.setUp()
        self.process(key="p")
        self.event("clash", "t", 200, {}, key="p")
        self.finds("clash /t/clash: answered 200")

    def test_statuses(self):
        for kind, status, code in (("process", 404, "BTF-0201"), ("get", 404, "BTF-0200"),
                                   ("cancel", 409, "BTF-0204"), ("initiate", 500, "BTF-0001"),
                                   ("unknown_cancel", 200, ""), ("other", 500, "")):
            self.setUp()
            self.event(kind, "t", status, {"error": {"code": code}})
            self.finds("answered")

    def test_one_initiation_makes_one_transfer(self):
        self.process()
        self.process(transfer="u")
        self.finds("made t and u")
        self.setUp()
        self.process()
        self.event("process", "i", 409, {"error": {"code": "BTF-0203", "fields": {
            "transferId": "t", "currentStatus": "PENDING"}}})
        self.finds("refused as PENDING")

    def test_what_was_seen_goes_back(self):
        for earlier, now in (("PROCESSING", "PENDING"), ("COMPLETED", "FAILED"),
                             ("CANCELLED", "COMPLETED"), ("REJECTED", "CREATED")):
            self.setUp()
            self.get(earlier)
            self.get(now)
            self.finds(f"was seen {earlier} and is {now}")
        self.setUp()
        self.won()
        self.get("PENDING")
        self.finds("was seen CANCELLED and is PENDING")
        self.setUp()
        self.get("PROCESSING")
        self.won()
        self.finds("was seen PROCESSING and is CANCELLED")
        self.setUp()
        self.get("CREATED")
        self.is_right()
        self.event("get", "t", 404, {"error": {"code": "BTF-0200"}})
        self.finds("is gone")

    def test_two_winners(self):
        for other in (self.late, lambda: self.late("COMPLETED")):
            self.setUp()
            self.get("PENDING")
            self.at_once(self.won(), other())
            self.finds("is CANCELLED and was")
        self.setUp()
        self.get("CREATED")
        self.won()
        self.won(LATER)
        self.finds("cancelled at")

    def test_answers_of_cancel(self):
        self.get("PENDING")
        self.late("PENDING")
        self.finds("is refused with")
        self.setUp()
        self.get("PROCESSING", "P2P")
        self.late()
        self.finds("a P2P is refused with")
        self.setUp()
        self.late("CANCELLED")
        self.finds("that has been done")
        self.setUp()
        self.event("cancel", "t", 200, {"transferId": "u", "status": "CANCELLED",
                                        "cancelledAt": TIME})
        self.finds("answered {")

    def test_the_end(self):
        self.process()
        self.won()
        self.is_right()
        for end, word in ((self.end("CREATED", "PENDING", "PROCESSING", "COMPLETED"),
                           "was answered CANCELLED and is COMPLETED"), ({}, "is not there"),
                          ({**self.end("CREATED", "CANCELLED"),
                            **self.end("CREATED", transfer="u")}, "nobody was told of"),
                          ({**self.end("CREATED", "CANCELLED"),
                            **self.end("CREATED", "CANCELLED", transfer="u")},
                           "nobody has asked for it")):
            findings = list(self.checker.judge_end(end))
            self.assertTrue(any(word in one for one in findings), (word, findings))
        end = self.end("CREATED", "CANCELLED")
        end["t"]["statusHistory"][-1]["timestamp"] = LATER
        self.assertIn("and answered", list(self.checker.judge_end(end))[0])
        self.setUp()
        self.process()
        self.is_right()
        self.assertIn("nobody has asked", list(
            self.checker.judge_end(self.end("CREATED", "CANCELLED")))[0])

    def test_a_loser_at_the_end(self):
        self.process()
        self.late()
        self.is_right()
        for last in ("CANCELLED", "PENDING"):
            self.assertIn("was PROCESSING and is", "".join(
                self.checker.judge_end(self.end("CREATED", last))))


if __name__ == "__main__":
    unittest.main()
