"""What the wire tests of batch jobs' events share: a server for each test, destinations, and the
checks of what is listed and sent."""

import base64
import hashlib
import hmac
import json
import pathlib
import time

from webhook_case import LOCAL, OTHER_TENANT, WebhookTest  # noqa: F401
from batch_client import BatchClient
from belay_client import TENANT

JOB = "v2.core.batch_job."
CANCEL = "/v1/transfers/:id/cancel"
EVENTS = "/v2/core/events"
DESTINATIONS = "/v2/core/event_destinations"
SECRET = ["webhook_endpoint.signing_secret", "webhook_endpoint.url"]


def test_token(server):
    """A token of test mode, which the program's own tool does not make."""
    def encoded(part):
        return base64.urlsafe_b64encode(part).rstrip(b"=")

    claims = {"sub": "tester", "tenantId": TENANT, "exp": int(time.time()) + 3600,
              "livemode": False}
    text = encoded(b'{"alg":"HS256","typ":"JWT"}') + b"." + encoded(json.dumps(claims).encode())
    secret = pathlib.Path(server.data, "jwt.secret").read_bytes().strip()
    return (text + b"." + encoded(hmac.digest(secret, text, hashlib.sha256))).decode()


def is_genuine(one, secrets):
    """As the published libraries verify it: t, and one v1 for each secret."""
    pairs = [each.split("=", 1) for each in one.headers["stripe-signature"].split(",")]
    t = pairs[0][1]
    wanted = [["v1", hmac.new(secret.encode(), t.encode() + b"." + one.body,
                              hashlib.sha256).hexdigest()] for secret in secrets]
    return pairs[0][0] == "t" and abs(time.time() - int(t)) < 60 and pairs[1:] == wanted


class EventTest(WebhookTest):
    settings = {**LOCAL, "webhooks.schedule": "0s,50ms,50ms,50ms"}

    def start(self):
        self.server.start()
        self.token = self.server.token()
        self.client = BatchClient(self.server, self.token)

    def made(self, url, client=None, key=None, **more):
        body = {"name": "mine", "type": "webhook_endpoint", "event_payload": "thin",
                "enabled_events": ["*"], "webhook_endpoint": {"url": url}, "include": SECRET,
                **more}
        headers = {"Idempotency-Key": key} if key else {}
        return (client or self.client).ask("POST", DESTINATIONS, body, **headers)

    def destination(self, receiver, path="/hook", **more):
        made = self.made(receiver.url(path), **more)
        self.assertEqual(made.status, 200, made.body)
        return made.json()

    def refused(self, made, status, code="invalid_fields", param=None):
        self.assertEqual(made.status, status, made.body)
        error = made.json()["error"]
        self.assertEqual(error["code"], code, error)
        if param:
            self.assertEqual(error["param"], param, error)

    def job_made(self):
        made = self.client.create_batch(CANCEL)
        self.assertEqual(made.status, 200, made.body)
        return made.json()

    def pages(self, query=""):
        """All events, by following next_page_url, and the pages."""
        pages = []
        url = EVENTS + query
        while url:
            shown = self.client.ask("GET", url)
            self.assertEqual(shown.status, 200, shown.body)
            pages.append(shown.json())
            url = pages[-1]["next_page_url"]
        return [each for page in pages for each in page["data"]], pages

    def types(self, job):
        events = self.pages(f"?object_id={job}")[0]
        return [each["type"].removeprefix(JOB) for each in reversed(events)]
