#!/usr/bin/env python3
"""The checker of histories finds every violation that is planted, and nothing in a history that is
right."""

import dataclasses
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from history import Checker, Event, judge_cut, judge_files, judge_growth  # noqa: E402
from load import rows_of, transactions  # noqa: E402

JOB, OTHER, CONTEXT = "1" * 36, "2" * 36, "c" * 36
FORM = ("MATCHED", "CSV")


def document(state, job=JOB, **more):
    shown = {"id": job, "reportType": FORM[0], "format": FORM[1], "status": state,
             "recordsWritten": 20, "bytesWritten": 500}
    if state == "SUCCEEDED":
        shown["downloadUrl"] = "/download"
    return {**shown, **more}


def event(at, kind, status, body, **more):
    """An answered request; `at` is when it was sent, the answer comes half a second later."""
    return Event(at, at + 0.5, kind, status=status, body=json.dumps(body), **more)


def lost(a_request):
    """The same request with its answer lost."""
    return dataclasses.replace(a_request, ended=None, status=0, body="", replayed=None)


def create(at, key="k", job=JOB, replayed="false", asked="a", **more):
    return event(at, "create", 202, {"jobId": job, "status": "QUEUED"}, path="/create", key=key,
                 asked=asked, replayed=replayed, context=CONTEXT, form=FORM, **more)


def get(at, state, **more):
    return event(at, "get", 200, document(state, **more), path="/get", job=JOB)


def cancel(at, key=None, replayed="false", **more):
    return event(at, "cancel", 200, document("CANCELED", **more), path="/cancel", key=key,
                 asked="", replayed=replayed, job=JOB)


def refused_cancel(at, state, key=None):
    return event(at, "cancel", 409, {"title": "conflict", "details": {"status": state}},
                 path="/cancel", key=key, asked="", job=JOB)


def upload(at, number, key=None, replayed="false"):
    return event(at, "upload", 200, {"rows": 30, "sha256": f"digest {number}"}, path="/upload",
                 key=key, asked=f"digest {number}", replayed=replayed, context=CONTEXT,
                 number=number, digest=f"digest {number}", expected={"MATCHED": 20})


def context(at, number, rows=30):
    shown = {"id": CONTEXT, "rows": rows if number else 0}
    if number:
        shown["sha256"] = f"digest {number}"
    return event(at, "context", 200, shown, path="/context", context=CONTEXT)


def download(at, digest="file"):
    return event(at, "download", 200, {"sha256": digest}, path="/download", job=JOB)


def file(at, digest="file", size=500, rows=20, numbers=(1,)):
    return Event(at, at + 0.5, "file", path="/file", status=200, job=JOB, digest=digest, size=size,
                 rows=rows, numbers=numbers)


def page(at, *documents):
    return event(at, "list", 200, {"items": list(documents)}, path="/list", context=CONTEXT)


GONE = event(9, "get", 404, {"title": "not_found"}, path="/get", job=JOB)


