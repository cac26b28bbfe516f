#!/usr/bin/env python3
"""The laws of batch jobs: they say nothing of a job that is right, and find each wrong that is
planted in one.

usage: batch_history_test.py [unittest options]"""

import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(pathlib.Path(__file__).resolve().parent)]
from batch_history import Batch, Output, judge_cancel, judge_output, judge_seen  # noqa: E402
from batch_kinds import (CancelExports, CancelTransfers, Effects, MakeExports,  # noqa: E402
                         Process, Upstream)


def raw(row, status=200, response=None):
    return json.dumps({"id": row, "response": response or {}, "status": status}).encode() + b"\n"


class LawsTest(unittest.TestCase):
    kind = Upstream()

    def setUp(self):
        self.batch = Batch("b", self.kind, {f"r{at}": f"s{at}" for at in range(3)}, id="j",
                           context="c")

    def job(self, status, good=0, bad=0, size="10"):
        details = {status: {"success_count": str(good), "failure_count": str(bad)}}
        if status in ("complete", "canceled"):
            details[status]["output_file"] = {"size": size, "download_url": {"url": "u"}}
        if status == "cancelling":
            details = {}
        return {"id": "j", "status": status, "status_details": details}

    def sees(self, *jobs):
        return [what for job in jobs for what in judge_seen(self.batch, job)]

    def finds(self, word, findings):
        self.assertTrue(any(word in one for one in findings), (word, list(findings)))

    def output(self, job, *lines):
        return list(judge_output(self.batch, job, Output.read(lines)))

    def judged(self, effects, *lines):
        good = sum(json.loads(line)["status"] < 300 for line in lines)
        self.assertEqual(self.output(self.job("canceled", good, len(lines) - good), *lines), [])
        return self.kind.judge(self.batch, effects)[0]


class SeenTest(LawsTest):
    def test_a_life(self):
        self.assertEqual(self.sees(self.job("validating"), self.job("in_progress", 1),
                                   self.job("in_progress", 2, 1), self.job("complete", 2, 1),
                                   self.job("complete", 2, 1)), [])

    def test_back(self):
        self.finds("was in_progress", self.sees(self.job("in_progress"), self.job("validating")))

    def test_counts_fall(self):
        self.finds("counted", self.sees(self.job("in_progress", 2), self.job("in_progress", 1)))

    def test_out_of_a_cancel(self):
        self.batch.cancels, self.batch.cancelled = 1, True
        self.assertEqual(self.sees(self.job("cancelling")), [])
        self.finds("was canceled and is in_progress", self.sees(self.job("in_progress")))
        self.finds("was canceled and is complete", self.sees(self.job("complete")))

    def test_a_cancel_of_nobody(self):
        self.finds("nobody", self.sees(self.job("canceled")))

    def test_failed(self):
        self.finds("is batch_failed", self.sees(self.job("batch_failed")))

    def test_an_end_that_changes(self):
        self.finds("had ended", self.sees(self.job("complete", 2), self.job("complete", 3)))
        self.finds("had ended", self.sees(self.job("complete", 3, size="11")))


class OutputTest(LawsTest):
    def test_right(self):
        self.assertEqual(self.output(self.job("complete", 2, 1), raw("r0"), raw("r2", 404),
                                     raw("r1")), [])

    def test_twice(self):
        self.finds("more than once", self.output(self.job("canceled", 2), raw("r0"), raw("r0")))

    def test_a_stranger(self):
        self.finds("not asked for", self.output(self.job("canceled", 1), raw("r9")))

    def test_missing(self):
        self.finds("without 1 rows", self.output(self.job("complete", 2), raw("r0"), raw("r1")))

    def test_counts(self):
        self.finds("counts", self.output(self.job("canceled", 1, 1), raw("r0"), raw("r1")))

    def test_another_output(self):
        self.output(self.job("canceled", 1), raw("r0"))
        self.finds("another output", self.output(self.job("canceled", 1), raw("r1")))

    def test_a_torn_line(self):
        with self.assertRaises(ValueError):
            Output.read([raw("r0")[:-5]])

    def test_rows_after_a_cancel(self):
        self.batch.effects_then, self.batch.under_way_max = 5, 2
        self.assertEqual(list(judge_cancel(self.batch, 7)), [])
        self.finds("had an effect", list(judge_cancel(self.batch, 8)))


