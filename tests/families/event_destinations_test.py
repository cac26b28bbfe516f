#!/usr/bin/env python3
"""Destinations of batch jobs' events: made, changed and removed, and what they are sent.
usage: event_destinations_test.py PROGRAM [unittest options]"""

import json
import sys
import threading
import unittest
import uuid

from event_case import (DESTINATIONS, JOB, OTHER_TENANT, SECRET, EventTest, is_genuine, test_token)
from batch_client import BatchClient
from belay_client import wait_for
from webhook_case import WebhookClient
from webhook_receiver import answer, first


class Destinations(EventTest):
    URL = "https://hooks.example.com/belay"

    def test_made_read_changed_and_removed(self):
        key = str(uuid.uuid4())
        made = self.made(self.URL, key=key, enabled_events=[JOB + "completed"],
                         metadata={"a": "1", "b": "2"}, description="what for")
        self.assertEqual(made.status, 200, made.body)
        shown = made.json()
        self.assertRegex(shown["id"], r"^ed_[0-9A-Za-z]{26}$")
        self.assertRegex(shown["webhook_endpoint"]["signing_secret"], r"^whsec_")
        self.assertEqual(shown["webhook_endpoint"]["url"], self.URL)
        self.assertEqual({name: value for name, value in shown.items()
                          if name not in ("id", "created", "updated", "webhook_endpoint")},
                         {"object": "v2.core.event_destination", "description": "what for",
                          "enabled_events": [JOB + "completed"], "event_payload": "thin",
                          "events_from": ["@self"], "livemode": True,
                          "metadata": {"a": "1", "b": "2"}, "name": "mine",
                          "snapshot_api_version": None, "status": "enabled",
                          "status_details": None, "type": "webhook_endpoint"})
        # An answer that was lost is had again, with the secret; another request is none.
        again = self.made(self.URL, key=key, enabled_events=[JOB + "completed"],
                          metadata={"a": "1", "b": "2"}, description="what for")
        self.assertEqual((again.status, again.json()), (200, shown))
        self.assertEqual(again.headers["idempotent-replayed"], "true")
        self.refused(self.made(self.URL, key=key), 409, "idempotency_error")
        path = f"{DESTINATIONS}/{shown['id']}"
        hidden = {"signing_secret": None, "url": None}
        self.assertEqual(self.client.ask("GET", path).json(), {**shown, "webhook_endpoint": hidden})
        included = self.client.ask("GET", path + "?include[0]=webhook_endpoint.url").json()
        self.assertEqual(included["webhook_endpoint"], {"signing_secret": None, "url": self.URL})
        self.refused(self.client.ask("GET", f"{path}?include[0]={SECRET[0]}"), 400, param="include")
        self.assertEqual(self.client.ask("GET", DESTINATIONS).json(),
                         {"data": [{**shown, "webhook_endpoint": hidden}], "next_page_url": None,
                          "previous_page_url": None})
        changed = self.client.ask("POST", path, {
            "name": "new", "metadata": {"a": None, "c": "3"}, "enabled_events": ["*"],
            "webhook_endpoint": {"url": self.URL + "2"}, "include": SECRET[1:]}).json()
        self.assertEqual((changed["name"], changed["metadata"], changed["enabled_events"],
                          changed["webhook_endpoint"]["url"], changed["description"]),
                         ("new", {"b": "2", "c": "3"}, ["*"], self.URL + "2", "what for"))
        off = self.client.ask("POST", path + "/disable", {}).json()
        self.assertEqual((off["status"], off["status_details"]),
                         ("disabled", {"disabled": {"reason": "user"}}))
        self.refused(self.client.ask("POST", path + "/ping", {}), 400,
                     "event_destination_disabled")
        self.assertEqual(self.client.ask("POST", path + "/enable", {}).json()["status"], "enabled")
        # After a restart it is all there.
        self.server.kill()
        self.start()
        self.assertEqual(self.client.ask("GET", path).json()["name"], "new")
        gone = self.client.ask("DELETE", path, **{"Idempotency-Key": "gone"})
        wanted = {"id": shown["id"], "object": "v2.core.event_destination"}
        self.assertEqual((gone.status, gone.json()), (200, wanted))
        again = self.client.ask("DELETE", path, **{"Idempotency-Key": "gone"})
        self.assertEqual((again.status, again.json()), (200, wanted))
        for method, more in (("GET", ""), ("DELETE", ""), ("POST", ""), ("POST", "/enable"),
                             ("POST", "/disable"), ("POST", "/ping")):
            body = {} if method == "POST" else None
            self.refused(self.client.ask(method, path + more, body), 404, "not_found")

    def test_whose_they_are(self):
        shown = self.made(self.URL).json()
        path = f"{DESTINATIONS}/{shown['id']}"
        for token in (self.server.token(tenant=OTHER_TENANT), test_token(self.server)):
            client = BatchClient(self.server, token)
            self.assertEqual(client.ask("GET", DESTINATIONS).json()["data"], [])
            for method, more in (("GET", ""), ("DELETE", ""), ("POST", ""), ("POST", "/ping")):
                body = {} if method == "POST" else None
                self.refused(client.ask(method, path + more, body), 404, "not_found")
        test = BatchClient(self.server, test_token(self.server))
        self.assertRegex(self.made(self.URL, test).json()["id"], r"^ed_test_")
        # Nor are they webhooks of exports and transfers, nor those destinations.
        hooks = WebhookClient(self.server, self.token)
        self.assertEqual(hooks.get("/v1/webhooks").json()["data"], [])
        self.assertEqual(hooks.register(self.URL).status, 201)
        self.assertEqual(len(self.client.ask("GET", DESTINATIONS).json()["data"]), 1)

    def test_what_is_wrong_is_said(self):
        for more, param in (({"name": None}, "name"), ({"name": ""}, "name"),
                            ({"name": "x" * 257}, "name"), ({"type": None}, "type"),
                            ({"type": "amazon_eventbridge"}, "type"),
                            ({"event_payload": "snapshot"}, "event_payload"),
                            ({"event_payload": None}, "event_payload"),
                            ({"enabled_events": []}, "enabled_events"),
                            ({"enabled_events": ["v1.account.updated"]}, "enabled_events"),
                            ({"events_from": ["@accounts"]}, "events_from"),
                            ({"include": ["url"]}, "include"), ({"metadata": []}, "metadata"),
                            ({"metadata": {"a": 1}}, "metadata.a"), ({"more": 1}, "more"),
                            ({"metadata": {str(at): "" for at in range(51)}}, "metadata"),
                            ({"webhook_endpoint": None}, "webhook_endpoint.url"),
                            ({"webhook_endpoint": {"url": "ftp://x"}}, "webhook_endpoint.url")):
            with self.subTest(str(more)[:60]):
                self.refused(self.made(self.URL, **more), 400, param=param)
        self.refused(self.client.request("POST", DESTINATIONS, {}), 400,
                     "stripe_api_version_not_provided")
        reader = BatchClient(self.server, self.server.token(scopes=["batches:read"]))
        self.assertEqual(self.made(self.URL, reader).status, 403)
        self.assertEqual(self.client.ask("GET", DESTINATIONS).json()["data"], [])

    def test_a_mode_of_an_account_has_sixteen(self):
        made = [None] * 20

        def make(number):
            made[number] = self.made(self.URL, BatchClient(self.server, self.token)).status

        threads = [threading.Thread(target=make, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(made), [200] * 16 + [400] * 4)
        self.refused(self.made(self.URL), 400, "event_destination_limit_exceeded")
        one = self.client.ask("GET", DESTINATIONS).json()["data"][0]["id"]
        self.assertEqual(self.client.ask("DELETE", f"{DESTINATIONS}/{one}").status, 200)
        self.assertEqual(self.made(self.URL).status, 200)


class Private(EventTest):
    settings = {"exports.workers": 0}

    def test_addresses_inside_are_refused(self):
        for url in ("http://hooks.example.com/", "https://127.0.0.1/", "https://10.0.0.1/",
                    "https://localhost/", "https://[::1]/", "https://user@hooks.example.com/"):
            self.refused(self.made(url), 400, param="webhook_endpoint.url")


class Delivery(EventTest):
    def test_signed_and_thin(self):
        receiver = self.receiver()
        made = self.destination(receiver)
        self.destination(receiver, "/canceled", enabled_events=[JOB + "canceled"])
        hooks = WebhookClient(self.server, self.token)
        self.assertEqual(hooks.register(receiver.url("/webhook")).status, 201)
        test = BatchClient(self.server, test_token(self.server))
        self.assertEqual(self.made(receiver.url("/test"), test).status, 200)
        job = self.job_made()["id"]
        self.client.cancel_batch(job)
        wait_for(lambda: len(receiver.deliveries("/hook")) == 4, what="four events")
        wait_for(lambda: receiver.deliveries("/canceled"), what="the one that is wanted")
        wanted = self.pages(f"?object_id={job}")[0][::-1]
        for one, event in zip(receiver.deliveries("/hook"), wanted):
            thin = {name: value for name, value in event.items()
                    if name not in ("changes", "data")}
            self.assertEqual(one.json(), thin)
            self.assertTrue(is_genuine(one, [made["webhook_endpoint"]["signing_secret"]]))
            self.assertTrue(one.headers["content-type"].startswith("application/json"))
        self.assertEqual([one.json()["type"] for one in receiver.deliveries("/canceled")],
                         [JOB + "canceled"])
        self.assertEqual(receiver.deliveries("/webhook") + receiver.deliveries("/test"), [])

    def test_ping(self):
        receiver = self.receiver()
        made = self.destination(receiver, enabled_events=[JOB + "canceled"])
        self.destination(receiver, "/other")
        key = {"Idempotency-Key": "ping"}
        path = f"{DESTINATIONS}/{made['id']}/ping"
        event = self.client.ask("POST", path, {}, **key).json()
        self.assertEqual((event["type"], event["related_object"]),
                         ("v2.core.event_destination.ping",
                          {"id": made["id"], "type": "v2.core.event_destination",
                           "url": f"{DESTINATIONS}/{made['id']}"}))
        self.assertEqual(self.client.ask("POST", path, {}, **key).json(), event)
        one = wait_for(receiver.deliveries, what="the ping")[0]
        self.assertEqual((one.path, one.json()["id"]), ("/hook", event["id"]))
        self.assertTrue(is_genuine(one, [made["webhook_endpoint"]["signing_secret"]]))
        self.assertEqual(self.pages(f"?object_id={made['id']}")[0], [event])
        self.assertEqual(len(receiver.deliveries()), 1)

    def test_tried_again_and_no_letter_is_left(self):
        receiver = self.receiver(first(1, answer(500)))
        dead = self.receiver(answer(500))
        made = self.destination(receiver)
        self.destination(dead)
        job = self.job_made()["id"]
        wait_for(lambda: len(receiver.deliveries()) == 4, what="each event twice")
        wait_for(lambda: len(dead.deliveries()) == 8, what="each event to its last attempt")
        bodies = [one.body for one in receiver.deliveries()]
        self.assertEqual(bodies[0::2], bodies[1::2])
        for one in receiver.deliveries():
            self.assertTrue(is_genuine(one, [made["webhook_endpoint"]["signing_secret"]]))
        hooks = WebhookClient(self.server, self.token)
        self.assertEqual(hooks.letters()["messages"], [])
        self.assertEqual(len(self.pages(f"?object_id={job}")[0]), 2)

    def test_gone_disables(self):
        receiver = self.receiver(answer(410))
        made = self.destination(receiver)
        self.job_made()
        path = f"{DESTINATIONS}/{made['id']}"
        wait_for(lambda: self.client.ask("GET", path).json()["status"] == "disabled",
                 what="disabled")
        self.assertEqual(self.client.ask("GET", path).json()["status_details"],
                         {"disabled": {"reason": "endpoint_gone"}})

    def test_a_killed_server_goes_on(self):
        receiver = self.receiver(answer(500))
        self.destination(receiver)
        job = self.job_made()["id"]
        wait_for(receiver.deliveries, what="an attempt")
        self.server.kill()
        receiver.manner = answer(204)
        self.start()
        self.client.cancel_batch(job)
        ids = {each["id"] for each in self.pages(f"?object_id={job}")[0]
               if each["type"].endswith(("canceled", "updated"))}
        self.assertEqual(len(ids), 2)
        wait_for(lambda: ids <= {json.loads(one.body)["id"] for one in receiver.deliveries()},
                 what="the events behind")


if __name__ == "__main__":
    del sys.argv[1]
    unittest.main(warnings="ignore")
