"""What becomes of the rows of batches: each of belay's own operations in process, compared with the
same request made directly, and rows that an upstream does.

usage: batch_rows_test.py PROGRAM
"""

import json
import os
import pathlib
import re
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from batch_client import BatchClient, line  # noqa: E402
from belay_client import Server, wait_for  # noqa: E402
from transfer_wire_case import (OTHER_TENANT, RECIPIENT, PROGRAM, TransferClient,  # noqa: E402
                                TransferTest, main)
from upstream_stand_in import StandIn  # noqa: E402
from webhook_receiver import Receiver  # noqa: E402

SCOPES = ["admin", "transfers:read", "transfers:write", "exports:read", "exports:write",
          "batches:read", "batches:write"]
CANCEL = "/v1/transfers/:id/cancel"
CANCEL_EXPORT = "/v1/export-jobs/:job/cancel"
# The list of the published SDK (batches.md 2.1); all for POST.
PUBLISHED = ["/v1/accounts/:account", "/v1/coupons", "/v1/credit_notes", "/v1/customers/:customer",
             "/v1/invoices/:invoice", "/v1/invoices/:invoice/pay", "/v1/promotion_codes",
             "/v1/promotion_codes/:promotion_code", "/v1/subscriptions/:subscription_exposed_id",
             "/v1/subscriptions/:subscription/migrate", "/v1/subscription_schedules",
             "/v1/subscription_schedules/:schedule", "/v1/subscription_schedules/:schedule/cancel"]
CREATE_EXPORT = "/v1/contexts/:context/export-jobs"
EXPORT = {"reportType": "MATCHED", "format": "CSV", "dateFrom": "2026-10-22",
          "dateTo": "2026-11-21"}


class RowsTest(TransferTest):
    settings = {**TransferTest.settings, "webhooks.allow_private": "true"}

    @classmethod
    def connect(cls):
        cls.token = cls.server.token(scopes=SCOPES)
        cls.client = TransferClient(cls.server, cls.token)
        cls.batches = BatchClient(cls.server, cls.token)

    def directly(self, client, path, key, params=None, exports=False):
        """The request that the row was, under its key, as the row's own bytes."""
        body = None if params is None else json.dumps(
            params, separators=(",", ":"), ensure_ascii=False).encode()
        name = "X-Idempotency-Key" if exports else "X-Idempotency"
        return client.request("POST", path, body=body,
                              content_type=None if body is None else "application/json",
                              headers={name: key, "X-Organization-Id": client.tenant})

    def check_rows(self, path, rows, exports=False):
        """Runs `rows`, (id, path of the request, path_params, params), and finds each by its key
        as the direct request would: the same status, the same bytes. Gives the output."""
        job = self.batches.begin_batch(path, [line(identity, places, params)
                                              for identity, _, places, params in rows])
        shown = self.batches.wait_for_batch(job)
        self.assertEqual(shown["status"], "complete", shown)
        output = self.batches.output(shown)
        self.assertEqual(sorted(output), sorted(row[0] for row in rows))
        for identity, target, _, params in rows:
            found = output[identity]
            replay = self.directly(self.client, target, f"{job}:{identity}", params, exports)
            self.assertEqual(replay.replayed, "true", (identity, replay.status, replay.body))
            self.assertEqual(replay.status, found["status"])
            self.assertEqual(replay.json(), found["response"])
        return output


