"""What the wire tests of the export family share: a server for each class of tests, and the checks
of its answers. Every body is validated against the family's own schemas."""

import json
import os
import pathlib
import sys
import tempfile
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
OTHER_TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
SAMPLE = (ROOT / "examples" / "transactions.csv").read_bytes()
DATES = {"dateFrom": "2026-10-22", "dateTo": "2026-11-21"}
HEADER = ("transaction_id,match_group_id,source_id,amount,currency,status,date,exception_id,due_at,"
          "expected_amount,fee_schedule_id,fee_schedule_name\n")
SOURCE = "9dfb369b-ab13-4fae-a276-55daa05f1119"
SCHEMAS = {path.stem: json.loads(path.read_text())
           for path in (ROOT / "http/families/export_jobs/schemas").glob("*.json")}


def row(number, **cells):
    """A good row, with some cells changed."""
    names = HEADER.strip().split(",")
    values = {"transaction_id": f"tx{number}", "source_id": SOURCE, "amount": "10.00",
              "currency": "BRL", "status": "OPEN", "date": "2026-11-01", **cells}
    return ",".join(values.get(name, "") for name in names) + "\n"


class FamilyTest(unittest.TestCase):
    settings = {"exports.workers": 0}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.folder.name + "/data", cls.settings).start()
        cls.token = cls.server.token()
        cls.client = Client(cls.server, cls.token)
        cls.context = cls.client.make_context().json()["id"]

    @classmethod
    def tearDownClass(cls):
        # Whatever was sent: the server is well, stops in order, and left a sound directory.
        ready = cls.client.get("/health/ready").status
        code = cls.server.end()
        verified, text = cls.server.verify()
        cls.folder.cleanup()
        assert (ready, code, verified) == (200, 0, 0), (ready, code, text)

    def check(self, answer, status, schema):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/json")
        jsonschema.validate(answer.json(), SCHEMAS[schema])
        return answer.json()

    def refused(self, answer, status, title, reference, field=None):
        body = self.check(answer, status, "error_response")
        self.assertEqual(body["code"], str(status))
        self.assertEqual(body["title"], title, body)
        self.assertEqual(body["details"]["reference"], reference, body)
        self.assertEqual(body["error"], body["message"])
        if field is not None:
            self.assertEqual(body["details"].get("field"), field, body)
        return body

    def queued(self, **more):
        made = self.client.create(self.context, **more)
        return self.check(made, 202, "created_response")["jobId"]


def main():
    sys.argv.pop(1)
    unittest.main(module="__main__", warnings="ignore")
