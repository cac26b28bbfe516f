"""What the wire tests of webhooks share: a server for each test, its clients, receivers, and the
checks of what these get."""

import os
import pathlib
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server  # noqa: E402
from webhook_receiver import Receiver  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
OTHER_TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
FULL = os.environ.get("BELAY_TEST_SIZE") == "full"
LOCAL = {"exports.workers": 0, "webhooks.allow_private": "true", "webhooks.timeout": "1s"}


class WebhookClient(Client):
    def ask(self, method, path, body=None, key=None, **headers):
        fields = dict(headers)
        if method == "POST":
            fields.setdefault("X-Idempotency", key or str(uuid.uuid4()))
        return self.request(method, path, body=body,
                            headers={name: value for name, value in fields.items() if value})

    def register(self, url, name="hook", key=None, **more):
        return self.ask("POST", "/v1/webhooks", {"name": name, "endpointUrl": url, **more}, key)

    def log(self, hook):
        return self.get(f"/v1/webhooks/{hook}/deliveries").json()["data"]

    def letters(self, path="/v1/webhooks/dlq"):
        return self.get(path).json()


class WebhookTest(unittest.TestCase):
    settings = LOCAL

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="belay-webhooks-")
        self.addCleanup(self.folder.cleanup)
        self.server = Server(PROGRAM, self.folder.name + "/data", dict(self.settings))
        self.addCleanup(self.server.end)
        self.start()

    def start(self):
        self.server.start()
        self.client = WebhookClient(self.server, self.server.token())

    def receiver(self, manner=None, port=0):
        receiver = Receiver(manner, port)
        self.addCleanup(receiver.close)
        return receiver

    def hook(self, receiver, path="/hook", **more):
        made = self.client.register(receiver.url(path), **more)
        self.assertEqual(made.status, 201, made.body)
        return made.json()

    def context(self):
        return self.client.make_context().json()["id"]

    def job(self, context, cancel=True):
        """A job of two events: created, canceled."""
        job = self.client.create(context, **{"dateFrom": "2026-10-22", "dateTo": "2026-11-21"})
        self.assertEqual(job.status, 202, job.body)
        if cancel:
            self.assertEqual(self.client.cancel(job.json()["jobId"]).status, 200)
        return job.json()["jobId"]

    def refused(self, made, status, where=None, name=None):
        self.assertEqual(made.status, status, made.body)
        error = made.json()["error"]
        self.assertRegex(error["code"], r"^BTF-[0-9]{4}$")
        if where:
            self.assertIn(name, error[where])
        return error

    def check_order(self, deliveries):
        """The first delivery of an event never comes before an earlier event of its job was
        taken."""
        seen = {}
        for one in deliveries:
            events = seen.setdefault(one.json()["data"]["jobId"], [])
            if one.id not in [each.id for each in events]:
                events.append(one)
        for job, events in seen.items():
            self.assertEqual([each.event for each in events],
                             ["export_job.created", "export_job.canceled"][:len(events)], job)