class OwnOperations(RowsTest):
    def test_transfers_are_cancelled(self):
        account, _ = self.account()
        held = [self.held(account) for _ in range(5)]
        rows = [(f"r{at}", f"/v1/transfers/{transfer}/cancel", {"id": transfer},
                 {"reason": f"by batch, número {at}"} if at else None)
                for at, transfer in enumerate(held)]
        output = self.check_rows(CANCEL, rows)
        for at, transfer in enumerate(held):
            self.assertEqual(output[f"r{at}"]["status"], 200)
            self.assertEqual(self.shown(transfer)["status"], "CANCELLED")
            # Cancelling it again, under a key of its own, is answered alike.
            self.assertEqual(self.client.cancel(transfer).json(), output[f"r{at}"]["response"])
        self.assertEqual(self.money(account), ("1000.00", "0.00"))

    def test_transfers_are_initiated_and_processed(self):
        account, _ = self.account()
        orders = [{"senderAccountId": account, "amount": amount, "purpose": "10",
                   "recipient": RECIPIENT} for amount in (10.5, 100.10, 1, 0.01)]
        output = self.check_rows("/v1/transfers/initiate",
                                 [(f"i{at}", "/v1/transfers/initiate", None, order)
                                  for at, order in enumerate(orders)])
        self.assertEqual({each["status"] for each in output.values()}, {200})
        initiations = [output[f"i{at}"]["response"]["initiationId"] for at in range(len(orders))]
        made = self.check_rows("/v1/transfers/process",
                               [(f"p{at}", "/v1/transfers/process", None,
                                 {"initiationId": initiation})
                                for at, initiation in enumerate(initiations)])
        for each in made.values():
            self.assertEqual(each["status"], 200)
            self.assertEqual(self.shown(each["response"]["transferId"])["status"], "CREATED")
        self.assertEqual(self.money(account), ("888.39", "111.61"))

    def test_exports_are_made_and_cancelled(self):
        context = self.client.make_context().json()["id"]
        path = f"/v1/contexts/{context}/export-jobs"
        output = self.check_rows(CREATE_EXPORT, [(f"c{at}", path, {"context": context}, EXPORT)
                                                 for at in range(3)], exports=True)
        jobs = [each["response"]["jobId"] for each in output.values()]
        self.assertEqual(len(set(jobs)), 3)
        stopped = self.check_rows(CANCEL_EXPORT,
                                  [(f"x{at}", f"/v1/export-jobs/{job}/cancel", {"job": job}, None)
                                   for at, job in enumerate(jobs)], exports=True)
        for each in stopped.values():
            self.assertEqual((each["status"], each["response"]["status"]), (200, "CANCELED"))

    def test_what_an_operation_refuses_fails_its_row_alone(self):
        account, _ = self.account()
        good = self.held(account)
        done = self.held(account)
        absent = str(uuid.uuid4())
        self.client.cancel(done)
        rows = [line("good", {"id": good}), line("again", {"id": done}),
                line("absent", {"id": absent}), line("wrong", {"id": "no-id"}),
                line("long", {"id": good}, {"reason": "x" * 501}),
                line("kind", {"id": good}, {"reason": 1})]
        output = self.batches.run_batch(CANCEL, rows)
        self.assertEqual({identity: each["status"] for identity, each in output.items()},
                         {"good": 200, "again": 200, "absent": 404, "wrong": 400, "long": 400,
                          "kind": 400})
        for identity, direct in (("absent", self.client.cancel(absent)),
                                 ("wrong", self.client.cancel("no-id")),
                                 ("again", self.client.cancel(done))):
            self.assertEqual(output[identity]["response"], direct.json())

    def test_a_place_is_one_segment_whatever_fills_it(self):
        values = ["a/b", "a%2Fb", "..%2f", "a b", "ü€", "?x=1", "#x", "%", "%zz", "a\tb", "\"", ";",
                  "a" * 512]
        for path, direct in ((CANCEL, "/v1/transfers/x/cancel"),
                             ("/v1/export-jobs/:id/cancel", "/v1/export-jobs/x/cancel")):
            output = self.batches.run_batch(
                path, [line(f"r{at}", {"id": value}) for at, value in enumerate(values)])
            plain = self.client.ask("POST", direct)
            for at, value in enumerate(values):
                self.assertEqual(output[f"r{at}"]["status"], plain.status, value)
                self.assertEqual(output[f"r{at}"]["response"], plain.json(), value)

    def test_other_accounts_are_out_of_reach(self):
        other = TransferClient(self.server, self.server.token(OTHER_TENANT, scopes=SCOPES),
                               OTHER_TENANT)
        account, _ = self.account(client=other)
        body = {"senderAccountId": account, "amount": 1, "purpose": "10", "recipient": RECIPIENT}
        initiation = other.ask("POST", "/v1/transfers/initiate", body).json()["initiationId"]
        transfer = other.process(initiation).json()["transferId"]
        output = self.batches.run_batch(CANCEL, [
            line("plain", {"id": transfer}),
            line("context", {"id": transfer}, context=OTHER_TENANT),
            line("own", {"id": transfer}, context=self.client.tenant),
            line("odd", {"id": transfer}, context="acct_1")])
        self.assertEqual({identity: each["status"] for identity, each in output.items()},
                         {"plain": 404, "context": 403, "own": 404, "odd": 400})
        self.assertEqual(output["plain"]["response"],
                         self.client.cancel(str(uuid.uuid4())).json())
        self.assertEqual(other.transfer(transfer).json()["status"], "CREATED")

    def test_rows_may_do_what_their_creator_may(self):
        account, _ = self.account()
        transfer = self.held(account)
        poor = BatchClient(self.server,
                           self.server.token(scopes=["batches:read", "batches:write"]))
        made = poor.create_batch(CANCEL)
        if made.status == 200:
            uploaded = poor.upload_batch(made.json(), [line("r", {"id": transfer})])
            self.assertEqual(uploaded.status, 200, uploaded.body)
            row = poor.output(poor.wait_for_batch(made.json()["id"]))["r"]
            self.assertEqual(row["status"], 403)
        else:
            self.assertEqual((made.status, made.json()["error"]["code"]),
                             (400, "auth_unauthorized_endpoint"))
        self.assertEqual(self.shown(transfer)["status"], "CREATED")

    def test_events_of_rows_are_told_unless_the_batch_suppresses_them(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        hook = self.client.ask("POST", "/v1/webhooks",
                               {"name": "hook", "endpointUrl": receiver.url("/hook")})
        self.assertEqual(hook.status, 201, hook.body)
        account, _ = self.account()
        context = self.client.make_context().json()["id"]
        told, hushed = self.held(account), self.held(account)
        for scope, transfer in (("all", hushed), ("none", told)):
            for path, row in ((CANCEL, line("r", {"id": transfer})),
                              (CREATE_EXPORT, line("r", {"context": context}, EXPORT))):
                output = self.batches.run_batch(path, [row],
                                                notification_suppression={"scope": scope})
                self.assertIn(output["r"]["status"], (200, 202))

        def cancels():
            return [each.json() for each in receiver.all if each.event == "transfer.cancelled"]

        wait_for(cancels, what="the event of the row that is told of")
        wait_for(lambda: [each for each in receiver.all if each.event == "export_job.created"],
                 what="the event of the export that is told of")
        self.assertIn(told, json.dumps(cancels()))
        self.assertNotIn(f'"{hushed}"', json.dumps(cancels()))
        made = [each for each in receiver.all if each.event == "export_job.created"]
        self.assertEqual(len(made), 1)


class UpstreamCase(unittest.TestCase):
    encoding = "form"
    path = "/v1/customers/:customer"

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="belay-upstream-")
        self.addCleanup(self.folder.cleanup)
        self.key_file = pathlib.Path(self.folder.name, "upstream.key")
        self.key_file.write_text("sk_test_upstream\n")
        self.upstream = StandIn().start()
        self.addCleanup(self.upstream.kill)
        self.server = Server(PROGRAM, self.folder.name + "/data", {
            "exports.workers": 0, "batches.upstream": self.upstream.url,
            "batches.upstream_encoding": self.encoding, "batches.upstream_key_file": self.key_file,
            "batches.rows_per_second": 0}).start()
        self.addCleanup(self.server.end)
        self.batches = BatchClient(self.server, self.server.token(scopes=SCOPES))

    def rows(self, count, **more):
        return [line(f"r{at}", {"customer": f"cus_{at}"}, {"name": f"name {at}"}, **more)
                for at in range(count)]