class UpstreamTest(LawsTest):
    @staticmethod
    def acted(**times):
        return Effects({f"j:{row}": number for row, number in times.items()}, {}, {})

    @staticmethod
    def done(row):
        return raw(row, 200, {"key": f"j:{row}"})

    def test_right(self):
        unknown = raw("r1", 504, {"error": {"code": "outcome_unknown"}})
        self.batch.cancels = 1
        self.assertEqual(self.judged(self.acted(r0=1), self.done("r0"), unknown), [])
        self.assertEqual(self.judged(self.acted(r0=1, r1=1), self.done("r0"), unknown), [])

    def test_unknown_without_a_cancel(self):
        self.finds("unknown", self.judged(self.acted(), raw("r1", 504, {
            "error": {"code": "outcome_unknown"}})))

    def test_twice(self):
        self.finds("acted 2 times", self.judged(self.acted(r0=2), self.done("r0")))

    def test_never(self):
        self.finds("acted 0 times", self.judged(self.acted(), self.done("r0")))

    def test_without_a_line(self):
        self.finds("not in the output", self.judged(self.acted(r0=1, r1=1), self.done("r0")))

    def test_the_answer_of_another(self):
        self.finds("another row's", self.judged(self.acted(r0=1), raw("r0", 200, {"key": "j:r1"})))


class MakeExportsTest(LawsTest):
    kind = MakeExports()

    @staticmethod
    def there(*jobs):
        return Effects({}, {"c": dict.fromkeys(jobs, "QUEUED")}, {})

    def test_right(self):
        self.assertEqual(self.judged(self.there("a", "b"), raw("r0", 202, {"jobId": "a"}),
                                     raw("r1", 202, {"jobId": "b"})), [])

    def test_more_than_lines(self):
        self.finds("2 exports are there", self.judged(self.there("a", "b"),
                                                      raw("r0", 202, {"jobId": "a"})))

    def test_one_for_two(self):
        self.finds("the same", self.judged(self.there("a"), raw("r0", 202, {"jobId": "a"}),
                                           raw("r1", 202, {"jobId": "a"})))

    def test_refused(self):
        self.finds("each can be done", self.judged(self.there(), raw("r0", 500)))


class CancelExportsTest(LawsTest):
    kind = CancelExports()

    @staticmethod
    def there(**jobs):
        return Effects({}, {"c": {"s1": "QUEUED", "s2": "QUEUED", **jobs}}, {})

    def test_right(self):
        self.assertEqual(self.judged(self.there(s0="CANCELED"),
                                     raw("r0", 200, {"status": "CANCELED"})), [])

    def test_done_before(self):
        self.finds("it is CANCELED", self.judged(self.there(s0="CANCELED"), raw("r0", 409)))

    def test_not_done(self):
        self.finds("it is QUEUED", self.judged(self.there(s0="QUEUED"),
                                               raw("r0", 200, {"status": "CANCELED"})))

    def test_without_a_line(self):
        self.finds("not in the output", self.judged(
            self.there(s0="CANCELED", s1="CANCELED"), raw("r0", 200, {"status": "CANCELED"})))


class TransfersTest(LawsTest):
    kind = CancelTransfers()
    won = raw("r0", 200, {"status": "CANCELLED"})
    late = raw("r0", 422, {"error": {"code": "BTF-0204"}})

    def effects(self, status):
        return Effects({}, {}, {"s0": status, "s1": "COMPLETED", "s2": "COMPLETED"})

    def test_right(self):
        self.assertEqual(self.judged(self.effects("CANCELLED"), self.won), [])
        self.batch.output = None
        self.assertEqual(self.judged(self.effects("COMPLETED"), self.late), [])

    def test_wrong(self):
        self.finds("it is COMPLETED", self.judged(self.effects("COMPLETED"), self.won))
        self.batch.output = None
        self.finds("it is CANCELLED", self.judged(self.effects("CANCELLED"), self.late))
        self.batch.output = None
        self.finds("not in the output", self.judged(self.effects("CANCELLED")))


class ProcessTest(LawsTest):
    kind = Process()

    def test_it(self):
        there = Effects({}, {}, {"t": "CREATED"})
        self.assertEqual(self.judged(there, raw("r0", 200, {"transferId": "t"})), [])
        self.batch.output = None
        self.finds("the same", self.judged(there, raw("r0", 200, {"transferId": "t"}),
                                           raw("r1", 200, {"transferId": "t"})))
        self.batch.output = None
        self.finds("each can be done", self.judged(there, raw("r0", 200, {"transferId": "u"})))


if __name__ == "__main__":
    unittest.main()
