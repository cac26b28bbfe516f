#!/usr/bin/env python3
"""Events of batch jobs on the wire: what each tells, and how they are listed and fetched.
usage: core_events_test.py PROGRAM [unittest options]"""

import sys
import threading
import unittest
import uuid

from event_case import CANCEL, EVENTS, JOB, OTHER_TENANT, EventTest, test_token
from batch_client import BatchClient, line


class Events(EventTest):
    def test_the_life_of_a_job_is_told(self):
        absent = line("r1", {"id": str(uuid.uuid4())}, {})
        job = self.client.begin_batch(CANCEL, [absent])
        self.client.wait_for_batch(job)
        # Progress may have been told besides, or not, as time went.
        found = self.types(job)
        self.assertEqual(found[:4], ["created", "ready_for_upload", "validating", "updated"])
        self.assertEqual(found[-2:], ["completed", "updated"])
        self.assertEqual(set(found[4:-2]), {"updated"})
        failed = self.client.begin_batch(CANCEL, ["{"])
        self.assertEqual(self.client.wait_for_batch(failed)["status"], "validation_failed")
        self.assertEqual(self.types(failed)[2:],
                         ["validating", "updated", "validation_failed", "updated"])

    def test_what_an_event_says(self):
        made = self.client.create_batch(CANCEL, headers={"Idempotency-Key": "a-key"})
        job = made.json()["id"]
        canceled = self.client.cancel_batch(job)
        self.assertEqual(self.types(job), ["created", "ready_for_upload", "canceled", "updated"])
        # Asked again, nothing moves and nothing is told.
        self.client.cancel_batch(job)
        self.client.create_batch(CANCEL, headers={"Idempotency-Key": "a-key"})
        events = self.pages(f"?object_id={job}")[0]
        self.assertEqual(len(events), 4)
        self.assertEqual(len(self.pages()[0]), 4)
        event = events[-1]
        self.assertRegex(event["id"], r"^evt_[0-9A-Za-z]{26}$")
        self.assertRegex(event["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual({name: value for name, value in event.items()
                          if name not in ("id", "created")},
                         {"object": "v2.core.event", "changes": None, "context": None, "data": {},
                          "livemode": True, "type": JOB + "created",
                          "reason": {"type": "request",
                                     "request": {"id": made.headers["request-id"],
                                                 "idempotency_key": "a-key"}},
                          "related_object": {"id": job, "type": "v2.core.batch_job",
                                             "url": f"/v2/core/batch_jobs/{job}"}})
        self.assertEqual(events[0]["reason"]["request"],
                         {"id": canceled.headers["request-id"], "idempotency_key": ""})
        fetched = self.client.ask("GET", f"{EVENTS}/{event['id']}")
        self.assertEqual((fetched.status, fetched.json()), (200, event))
        self.assertEqual(fetched.headers["stripe-version"], self.client.version)
        self.assertRegex(fetched.headers["request-id"], "^req_")

    def test_whose_they_are(self):
        job = self.job_made()["id"]
        event = self.pages()[0][0]["id"]
        others = {"foreign": self.server.token(tenant=OTHER_TENANT),
                  "test": test_token(self.server)}
        for name, token in others.items():
            with self.subTest(name):
                client = BatchClient(self.server, token)
                self.refused(client.ask("GET", f"{EVENTS}/{event}"), 404, "not_found")
                for query in ("", f"?object_id={job}"):
                    self.assertEqual(client.ask("GET", EVENTS + query).json(),
                                     {"data": [], "next_page_url": None,
                                      "previous_page_url": None})
        test = BatchClient(self.server, others["test"])
        made = test.create_batch(CANCEL).json()
        self.assertFalse(made["livemode"])
        shown = test.ask("GET", EVENTS).json()["data"]
        self.assertEqual([each["related_object"]["id"] for each in shown], [made["id"]] * 2)
        self.assertRegex(shown[0]["id"], r"^evt_test_[0-9A-Za-z]{26}$")
        self.refused(self.client.ask("GET", f"{EVENTS}/{shown[0]['id']}"), 404, "not_found")
        # The same event under the other mode's name is none.
        renamed = shown[0]["id"].replace("evt_test_", "evt_")
        self.refused(self.client.ask("GET", f"{EVENTS}/{renamed}"), 404, "not_found")
        self.assertEqual(len(self.pages()[0]), 2)

    def test_pages(self):
        jobs = [self.job_made()["id"] for _ in range(6)]
        events, pages = self.pages("?limit=5")
        self.assertEqual([len(page["data"]) for page in pages], [5, 5, 2])
        self.assertEqual(sorted(each["related_object"]["id"] for each in events),
                         sorted(jobs * 2))
        made = [each["created"] for each in events]
        self.assertEqual(made, sorted(made, reverse=True))
        self.assertEqual(len({each["id"] for each in events}), 12)
        for url in (page["next_page_url"] for page in pages[:-1]):
            self.assertTrue(url.startswith(EVENTS + "?"), url)
        self.assertIsNone(pages[0]["previous_page_url"])
        # What is made meanwhile moves no page that lies behind.
        self.job_made()
        second = self.client.ask("GET", pages[0]["next_page_url"]).json()
        self.assertEqual(second, pages[1])
        back = self.client.ask("GET", pages[2]["previous_page_url"]).json()
        self.assertEqual(back, pages[1])
        front = self.client.ask("GET", back["previous_page_url"]).json()
        ids = [each["id"] for each in front["data"]]
        self.assertEqual(len(ids), 5)
        self.assertEqual(len([each for each in events[:5] if each["id"] in ids]), 3)
        # The filters of a walk are those of its first page.
        self.refused(self.client.ask("GET", pages[0]["next_page_url"] + "&object_id=x"), 400,
                     param="object_id")

    def test_no_event_is_passed_over_while_others_are_made(self):
        for _ in range(10):
            self.job_made()
        before = {each["id"] for each in self.pages("?limit=100")[0]}
        stop = threading.Event()
        maker = BatchClient(self.server, self.token)

        def make():
            while not stop.is_set():
                maker.create_batch(CANCEL)

        thread = threading.Thread(target=make)
        thread.start()
        try:
            walked = [each["id"] for each in self.pages("?limit=3")[0]]
        finally:
            stop.set()
            thread.join()
        self.assertEqual(len(walked), len(set(walked)))
        self.assertLessEqual(before, set(walked))

    def test_filters(self):
        jobs = [self.job_made()["id"] for _ in range(3)]
        self.client.cancel_batch(jobs[1])
        types = f"?types[0]={JOB}canceled&types[1]={JOB}created"
        events, pages = self.pages(types + "&limit=1")
        self.assertEqual([each["type"].removeprefix(JOB) for each in events],
                         ["canceled", "created", "created", "created"])
        self.assertEqual(len(pages), 4)
        self.assertEqual(self.pages("?types[0]=v1.billing.meter.no_meter_found")[0], [])
        self.assertEqual(self.pages("?object_id=batchv2_x")[0], [])
        every = self.pages()[0]
        middle = every[3]["created"]
        for sign, keep in (("gt", lambda at: at > middle), ("gte", lambda at: at >= middle),
                           ("lt", lambda at: at < middle), ("lte", lambda at: at <= middle)):
            self.assertEqual(self.pages(f"?created[{sign}]={middle}")[0],
                             [each for each in every if keep(each["created"])], sign)
        for query, param in (("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"),
                             ("page=x", "page"), ("created[gt]=x", "created[gt]"),
                             ("other=1", "other"), ("limit=1&limit=2", "limit"),
                             ("&".join(f"types[{at}]=x" for at in range(21)), "types")):
            self.refused(self.client.ask("GET", f"{EVENTS}?{query}"), 400, param=param)
        self.refused(self.client.request("GET", EVENTS), 400, "stripe_api_version_not_provided")
        writer = BatchClient(self.server, self.server.token(scopes=["batches:write"]))
        self.assertEqual(writer.ask("GET", EVENTS).status, 403)


if __name__ == "__main__":
    del sys.argv[1]
    unittest.main(warnings="ignore")