class Right(unittest.TestCase):
    def accepts(self, *rounds):
        checker = Checker()
        self.assertEqual([checker.feed(list(events)) for events in rounds], [[] for _ in rounds])
        return checker

    def test_a_life(self):
        checker = self.accepts(
            [upload(0, 1), create(1), get(2, "QUEUED"), get(3, "RUNNING"), get(4, "QUEUED")],
            [get(5, "RUNNING"), cancel(6, "c")],
            [create(7, replayed="true"), cancel(8, "c", "true"), refused_cancel(9, "CANCELED"),
             get(10, "CANCELED"), page(11, document("CANCELED"))])
        self.assertEqual(list(checker.judge_listing(CONTEXT, [JOB])), [])

    def test_a_report(self):
        self.accepts([upload(0, 1), create(1), upload(2, 2), get(3, "SUCCEEDED"), download(4),
                      file(5, numbers=(1,)), file(6, numbers=(1,))])

    def test_a_file_before_the_answer_that_named_it(self):
        """Two clients share a link: the one's file may stand before the other's answer."""
        self.accepts([upload(0, 1), create(1), get(2, "SUCCEEDED"), file(4), download(3)])

    def test_what_overlaps_may_come_in_either_order(self):
        late = dataclasses.replace(get(0, "RUNNING"), ended=9)
        self.accepts([create(0), late, cancel(1)])
        self.accepts([create(0), dataclasses.replace(GONE, began=0)])
        first, second = create(0), create(0.1, replayed="true")
        self.accepts([dataclasses.replace(first, ended=5), second])

    def test_a_lost_answer_may_have_been_executed_or_not(self):
        for replayed in ("true", "false"):
            checker = self.accepts([lost(create(0))], [create(1, replayed=replayed)])
            self.assertEqual(list(checker.judge_listing(CONTEXT, [JOB])), [])
        checker = self.accepts([lost(create(0, key=None))])
        self.assertEqual(list(checker.judge_listing(CONTEXT, [])), [])
        self.assertEqual(list(checker.judge_listing(CONTEXT, [OTHER])), [])
        for number in (1, 2):
            self.accepts([upload(0, 1), lost(upload(1, 2))], [context(2, number)])

    def test_a_key_that_clashes_and_one_whose_refusal_is_not_kept(self):
        clash = event(2, "create", 409, {"title": "idempotency_conflict"}, path="/create", key="k",
                      asked="other", context=CONTEXT)
        self.accepts([create(0), clash])
        self.accepts([get(0, "CANCELED"), refused_cancel(1, "CANCELED", "k"),
                      refused_cancel(2, "CANCELED", "k")])

    def test_busy(self):
        self.accepts([dataclasses.replace(create(0), status=503, replayed=None, retry_after="1",
                                          body="{}")])

    def test_expiry(self):
        self.accepts([get(0, "SUCCEEDED"), get(1, "EXPIRED"), get(2, "EXPIRED")])


