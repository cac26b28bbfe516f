#!/usr/bin/env python3
"""Webhooks on the wire: registrations, what may be registered, and deliveries to a receiver that is
well or fails in every way. When it or the server is down: webhook_outage_test.py.
usage: webhooks_test.py PROGRAM [unittest options]"""

import sys
import threading
import time
import unittest
import uuid

from webhook_case import LOCAL, OTHER_TENANT, WebhookClient, WebhookTest
import webhook_receiver
from belay_client import wait_for
from webhook_receiver import answer, first

QUICK = "0s,50ms,50ms,50ms"


class Registration(WebhookTest):
    settings = {"exports.workers": 0}
    URL = "https://hooks.example.com/belay"

    def test_made_read_changed_and_removed(self):
        types = ["transfer.cancelled", "export_job.succeeded"]
        key = str(uuid.uuid4())
        made = self.client.register(self.URL, name="mine", key=key, eventTypes=types)
        self.assertEqual(made.status, 201, made.body)
        self.assertEqual(made.headers["x-idempotency-replayed"], "false")
        hook = made.json()
        self.assertRegex(hook["signingSecret"], r"^whsec_[A-Za-z0-9+/]{43}=$")
        self.assertEqual((hook["name"], hook["endpointUrl"], hook["enabled"], hook["eventTypes"]),
                         ("mine", self.URL, True, types))
        again = self.client.register(self.URL, name="mine", key=key, eventTypes=types)
        self.assertEqual((again.status, again.body), (201, made.body))
        self.assertEqual(again.headers["x-idempotency-replayed"], "true")
        self.refused(self.client.register(self.URL, name="other", key=key), 422, "headers",
                     "X-Idempotency")
        path = f"/v1/webhooks/{hook['id']}"
        shown = self.client.get(path).json()
        self.assertEqual(shown, {name: value for name, value in hook.items()
                                 if name != "signingSecret"})
        self.assertEqual(self.client.get("/v1/webhooks").json()["data"], [shown])
        changed = self.client.request("PATCH", path, {"enabled": False, "eventTypes": []}).json()
        self.assertEqual((changed["enabled"], changed["eventTypes"], changed["name"]),
                         (False, [], "mine"))
        whole = self.client.request("PUT", path, {"name": "new", "endpointUrl": self.URL + "2"})
        self.assertEqual((whole.json()["enabled"], whole.json()["name"]), (True, "new"))
        self.refused(self.client.request("PUT", path, {"name": "new"}), 400, "fields",
                     "endpointUrl")
        self.assertEqual(self.client.get(path + "/deliveries").json()["data"], [])
        # Another tenant's is as one that is not there.
        foreign = WebhookClient(self.server, self.server.token(tenant=OTHER_TENANT))
        absent = self.client.get(f"/v1/webhooks/{uuid.uuid4()}")
        for answered in (foreign.get(path), foreign.request("DELETE", path),
                         foreign.request("PATCH", path, {"enabled": False}),
                         foreign.ask("POST", path + "/rotate-secret"),
                         foreign.get(path + "/deliveries")):
            self.assertEqual((answered.status, answered.body), (404, absent.body))
        self.assertEqual(foreign.get("/v1/webhooks").json()["data"], [])
        self.assertEqual(self.client.request("DELETE", path).status, 204)
        self.assertEqual(self.client.get(path).status, 404)
        self.assertEqual(self.client.request("DELETE", path).status, 404)

    def test_what_is_wrong_is_said(self):
        self.refused(self.client.request("POST", "/v1/webhooks", {}), 400, "headers",
                     "X-Idempotency")
        for body, name in (({"endpointUrl": self.URL}, "name"),
                           ({"name": "", "endpointUrl": self.URL}, "name"),
                           ({"name": "n"}, "endpointUrl"),
                           ({"name": "n", "endpointUrl": self.URL, "enabled": 1}, "enabled"),
                           ({"name": "n", "endpointUrl": self.URL, "eventTypes": ["x"]},
                            "eventTypes"),
                           ({"name": "n", "endpointUrl": self.URL, "eventTypes": "x"},
                            "eventTypes")):
            self.refused(self.client.ask("POST", "/v1/webhooks", body), 400, "fields", name)
        self.refused(self.client.request("GET", "/v1/webhooks/nothing"), 400, "paths", "webhookId")
        other = {"X-Organization-Id": OTHER_TENANT}
        self.assertEqual(self.client.get("/v1/webhooks", headers=other).status, 403)
        reader = WebhookClient(self.server, self.server.token(scopes=["transfers:read"]))
        self.assertEqual(reader.get("/v1/webhooks").status, 200)
        self.assertEqual(reader.register(self.URL).status, 403)
        for query in ("limit=0", "limit=201", "limit=x", "offset=-1"):
            self.refused(self.client.get(f"/v1/webhooks/dlq?{query}"), 400, "queryParams",
                         query.split("=")[0])

    def test_a_tenant_has_sixteen(self):
        made = [None] * 20

        def register(number):
            client = WebhookClient(self.server, self.client.token)
            made[number] = client.register(f"{self.URL}{number}")

        threads = [threading.Thread(target=register, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(one.status for one in made), [201] * 16 + [422] * 4)
        hooks = self.client.get("/v1/webhooks").json()["data"]
        self.assertEqual(len(hooks), 16)
        self.client.request("DELETE", f"/v1/webhooks/{hooks[0]['id']}")
        self.assertEqual(self.client.register(self.URL).status, 201)

    def test_addresses_inside_are_refused(self):
        hosts = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.",
                 "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
                 "localhost", "LOCALHOST.", "a@127.0.0.1", "127.0.0.1#@b", "127.0.0.1\\@b",
                 "\uff11\uff12\uff17.0.0.1", "%31%32%37.0.0.1", "10.0.0.1", "169.254.169.254",
                 "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0", "[fd00::1]", "[fe80::1]",
                 "224.0.0.1", "255.255.255.255"]
        for host in hosts:
            for scheme in ("https", "http"):
                self.refused(self.client.register(f"{scheme}://{host}/x"), 400, "fields",
                             "endpointUrl")
        for url in ("http://hooks.example.com/", "ftp://hooks.example.com/", "hooks.example.com",
                    "https://hooks.example.com:22/", "https://user@hooks.example.com/",
                    "https://hooks.example.com/#part", "https://hooks.example.com/" + "x" * 2048):
            self.refused(self.client.register(url), 400, "fields", "endpointUrl")
        self.assertEqual(self.client.get("/v1/webhooks").json()["data"], [])


