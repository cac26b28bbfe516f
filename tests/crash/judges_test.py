#!/usr/bin/env python3
"""Lists, files, hashes and growth: what is judged beside single answers."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from histories import (CONTEXT, JOB, OTHER, create, document, lost, page)  # noqa: E402
from history import Checker  # noqa: E402
from load import rows_of, transactions  # noqa: E402
from remains import (judge_cut, judge_files, judge_growth, judge_hashes,  # noqa: E402
                     judge_orderly_end)


class Judges(unittest.TestCase):
    def finds(self, words, findings):
        findings = list(findings)
        self.assertTrue(any(words in finding for finding in findings), findings)

    def test_lists(self):
        checker = Checker()
        checker.feed([create(0), lost(create(1, key="l", asked="l"))])
        for listed, words in (([], "not listed"), ([JOB, JOB], "twice"),
                              ([JOB, OTHER, "3" * 36], "nobody made"),
                              ([OTHER, JOB, "3" * 36], "no order")):
            self.finds(words, checker.judge_listing(CONTEXT, listed))
        self.assertEqual(list(checker.judge_listing(CONTEXT, [OTHER, JOB])), [])
        checker.feed([create(2, key="l", asked="l", job=OTHER, replayed="true")])
        self.finds("nobody made", checker.judge_listing(CONTEXT, ["3" * 36, OTHER, JOB]))

    def test_a_phantom_stays_one_after_it_was_shown(self):
        checker = Checker()
        checker.feed([create(0), page(1, document("QUEUED", OTHER))])
        self.finds("nobody made", checker.judge_listing(CONTEXT, [OTHER, JOB]))
        self.finds("not listed", checker.judge_listing(CONTEXT, [JOB]))

    def test_walks_among_writes(self):
        checker = Checker()
        checker.feed([create(0), create(5, key="l", asked="l", job=OTHER)])
        self.assertEqual(list(checker.judge_walk(CONTEXT, 1, [JOB])), [])
        self.assertEqual(list(checker.judge_walk(CONTEXT, 1, [OTHER, JOB])), [])
        self.finds("is not in it", checker.judge_walk(CONTEXT, 1, [OTHER]))
        self.finds("nobody made", checker.judge_walk(CONTEXT, 1, ["3" * 36, JOB]))
        self.finds("twice", checker.judge_walk(CONTEXT, 1, [JOB, JOB]))

    def test_files_on_disk(self):
        jobs = [document("SUCCEEDED"), document("CANCELED", OTHER)]
        contexts = [{"id": CONTEXT, "sha256": "x"}, {"id": "d" * 36}]
        right = [f"{JOB}-64.csv"], [f"{CONTEXT}-1"]
        self.assertEqual(list(judge_files(*right, jobs, contexts)), [])
        self.finds("temporary", judge_files([*right[0], f"{JOB}-9.csv.tmp"], right[1], jobs,
                                            contexts))
        self.finds("no record", judge_files([*right[0], f"{OTHER}-1.csv"], right[1], jobs,
                                            contexts))
        self.finds("no record", judge_files(right[0], [*right[1], "d" * 36 + "-1"], jobs, contexts))
        self.finds("second", judge_files([*right[0], f"{JOB}-9.csv"], right[1], jobs, contexts))
        self.finds("missing", judge_files([], right[1], jobs, contexts))
        self.finds("missing", judge_files(right[0], [], jobs, contexts))

    def test_what_an_orderly_end_leaves(self):
        self.assertEqual(list(judge_orderly_end([f"{JOB}-64.csv"], [f"{CONTEXT}-1"])), [])
        self.finds("leaves", judge_orderly_end([f"{JOB}-64.csv.tmp"], []))
        self.finds("leaves", judge_orderly_end([], [f"{CONTEXT}-1.sort.tmp"]))

    def test_starts_that_differ(self):
        self.assertEqual(list(judge_hashes(["a", "a", "a"])), [])
        self.finds("differ", judge_hashes(["a", "a", "b"]))

    def test_the_line_about_a_cut(self):
        line = {"message": "the end of the log was torn and has been cut", "bytes": 64}
        self.assertEqual(list(judge_cut(64, [{"message": "x"}, line])), [])
        self.assertEqual(list(judge_cut(0, [{"message": "x"}])), [])
        self.finds("were cut", judge_cut(64, []))
        self.finds("were cut", judge_cut(128, [line]))
        self.finds("nothing was cut", judge_cut(0, [line]))

    def test_growth(self):
        flat = [{"files": count} for count in (3, 9, 4, 3, 5, 4)]
        steep = [{"files": count} for count in (3, 4, 5, 6, 7, 8)]
        self.assertEqual(list(judge_growth(flat, {"files": 3})), [])
        self.finds("grown", judge_growth(steep, {"files": 3}))

    def test_the_uploads_say_what_they_hold(self):
        for number in range(1, 9):
            _, content, expected = transactions(number)
            self.assertEqual(content.count(f"mark-{number}-fee".encode()),
                             expected["MATCHED"] + 10 + number % 5)
        self.assertNotEqual(transactions(1)[1], transactions(2)[1])
        self.assertEqual(rows_of("CSV", b"head\na\nb\n"), 2)
        self.assertEqual(rows_of("JSON", b"[{},{}]"), 2)
        self.assertEqual(rows_of("XML", b"<r>\n<item></item>\n<row></row>\n</r>"), 2)


if __name__ == "__main__":
    unittest.main()