class Planted(unittest.TestCase):
    def finds(self, words, *rounds):
        checker = Checker()
        findings = [finding for events in rounds for finding in checker.feed(list(events))]
        self.assertTrue(any(words in finding for finding in findings), findings)

    def test_a_cancel_that_is_undone(self):
        for state in ("QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "EXPIRED"):
            self.finds(f"was CANCELED and is {state}", [cancel(0)], [get(1, state)])

    def test_a_read_that_is_taken_back(self):
        for state in ("QUEUED", "RUNNING", "CANCELED", "FAILED"):
            self.finds(f"was SUCCEEDED and is {state}", [get(0, "SUCCEEDED"), get(1, state)])
        self.finds("was EXPIRED", [get(0, "EXPIRED")], [get(1, "SUCCEEDED")])

    def test_a_list_or_a_refusal_that_is_taken_back(self):
        self.finds("was FAILED", [page(0, document("FAILED"))], [get(1, "RUNNING")])
        self.finds("was SUCCEEDED", [refused_cancel(0, "SUCCEEDED")], [get(1, "RUNNING")])
        self.finds("was SUCCEEDED", [download(0)], [get(1, "QUEUED")])

    def test_two_ends_even_at_the_same_time(self):
        overlapping = dataclasses.replace(get(0, "SUCCEEDED"), ended=9)
        self.finds("ended as", [overlapping, cancel(1)])

    def test_an_ended_job_that_changes(self):
        self.finds("has ended and changes",
                   [cancel(0, recordsWritten=20), get(1, "CANCELED", recordsWritten=21)])

    def test_what_vanishes(self):
        self.finds("is gone", [create(0)], [GONE])
        self.finds("is gone", [page(0, document("QUEUED"))], [GONE])
        self.finds("is gone", [upload(0, 1)],
                   [event(9, "context", 404, {}, path="/context", context=CONTEXT)])

    def test_a_404_of_what_was_never_made(self):
        self.finds("was never made", [GONE])

    def test_a_success_without_a_download(self):
        bare = document("SUCCEEDED")
        del bare["downloadUrl"]
        self.finds("has no download URL", [event(0, "get", 200, bare, path="/get", job=JOB)])

    def test_a_cancel_that_succeeds_twice(self):
        self.finds("was canceled 2 times", [cancel(0, "a")], [cancel(1, "b")])

    def test_a_cancel_that_is_answered_wrongly(self):
        self.finds("a cancel was refused", [refused_cancel(0, "RUNNING")])
        self.finds("answered 200 and", [event(0, "cancel", 200, document("RUNNING"), path="/cancel",
                                              job=JOB, replayed="false")])

    def test_a_canceled_job_with_a_download(self):
        self.finds("has a download URL", [cancel(0, downloadUrl="/x")])
        self.finds("ended as", [cancel(0), download(1)])

    def test_a_replay_of_other_bytes_and_of_another_status(self):
        self.finds("in two ways", [create(0)], [create(1, job=OTHER, replayed="true")])
        other = dataclasses.replace(create(1, replayed="true"), status=200)
        self.finds("in two ways", [create(0)], [other])

    def test_a_key_that_is_executed_twice(self):
        self.finds("executed again", [create(0)], [create(1)])
        overlapping = dataclasses.replace(create(0), ended=9)
        self.finds("executed 2 times", [overlapping, create(1)])
        self.finds("executed again", [lost(create(0))], [create(1)], [create(2)])

    def test_a_replay_that_is_refused(self):
        self.finds("is not replayed: 409", [cancel(0, "k")], [refused_cancel(1, "CANCELED", "k")])

    def test_a_key_that_is_taken_for_two_requests(self):
        self.finds("taken for two", [create(0)], [create(1, asked="b", replayed="true")])

    def test_a_clash_that_is_none(self):
        clash = event(1, "create", 409, {"title": "idempotency_conflict"}, path="/create", key="k",
                      asked="a", context=CONTEXT)
        self.finds("is not", [lost(create(0))], [clash])

    def test_a_header_that_is_missing_or_wrong(self):
        self.finds("without X-Idempotency-Replayed", [create(0, replayed=None)])
        self.finds("a replay without a key", [create(0, key=None, replayed="true")])
        self.finds("X-Idempotency-Replayed is", [create(0, replayed="maybe")])

    def test_statuses(self):
        self.finds("answered 500", [event(0, "get", 500, {}, path="/x", job=JOB)])
        self.finds("answered 200", [event(0, "bad_upload", 200, {}, path="/x")])
        self.finds("without Retry-After", [event(0, "get", 503, {}, path="/x", job=JOB)])

    def test_an_upload_that_is_taken_back(self):
        for seen in (None, 1):
            self.finds("upload 2 was there", [upload(0, 1), upload(1, 2)], [context(2, seen)])
        self.finds("upload 2 was there", [upload(0, 1), lost(upload(1, 2)), context(2, 2)],
                   [context(3, 1)])

    def test_an_upload_of_nobody_one_of_the_future_and_one_of_other_rows(self):
        self.finds("nobody uploaded", [upload(0, 1), context(1, 7)])
        self.finds("before it was sent", [context(0, 1), upload(5, 1)])
        self.finds("has 29 rows", [upload(0, 1), context(1, 1, rows=29)])
        wrong = dataclasses.replace(upload(0, 1), digest="another")
        self.finds("another digest", [wrong])

    def test_files(self):
        history = [upload(0, 1), create(1), get(2, "SUCCEEDED"), download(3)]
        self.finds("has not the digest", history + [file(4, digest="other")])
        self.finds("bytesWritten", history + [file(4, size=499)])
        self.finds("recordsWritten", history + [file(4, rows=19)])
        self.finds("digest of job", history, [download(9, "another")])
        self.finds("digest of job", history[:-1], [file(4, digest="other"), download(3)])

    def test_reports_on_the_wrong_set(self):
        history = [upload(0, 1), upload(1, 2), create(2), get(3, "SUCCEEDED"), upload(4, 3),
                   download(5)]
        self.finds("in place of 2", history + [file(6, numbers=(1,))])
        self.finds("came after it", history + [file(6, numbers=(3,))])
        self.finds("mixes", history + [file(6, numbers=(2, 3))])
        self.finds("nobody uploaded", history + [file(6, numbers=(8,))])
        self.finds("on nothing", history + [file(6, numbers=())])
        fewer = [upload(0, 1), create(1), get(2, "SUCCEEDED", recordsWritten=19), download(3)]
        self.finds("19 rows, not 20", fewer + [file(4, rows=19)])

    def test_a_job_that_is_not_what_was_ordered(self):
        self.finds("ordered", [create(0), get(1, "QUEUED", format="XML")])


class Rest(unittest.TestCase):
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