class Delivery(WebhookTest):
    settings = {**LOCAL, "webhooks.schedule": QUICK}

    def taken(self, receiver, count, path=None):
        wait_for(lambda: len({one.id for one in receiver.deliveries(path)}) >= count,
                 what=f"{count} events")
        return receiver.deliveries(path)

    def test_signed_and_in_order(self):
        receiver = self.receiver()
        hook = self.hook(receiver)
        context = self.context()
        jobs = [self.job(context) for _ in range(20)]
        deliveries = self.taken(receiver, 40)
        self.assertEqual(len(deliveries), 40)
        self.check_order(deliveries)
        for one in deliveries:
            body = one.json()
            self.assertEqual(body["event"], one.event)
            self.assertIn(body["data"]["jobId"], jobs)
            self.assertEqual(body["data"]["contextId"], context)
            self.assertLess(abs(int(one.headers["x-webhook-timestamp"]) - time.time()), 60)
            self.assertRegex(one.headers["traceparent"], r"^00-[0-9a-f]{32}-[0-9a-f]{16}-00$")
            self.assertEqual(one.headers["content-type"], "application/json")
            self.assertEqual(one.signatures(), ([one.v1(hook["signingSecret"])],
                                                [one.standard(hook["signingSecret"])]))
        wait_for(lambda: [each["outcome"] for each in self.client.log(hook["id"])]
                 == ["delivered"] * 32, what="the log of the last 32")

    def test_a_replaced_secret_signs_for_a_while(self):
        receiver = self.receiver()
        hook = self.hook(receiver)
        path = f"/v1/webhooks/{hook['id']}/rotate-secret"
        new = self.client.ask("POST", path).json()["signingSecret"]
        self.assertNotEqual(new, hook["signingSecret"])
        self.job(self.context(), cancel=False)
        one = self.taken(receiver, 1)[0]
        secrets = (new, hook["signingSecret"])
        self.assertEqual(one.signatures(), ([one.v1(each) for each in secrets],
                                            [one.standard(each) for each in secrets]))
        replaced = self.client.ask("POST", path, {"overlapSeconds": 0}).json()
        self.assertNotIn("previousSecretUntil", replaced)
        newest = replaced["signingSecret"]
        self.job(self.context(), cancel=False)
        one = self.taken(receiver, 2)[-1]
        self.assertEqual(one.signatures(), ([one.v1(newest)], [one.standard(newest)]))
        self.refused(self.client.ask("POST", path, {"overlapSeconds": -1}), 400, "fields",
                     "overlapSeconds")

    def test_only_what_is_wanted(self):
        receiver = self.receiver()
        self.hook(receiver, "/canceled", eventTypes=["export_job.canceled"])
        self.hook(receiver, "/off", enabled=False)
        self.hook(receiver, "/all")
        foreign = WebhookClient(self.server, self.server.token(tenant=OTHER_TENANT))
        self.assertEqual(foreign.register(receiver.url("/foreign")).status, 201)
        self.job(self.context())
        self.taken(receiver, 2, "/all")
        self.taken(receiver, 1, "/canceled")
        self.assertEqual([one.event for one in receiver.deliveries("/canceled")],
                         ["export_job.canceled"])
        self.assertEqual(receiver.deliveries("/off") + receiver.deliveries("/foreign"), [])

    def test_tried_again_whatever_failed(self):
        """Each manner fails the first attempt of every event; the second has the same id and
        bytes, and a signature of its own."""
        receiver = self.receiver()
        manners = {"500": answer(500), "404": answer(404),
                   "302": answer(302, {"Location": "/evil"}),
                   "hang": webhook_receiver.hang(receiver), "broken": webhook_receiver.break_off}
        hooks = {}
        for name, manner in manners.items():
            one = self.receiver(first(1, manner))
            hooks[name] = (one, self.hook(one, "/" + name))
        self.job(self.context())
        for name, (one, hook) in hooks.items():
            with self.subTest(name):
                wait_for(lambda: len(one.deliveries()) >= 4, what=f"four attempts ({name})")
                deliveries = one.deliveries()
                self.assertEqual(len(deliveries), 4)
                self.check_order(deliveries)
                for earlier, later in (deliveries[0:2], deliveries[2:4]):
                    self.assertEqual((earlier.id, earlier.body), (later.id, later.body))
                for each in deliveries:
                    self.assertEqual(each.path, "/" + name)
                    self.assertEqual(each.signatures()[0], [each.v1(hook["signingSecret"])])
                log = wait_for(lambda: (lambda all: len(all) == 4 and all)(
                    self.client.log(hook["id"])), what="the log")
                self.assertEqual([each["outcome"] for each in log],
                                 ["delivered", "failed"] * 2)
                self.assertEqual([each["attempt"] for each in log], [2, 1, 2, 1])
        self.assertEqual(self.client.letters()["messages"], [])

    def test_dead_letters_are_listed_and_retried(self):
        receiver = self.receiver(answer(500))
        hook = self.hook(receiver)
        job = self.job(self.context())
        wait_for(lambda: len(self.client.letters()["messages"]) == 2, what="two dead letters")
        listed = self.client.letters()
        self.assertEqual(listed, self.client.letters("/v1/transfers/webhooks/dlq"))
        self.assertEqual((listed["totalCount"], listed["returnedCount"], listed["returned"],
                          listed["hasMore"], listed["hasNextPage"]), (2, 2, 2, False, False))
        page = self.client.letters("/v1/webhooks/dlq?limit=1")
        self.assertEqual((page["totalCount"], page["returned"], page["hasMore"]), (2, 1, True))
        self.assertEqual(self.client.letters("/v1/webhooks/dlq?offset=1")["messages"],
                         listed["messages"][1:])
        self.assertEqual([one.event for one in receiver.deliveries()],
                         ["export_job.created"] * 4 + ["export_job.canceled"] * 4)
        letter = listed["messages"][0]
        self.assertEqual((letter["routingKey"], letter["deathReason"], letter["failureReason"],
                          letter["jobId"], letter["eventType"], letter["retryCount"],
                          letter["manualRetryCount"], letter["webhookId"]),
                         ("webhook.export_job.canceled", "rejected", "HTTP 500 from subscriber",
                          job, "export_job.canceled", 4, 0, hook["id"]))
        foreign = WebhookClient(self.server, self.server.token(tenant=OTHER_TENANT))
        self.assertEqual(foreign.letters()["messages"], [])
        retry = f"/v1/webhooks/dlq/{letter['messageId']}/retry"
        self.assertEqual(foreign.ask("POST", retry).status, 404)
        self.refused(self.client.request("POST", retry), 400, "headers", "X-Idempotency")
        key = str(uuid.uuid4())
        done = self.client.ask("POST", retry, key=key)
        self.assertEqual((done.status, done.json()),
                         (200, {"status": "retried", "messageId": letter["messageId"]}))
        self.assertEqual(self.client.ask("POST", retry, key=key).body, done.body)
        self.assertEqual(self.client.ask("POST", retry).status, 404)
        again = wait_for(lambda: [one for one in self.client.letters()["messages"]
                                  if one["manualRetryCount"] == 1], what="its second death")[0]
        self.assertEqual(again["correlationId"], letter["correlationId"])
        receiver.manner = answer(200)
        second = f"/v1/transfers/webhooks/dlq/{again['messageId']}/retry"
        self.assertEqual(self.client.ask("POST", second).status, 200)
        wait_for(lambda: len(receiver.deliveries()) == 13, what="its delivery")
        last = receiver.deliveries()[-1]
        self.assertEqual((last.id, last.event), (letter["correlationId"], "export_job.canceled"))
        self.assertEqual(last.body, receiver.deliveries()[4].body)
        self.assertEqual(last.signatures()[0], [last.v1(hook["signingSecret"])])
        wait_for(lambda: len(self.client.letters()["messages"]) == 1, what="the other letter alone")

    def test_gone_disables(self):
        receiver = self.receiver(answer(410))
        hook = self.hook(receiver)
        context = self.context()
        self.job(context)
        path = f"/v1/webhooks/{hook['id']}"
        wait_for(lambda: self.client.get(path).json()["enabled"] is False, what="disabled")
        wait_for(lambda: len(self.client.letters()["messages"]) == 2, what="two dead letters")
        self.assertEqual(len(receiver.deliveries()), 1)
        letters = sorted(self.client.letters()["messages"], key=lambda one: one["eventType"])
        self.assertEqual([(one["eventType"], one["failureReason"]) for one in letters],
                         [("export_job.canceled", "the endpoint is disabled"),
                          ("export_job.created", "HTTP 410 from subscriber")])
        self.job(context)  # nobody is told
        retry = f"/v1/webhooks/dlq/{letters[0]['messageId']}/retry"
        self.assertEqual(self.client.ask("POST", retry).status, 422)
        self.client.request("PATCH", path, {"enabled": True})
        receiver.manner = answer(200)
        self.assertEqual(self.client.ask("POST", retry).status, 200)
        wait_for(lambda: len(receiver.deliveries()) == 2, what="its delivery")

    def test_what_waits_for_a_removed_endpoint_is_dropped(self):
        receiver = self.receiver(first(1, answer(503, {"Retry-After": "3600"})))
        hook = self.hook(receiver)
        self.job(self.context())
        wait_for(lambda: receiver.deliveries(), what="an attempt")
        self.assertEqual(self.client.request("DELETE", f"/v1/webhooks/{hook['id']}").status, 204)
        self.assertEqual(self.client.letters()["messages"], [])

    def test_a_slow_receiver_delays_only_itself(self):
        slow = self.receiver()
        slow.manner = webhook_receiver.hang(slow)
        well = self.receiver()
        self.hook(slow)
        self.hook(well)
        context = self.context()
        for _ in range(30):
            self.job(context)
        deliveries = self.taken(well, 60)
        self.check_order(deliveries)
        # It has shown nothing but silence: one delivery at a time is all that it holds.
        self.assertLess(len(slow.deliveries()), 30)


if __name__ == "__main__":
    del sys.argv[1]
    unittest.main(warnings="ignore")
