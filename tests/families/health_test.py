#!/usr/bin/env python3
"""The health pages of the running program, in the contract's shape. What they say of a slow, a
broken and a full disk is tests/crash's.
usage: health_test.py PROGRAM [unittest options]"""

import http.client
import json
import pathlib
import signal
import sys
import tempfile
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server, wait_for  # noqa: E402

STATUS = {"enum": ["UP", "DEGRADED", "DOWN"]}
READY = {
    "type": "object",
    "required": ["status", "checks", "timeoutMs"],
    "additionalProperties": False,
    "properties": {
        "status": STATUS,
        "timeoutMs": {"type": "integer", "minimum": 1},
        "checks": {
            "type": "object",
            "minProperties": 3,
            "additionalProperties": {
                "type": "object",
                "required": ["status", "critical"],
                "additionalProperties": False,
                "properties": {"status": STATUS, "critical": {"type": "boolean"}},
            },
        },
    },
}


class Health(unittest.TestCase):
    settings = {"exports.workers": 0, "http.commit_timeout": "4s"}

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="belay-health-")
        self.addCleanup(folder.cleanup)
        self.server = Server(PROGRAM, folder.name + "/data", self.settings)
        self.addCleanup(self.server.end)
        self.server.start()
        self.client = Client(self.server, self.server.token())

    def ready(self, client=None):
        answer = (client or self.client).get("/health/ready", anonymous=True)
        jsonschema.validate(answer.json(), READY)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(answer.status, 503 if answer.json()["status"] == "DOWN" else 200)
        return answer.json()

    def test_a_server_that_is_well(self):
        answer = self.client.get("/health/live", anonymous=True)
        self.assertEqual((answer.status, answer.json()), (200, {"status": "UP"}))
        page = self.ready()
        self.assertEqual((page["status"], page["timeoutMs"]), ("UP", 4000))
        self.assertEqual({name: check["critical"] for name, check in page["checks"].items()},
                         {"serving": True, "log": True, "capacity": False})

    def test_one_that_drains_says_down_to_who_is_still_there(self):
        # A request whose head has begun is waited for.
        half = Client(self.server, None).connection
        half.connect()
        half.sock.sendall(b"GET /health/ready HTTP/1.1\r\nHost: x\r\n")
        self.ready()  # the server has read what came before this
        self.server.process.send_signal(signal.SIGTERM)
        wait_for(self.is_closed_for_new, what="closed listeners")
        half.sock.sendall(b"\r\n")
        answer = http.client.HTTPResponse(half.sock)
        answer.begin()
        self.assertEqual(answer.status, 503)
        page = json.loads(answer.read())
        self.assertEqual(page["status"], "DOWN")
        self.assertEqual(page["checks"]["serving"], {"status": "DOWN", "critical": True})
        self.assertEqual(page["checks"]["log"]["status"], "UP")
        self.assertEqual(self.server.process.wait(60), 0)

    def is_closed_for_new(self):
        try:
            Client(self.server, None, timeout=1).connection.connect()
            return False
        except OSError:
            return True


if __name__ == "__main__":
    PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], warnings="ignore")