class FormUpstream(UpstreamCase):
    def test_each_row_is_done_once_over_kept_connections(self):
        self.upstream.control(record=1000)
        output = self.batches.run_batch(self.path, self.rows(300))
        self.assertEqual({each["status"] for each in output.values()}, {200})
        self.assertEqual(output["r7"]["response"]["path"], "/v1/customers/cus_7")
        state = self.upstream.state()
        self.assertEqual((state["requests"], state["effects"]), (300, 300))
        self.assertLessEqual(state["connections"], 64)  # batches.max_in_flight
        sent = next(each for each in state["recorded"] if each["path"].endswith("/cus_7"))
        self.assertEqual(sent["headers"]["authorization"], "Bearer sk_test_upstream")
        self.assertEqual(sent["headers"]["content-type"], "application/x-www-form-urlencoded")
        self.assertEqual(sent["body"], "name=name%207")

    def test_a_key_is_replaced_while_the_server_runs(self):
        self.key_file.write_text("two words\n")
        wait_for(lambda: "a token cannot be read" in self.server.log_text())
        self.upstream.control(record=10)
        self.batches.run_batch(self.path, self.rows(1))
        self.key_file.write_text("sk_test_another\n")
        wait_for(lambda: "another token is in use" in self.server.log_text())
        self.batches.run_batch(self.path, self.rows(1))
        self.assertEqual([each["headers"]["authorization"]
                          for each in self.upstream.state()["recorded"]],
                         ["Bearer sk_test_upstream", "Bearer sk_test_another"])

    def test_the_metrics_count_rows_and_batches(self):
        def number(name):
            page = self.batches.get("/metrics").body.decode()
            return int(re.search(rf"^belay_{name} (\d+)$", page, re.M).group(1))

        self.assertEqual(number("batch_rows_sent_total"), 0)
        self.upstream.rules({"row": "r1", "gate": True})
        job = self.batches.begin_batch(self.path, self.rows(3))
        wait_for(lambda: number("batch_rows_succeeded_total") == 2)
        self.assertEqual((number("batches_running"), number("batches_waiting"),
                          number("batch_rows_in_flight")), (1, 0, 1))
        self.upstream.control(open=True)
        self.batches.wait_for_batch(job)
        wait_for(lambda: number("batches_running") == 0)
        self.assertEqual((number("batch_rows_sent_total"), number("batch_rows_succeeded_total"),
                          number("batch_rows_failed_total"), number("batch_rows_in_flight")),
                         (3, 3, 0, 0))

    def test_params_of_a_delete_and_fields_of_a_row(self):
        self.upstream.control(record=10)
        output = self.batches.run_batch(
            "/v1/subscriptions/:id", [line("r", {"id": "sub/1"}, {"a": {"b": [True, None]}},
                                           context="acct_7", stripe_version="2026-06-24")],
            method="delete")
        self.assertEqual(output["r"]["status"], 200)
        sent, = self.upstream.state()["recorded"]
        self.assertEqual((sent["method"], sent["path"], sent["body"]),
                         ("DELETE", "/v1/subscriptions/sub%2F1?a%5Bb%5D%5B0%5D=true&a%5Bb%5D%5B1"
                          "%5D=", ""))
        self.assertEqual(sent["headers"]["stripe-account"], "acct_7")
        self.assertEqual(sent["headers"]["stripe-version"], "2026-06-24")

    def test_what_fails_on_the_way_is_asked_again_under_its_key(self):
        self.upstream.rules({"row": "r0", "drop": "after", "times": 1},
                            {"row": "r1", "drop": "before", "times": 2},
                            {"row": "r2", "cut": True, "times": 1},
                            {"row": "r3", "status": 409, "headers": {"Stripe-Should-Retry": "true"},
                             "body": {"error": {}}, "times": 1},
                            {"row": "r4", "status": 429, "headers": {"Retry-After": "1"},
                             "body": {"error": {}}, "times": 2},
                            {"row": "r5", "status": 503, "headers": {"Retry-After": "1"},
                             "times": 1})
        output = self.batches.run_batch(self.path, self.rows(8))
        self.assertEqual({each["status"] for each in output.values()}, {200})
        state = self.upstream.state()
        self.assertEqual((state["keys"], state["effects"], state["replays"]), (8, 8, 2))

    def test_what_nobody_answers_is_unknown(self):
        self.upstream.rules({"row": "r1", "drop": "after"}, {"row": "r2", "drop": "before"})
        output = self.batches.run_batch(self.path, self.rows(4))
        for identity in ("r1", "r2"):
            self.assertEqual(output[identity]["status"], 504)
            self.assertEqual(output[identity]["response"]["error"]["code"], "outcome_unknown")
        self.assertEqual((output["r0"]["status"], output["r3"]["status"]), (200, 200))

    def test_answers_that_cannot_stand_in_a_line(self):
        self.upstream.rules({"row": "r0", "status": 204},
                            {"row": "r1", "status": 200, "text": "<html>"},
                            {"row": "r2", "status": 200, "body": "x" * 70000},
                            {"row": "r3", "status": 307, "headers": {"Location": "/elsewhere"}},
                            {"row": "r4", "status": 402,
                             "text": "{\n \"error\": {\n  \"n\": 1.50 }\n}"})
        output = self.batches.run_batch(self.path, self.rows(5))

        def seen(identity):
            found = output[identity]
            error = (found["response"] or {}).get("error", {})
            return found["status"], error.get("code")

        self.assertEqual([seen(f"r{at}") for at in range(4)],
                         [(204, None), (200, "response_not_json"), (200, "response_too_large"),
                          (307, "redirect_not_followed")])
        self.assertIsNone(output["r0"]["response"])
        self.assertEqual(output["r4"]["response"], {"error": {"n": 1.5}})

    def test_an_upstream_that_is_dead_fails_rows_and_the_job_goes_on(self):
        self.upstream.control(dead=True)
        job = self.batches.begin_batch(self.path, self.rows(3))
        shown = self.batches.wait_for_batch(job)
        self.assertEqual(shown["status"], "complete", shown)
        for found in self.batches.output(shown).values():
            self.assertEqual(found["status"], 503)
            self.assertEqual(found["response"]["error"]["code"], "upstream_unreachable")
        self.upstream.control(dead=False)
        output = self.batches.run_batch(self.path, self.rows(3))
        self.assertEqual({each["status"] for each in output.values()}, {200})

    def test_a_slow_row_does_not_stop_the_others(self):
        self.upstream.rules({"row": "r0", "gate": True})
        job = self.batches.begin_batch(self.path, self.rows(2000))

        def all_but_one():
            details = self.batches.batch(job).json()["status_details"]
            return int(details.get("in_progress", {}).get("success_count", 0)) == 1999

        wait_for(all_but_one, what="the others")
        self.upstream.control(open=True)
        shown = self.batches.wait_for_batch(job)
        self.assertEqual(len(self.batches.output(shown)), 2000)

    def test_own_operations_stay_in_the_house_and_others_are_refused(self):
        for path in PUBLISHED:
            self.assertEqual(self.batches.create_batch(path).status, 200, path)
        for path, method in (("/v1/charges/:id", "post"), ("/v1/customers/:id", "delete")):
            made = self.batches.create_batch(path, method)
            self.assertEqual((made.status, made.json()["error"]["code"]),
                             (400, "batch_api_unsupported_endpoint"), path)
        output = self.batches.run_batch(CANCEL, [line("r", {"id": str(uuid.uuid4())})])
        self.assertEqual(output["r"]["status"], 404)
        self.assertEqual(self.upstream.state()["requests"], 0)


class JsonUpstream(UpstreamCase):
    encoding = "json"

    def test_params_are_sent_as_they_are(self):
        self.upstream.control(record=10)
        params = {"a": [1.50, None, {"ü": True}]}
        self.batches.run_batch(self.path, [line("r", {"customer": "c"}, params),
                                           line("none", {"customer": "c"})])
        sent = {each["key"].rpartition(":")[2]: each for each in self.upstream.state()["recorded"]}
        self.assertEqual(sent["r"]["headers"]["content-type"], "application/json")
        self.assertEqual(json.loads(sent["r"]["body"].encode("latin-1")), params)
        self.assertEqual(sent["none"]["body"], "{}")


if __name__ == "__main__":
    main()
