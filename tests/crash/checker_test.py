#!/usr/bin/env python3
"""The checker of histories finds every violation that is planted, and nothing in a history that is
right."""

import dataclasses
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from histories import (  # noqa: E402
    CONTEXT, GONE, JOB, OTHER, absent, cancel, context, create, document, download, event, file,
    get, lost, page, ready, refused_cancel, upload)
from history import Checker  # noqa: E402


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
        self.accepts([cancel(0), refused_cancel(1, "CANCELED", "k"),
                      refused_cancel(2, "CANCELED", "k")])

    def test_busy(self):
        self.accepts([dataclasses.replace(create(0), status=503, replayed=None, retry_after="1",
                                          body="{}")])

    def test_tenants_have_spaces_of_their_own(self):
        foreign = dataclasses.replace(create(1, job=OTHER, asked="b"), tenant="B",
                                      context="d" * 36)
        self.accepts([create(0), foreign, absent(2, "foreign"), absent(3, "absent")])

    def test_a_refused_create_leaves_its_key_free(self):
        bad = event(0, "bad_create", 400, {}, path="/create", key="k", asked="bad",
                    context=CONTEXT)
        self.accepts([bad, create(1)])

    def test_readiness(self):
        checker = self.accepts([ready(0, 503), ready(1), ready(2)])
        checker.started()
        self.assertEqual(checker.feed([ready(3, 503)]), [])

    def test_the_first_creates_of_a_burst_survive(self):
        for survived in range(4):
            burst = [lost(create(0, key=f"k{n}", asked=f"{n}")) for n in range(3)]
            again = [create(1 + n, key=f"k{n}", asked=f"{n}", job=str(n) * 36,
                            replayed="true" if n < survived else "false") for n in range(3)]
            self.accepts(burst, again)

    def test_a_burst_of_which_too_little_is_known(self):
        burst = [lost(create(0, key=f"k{n}", asked=f"{n}")) for n in range(2)]
        first = create(3, key="k0", asked="0")
        second = create(2, key="k1", asked="1", job=OTHER, replayed="true")
        # What was asked once more in vain may have been executed then.
        self.accepts(burst, [first, lost(create(1, key="k1", asked="1")), second])

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

    def test_another_tenants_job(self):
        for seen in (absent(1, None, json.dumps(document("QUEUED")), 200),
                     dataclasses.replace(page(1, document("QUEUED")), tenant="B", context=None)):
            self.finds("is another tenant's", [create(0)], [seen])
        self.finds("is another tenant's", [upload(0, 1)],
                   [dataclasses.replace(context(1, 1), tenant="B")])
        self.finds("foreign was answered 200", [create(0)],
                   [absent(1, "foreign", json.dumps(document("QUEUED")), 200)])
        self.finds("foreign was answered 409",
                   [create(0), absent(1, "foreign", '{"details":{"status":"QUEUED"}}', 409,
                                      "cancel")])

    def test_another_tenants_key(self):
        made = event(0, "make_context", 201, {"id": CONTEXT}, path="/v1/contexts", key="k",
                     replayed="false")
        replayed = dataclasses.replace(made, began=1, ended=2, replayed="true", tenant="B")
        self.finds("is another tenant's", [made], [replayed])

    def test_foreign_and_absent_told_apart(self):
        self.finds("told apart", [create(0), absent(1, "foreign"), absent(2, "absent", "{ }")])

    def test_a_hole(self):
        for survived in ((False, True, True), (True, False, True), (False, False, True)):
            burst = [lost(create(0, key=f"k{n}", asked=f"{n}")) for n in range(3)]
            again = [create(1 + n, key=f"k{n}", asked=f"{n}", job=str(n) * 36,
                            replayed="true" if survived[n] else "false") for n in range(3)]
            self.finds("a hole", burst, again)
            self.finds("a hole", burst, again[::-1])

    def test_a_readiness_that_is_taken_back(self):
        self.finds("was ready", [ready(0), ready(1, 503)])

    def test_a_key_that_expires_early(self):
        """168 hours later by the clock of the test: a replay or, from then on, anew."""
        hour = 3600.0
        self.finds("executed again", [create(0)], [create(167 * hour)])
        self.finds("in two ways", [create(0)], [create(167 * hour, job=OTHER)])

    def test_a_refusal_that_takes_its_key(self):
        bad = event(0, "bad_create", 400, {}, path="/create", key="k", asked="bad",
                    context=CONTEXT)
        clash = event(1, "create", 409, {"title": "idempotency_conflict"}, path="/create", key="k",
                      asked="a", context=CONTEXT)
        self.finds("is said to be reused", [bad, clash])
        self.finds("answered 202", [dataclasses.replace(bad, status=202, replayed="false")])

    def test_a_job_that_is_not_what_was_ordered(self):
        self.finds("ordered", [create(0), get(1, "QUEUED", format="XML")])


if __name__ == "__main__":
    unittest.main()
