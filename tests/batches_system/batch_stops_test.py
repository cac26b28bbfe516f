#!/usr/bin/env python3
"""Batch jobs that are stopped while rows are held at the upstream, so that it is known which rows
have been sent: cancels, kills, orderly stops, an upstream that is dead, a row that is slow.

usage: batch_stops_test.py PROGRAM FAULTS [unittest options]
"""

import pathlib
import signal
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "crash")]
from batch_stream import Lost, StreamClient, counts, encoded, is_over  # noqa: E402
from belay_client import Server, wait_for  # noqa: E402
from faults import Faults  # noqa: E402
from operations import EXPORT, Operations  # noqa: E402
from upstream_stand_in import StandIn  # noqa: E402

PROGRAM, LIBRARY = sys.argv[1:3]
UNDER_WAY = 8
WINDOW = 8192  # rows behind the first that has not ended
SECONDS = 120
SCOPES = ["batches:read", "batches:write", "exports:read", "exports:write"]
LOG = "/data/log/"


def rows(number):
    return (encoded(f"row-{at}", {"id": f"cus_{at}"}, {"name": f"number {at}"})
            for at in range(number))


class StopsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="belay-stops-")
        self.addCleanup(folder.cleanup)
        self.upstream = StandIn().start()
        self.addCleanup(self.upstream.kill)
        self.server = Server(PROGRAM, folder.name + "/data", {
            "exports.workers": 0, "batches.upstream": self.upstream.url,
            "batches.max_in_flight": UNDER_WAY, "batches.lease": "1s"})
        self.faults = Faults(LIBRARY, folder.name + "/faults")
        self.server.prefix = self.faults.prefix
        self.addCleanup(self.server.end, signal.SIGKILL)
        self.token = None
        self.start()

    def start(self):
        self.server.start()
        self.token = self.token or self.server.token(scopes=SCOPES)
        self.client = StreamClient(self.server, self.token)
        self.addCleanup(self.client.close)

    def begin(self, number, **more):
        return self.client.begin_stream("/v1/customers/:id", rows(number), **more)

    def requests(self):
        return self.upstream.state()["requests"]

    def wait_for(self, job, reached, what):
        def looked():
            shown = self.client.job(job)
            return shown if reached(shown) else None

        return wait_for(looked, SECONDS, what)

    def end_of(self, job):
        return self.wait_for(job, is_over, "the end of the job")

    def held(self, number):
        """A job whose first rows are at the upstream, which answers none of them."""
        self.upstream.rules({"gate": True})
        job = self.begin(number)
        wait_for(lambda: self.upstream.state()["in_flight"] == UNDER_WAY, SECONDS,
                 "rows at the gate")
        return job

    def cancel(self, job):
        answer = self.client.cancel_batch(job)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["status"]

    def lines(self, shown):
        """The lines of the output; each row is there once."""
        lines = {one["id"]: one for one in self.client.judged_lines(shown)}
        self.assertEqual(len(lines), sum(counts(shown)))
        return lines

    def each_acted_once(self, job, number):
        effects = self.upstream.effects()
        self.assertEqual({key for key in effects if key.startswith(job)},
                         {f"{job}:row-{at}" for at in range(number)})
        self.assertEqual({effects[f"{job}:row-{at}"] for at in range(number)}, {1})

    def is_unknown_from(self, first, job, number):
        """A canceled job whose first rows have their answers. Of those that were under way nobody
        knows what they came to, nor of the next ones: what may have been sent is known in steps."""
        shown = self.end_of(job)
        good, bad = counts(shown)
        self.assertEqual((shown["status"], good), ("canceled", first))
        self.assertTrue(UNDER_WAY <= bad < number - first, shown)
        lines = self.lines(shown)
        for at in range(first + bad):
            line = lines.pop(f"row-{at}")
            self.assertEqual(line["status"], 200 if at < first else 504)
            if at >= first:
                self.assertEqual(line["response"]["error"]["code"], "outcome_unknown")
        self.assertEqual(lines, {})

    # Cancels.

    def test_after_the_answer_to_a_cancel_no_row_is_begun(self):
        job = self.held(500)
        self.assertEqual(self.cancel(job), "cancelling")
        self.assertEqual(self.client.job(job)["status_details"], {})
        self.upstream.control(open=True)
        shown = self.end_of(job)
        self.assertEqual((shown["status"], counts(shown)), ("canceled", (UNDER_WAY, 0)))
        self.assertEqual(set(self.lines(shown)), {f"row-{at}" for at in range(UNDER_WAY)})
        self.assertEqual(self.requests(), UNDER_WAY)
        self.assertEqual(self.cancel(job), "canceled")

    def test_nor_is_any_begun_by_a_restart_after_a_kill(self):
        job = self.held(500)
        self.assertEqual(self.cancel(job), "cancelling")
        self.server.kill()
        self.start()
        self.is_unknown_from(0, job, 500)
        self.assertEqual(self.requests(), UNDER_WAY)

    def test_rows_that_were_answered_before_are_in_the_output_of_a_cancel_and_a_kill(self):
        self.upstream.rules({"rows": [f"row-{at}" for at in range(100, 200)], "gate": True})
        job = self.begin(500)
        self.wait_for(job, lambda shown: counts(shown) == (100, 0), "100 rows")
        wait_for(lambda: self.upstream.state()["in_flight"] == UNDER_WAY, SECONDS,
                 "rows at the gate")
        self.assertEqual(self.cancel(job), "cancelling")
        self.server.kill()
        self.start()
        self.is_unknown_from(100, job, 500)
        self.assertEqual(self.requests(), 100 + UNDER_WAY)

    def test_rows_that_were_never_sent_are_in_no_output_though_their_keys_were_claimed(self):
        """Of own operations. A kill comes when what a canceled job may have sent has been settled
        and its end is not written yet: keys are claimed, and claimed again."""
        self.server.end()
        self.server.settings |= {"batches.rows_per_second": 1,  # fewer are sent than may be
                                 "batches.lease": "5s",  # longer than a start takes
                                 "store.segment_bytes": "1MiB"}
        self.start()
        operations = Operations(self.server, self.token, connections=1)
        context = operations.context()
        operations.close()
        job = self.client.begin_stream("/v1/contexts/:id/export-jobs", (
            encoded(f"row-{at}", {"id": context}, EXPORT) for at in range(100)))
        self.wait_for(job, lambda shown: sum(counts(shown) or (0, 0)) > 0, "a row")
        while self.client.job(job)["status"] != "cancelling":
            self.cancel_and_die(job)
            self.start()
        self.server.kill()
        write = 3  # after a claim of the job and one of keys
        while not self.is_survived(write, job):
            write += 1
        self.assertGreater(write, 3)
        self.server.end()  # what is written after the end of the job may have killed it
        self.start()
        shown = self.client.job(job)
        operations = Operations(self.server, self.token, connections=1)
        made = {name for name, _ in operations.listed_exports(context)}
        operations.close()
        self.assertEqual((shown["status"], counts(shown)), ("canceled", (len(made), 0)))
        self.assertEqual({line["response"]["jobId"] for line in self.lines(shown).values()}, made)

    def cancel_and_die(self, job):
        """The server dies before it writes what follows the cancel, or the cancel."""
        self.faults.rule("kill before", "pwrite", LOG, first=2)
        try:
            self.cancel(job)
        except Lost:
            pass
        self.server.process.wait(60)
        self.assertEqual(self.server.end(), -signal.SIGKILL)
        self.faults.end()

    def is_survived(self, write, job):
        """Starts, to be killed before so manieth write to the log. True: the job ends before."""
        self.start()
        self.faults.rule("kill before", "pwrite", LOG, first=write)
        try:
            self.end_of(job)
            return True
        except Lost:
            self.assertEqual(self.server.end(), -signal.SIGKILL)
            return False
        finally:
            self.faults.end()

    def test_a_cancel_ends_a_check_and_no_row_is_sent(self):
        self.faults.rule("delay", "pread", "files/batches", times=0, argument=20)
        job = self.begin(100_000)
        self.assertEqual(self.client.job(job)["status"], "validating")
        self.assertEqual(self.cancel(job), "cancelling")
        self.faults.end()
        shown = self.end_of(job)
        self.assertEqual((shown["status"], counts(shown)), ("canceled", (0, 0)))
        self.assertNotIn("output_file", shown["status_details"]["canceled"])
        self.assertEqual(self.requests(), 0)

    def test_a_check_that_a_kill_ends_is_made_anew(self):
        self.faults.rule("delay", "pread", "files/batches", times=0, argument=20)
        job = self.begin(2000)
        self.assertIn(self.client.job(job)["status"], ("validating", "in_progress"))
        self.server.kill()
        self.faults.end()
        self.start()
        shown = self.end_of(job)
        self.assertEqual((shown["status"], counts(shown)), ("complete", (2000, 0)))
        self.each_acted_once(job, 2000)

    # Kills and stops.

    def test_rows_under_way_at_a_kill_act_once(self):
        job = self.held(200)
        self.server.kill()
        self.start()
        self.upstream.control(open=True)
        shown = self.end_of(job)
        self.assertEqual((shown["status"], counts(shown)), ("complete", (200, 0)))
        self.assertEqual(len(self.lines(shown)), 200)
        self.each_acted_once(job, 200)

    def test_a_stop_with_rows_under_way_ends_and_they_act_once(self):
        job = self.held(200)
        self.assertEqual(self.server.end(signal.SIGTERM), 0)
        self.start()
        self.upstream.control(open=True)
        shown = self.end_of(job)
        self.assertEqual((shown["status"], counts(shown)), ("complete", (200, 0)))
        self.each_acted_once(job, 200)

    def test_a_job_that_has_ended_is_never_run_again(self):
        complete = self.begin(50)
        self.end_of(complete)
        canceled = self.held(50)
        self.cancel(canceled)
        self.upstream.control(open=True)
        self.end_of(canceled)
        before = {job: self.client.job(job) for job in (complete, canceled)}
        read = {job: self.lines(shown) for job, shown in before.items()}
        sent = self.requests()
        for end in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            self.server.end(end)
            self.start()
            following = self.begin(30)
            self.end_of(following)
            sent += 30
        self.assertEqual(self.requests(), sent)
        for job, shown in before.items():
            now = self.client.job(job)
            self.assertEqual((now["status"], counts(now)), (shown["status"], counts(shown)))
            self.assertEqual(self.lines(now), read[job])

    # Upstreams.

    def test_one_slow_row_stops_others_only_when_they_are_a_window_ahead(self):
        self.upstream.rules({"row": "row-3", "gate": True})
        job = self.begin(WINDOW + 808)
        ahead = 3 + WINDOW - 1  # rows before it, and the window that it begins but for itself
        self.wait_for(job, lambda shown: counts(shown) == (ahead, 0), "all that may go ahead")
        self.assertEqual(self.requests(), ahead + 1)
        self.upstream.control(open=True)
        shown = self.end_of(job)
        self.assertEqual((shown["status"], counts(shown)), ("complete", (WINDOW + 808, 0)))
        self.assertEqual(len(self.lines(shown)), WINDOW + 808)

    def test_a_job_on_a_dead_upstream_is_canceled_without_its_rows(self):
        self.upstream.control(dead=True)
        job = self.begin(5000)
        self.wait_for(job, lambda shown: shown["status"] == "in_progress", "the job to run")
        self.assertEqual(self.cancel(job), "cancelling")
        shown = self.end_of(job)
        self.assertEqual(shown["status"], "canceled")
        good, bad = counts(shown)
        self.assertEqual(good, 0)
        # Rows that were being tried, and any before them that had failed for good.
        self.assertLess(bad, 5000)
        self.assertEqual({line["status"] for line in self.lines(shown).values()} - {503}, set())
        self.assertEqual(self.requests(), 0)

    def test_an_upstream_that_comes_back_finds_rows_waiting(self):
        self.upstream.control(dead=True)
        job = self.begin(UNDER_WAY)
        self.wait_for(job, lambda shown: shown["status"] == "in_progress", "the job to run")
        self.upstream.control(dead=False)
        shown = self.end_of(job)
        self.assertEqual((shown["status"], counts(shown)), ("complete", (UNDER_WAY, 0)))
        self.each_acted_once(job, UNDER_WAY)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
