"""What the wire tests of batch jobs share: a server for each class of tests, and the checks of its
answers. Every job and every error is validated against the family's own schemas, every job against
the published page."""

import json
import os
import pathlib
import re
import sys
import tempfile
import unittest
import urllib.parse

import jsonschema

import published_batches

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from batch_client import BatchClient  # noqa: E402
from belay_client import Server  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
OTHER_TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
CANCEL_EXPORT = "/v1/export-jobs/:id/cancel"
OLD, NEW = "2026-03-25.preview", "2026-08-26.preview"
UNKNOWN_JOB = "batchv2_AbCdEfGhIjKlMnOpQrStUvWxYz"
SCHEMAS = {path.stem: json.loads(path.read_text())
           for path in (ROOT / "http/families/batch_jobs/schemas").glob("*.json")}
VALIDATORS = {name: jsonschema.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


class BatchTest(unittest.TestCase):
    settings = {"exports.workers": 0}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.folder.name + "/data", cls.settings).start()
        cls.token = cls.server.token()
        cls.client = BatchClient(cls.server, cls.token)

    @classmethod
    def tearDownClass(cls):
        # Whatever was sent: the server is well, stops in order, and left a sound directory.
        ready = cls.client.get("/health/ready").status
        code = cls.server.end()
        verified, text = cls.server.verify()
        cls.folder.cleanup()
        assert (ready, code, verified) == (200, 0, 0), (ready, code, text)

    def with_version(self, version, token=None):
        client = BatchClient(self.server, token or self.token)
        client.version = version
        return client

    def answered(self, answer, status):
        """What every answer under /v2 has."""
        self.assertEqual(answer.status, status, answer.body)
        self.assertRegex(answer.headers["request-id"], "^req_[0-9A-Za-z]{24}$")
        if answer.body:
            self.assertEqual(answer.headers["content-type"], "application/json")

    def shown(self, answer, status=None, version=NEW):
        """The job in an answer of success."""
        self.answered(answer, 200)
        self.assertEqual(answer.headers["stripe-version"], version)
        job = answer.json()
        VALIDATORS["batch_job"].validate(job)
        published_batches.check(job)
        if status is not None:
            self.assertEqual(job["status"], status)
        return job

    def refused(self, answer, status, code, param=None, kind=None, says=""):
        self.answered(answer, status)
        body = answer.json()
        VALIDATORS["error_response"].validate(body)
        error = body["error"]
        self.assertEqual((error["code"], error.get("param"), error.get("type")),
                         (code, param, kind), error)
        self.assertIn(says, error["message"])
        return error

    def created(self, path=CANCEL_EXPORT, **more):
        return self.shown(self.client.create_batch(path, **more), "ready_for_upload")

    def files(self, url):
        """What there is of files of the job that a signed URL is about; those of others come and
        go."""
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        job = query["object"][0][:36]
        folder = pathlib.Path(self.server.data) / "files" / "batches"
        return sorted(path.name for path in folder.iterdir() if path.name.startswith(job))


def upload_url(job):
    return job["status_details"]["ready_for_upload"]["upload_url"]["url"]


def rows(count, first=0):
    """Rows that cancel export jobs that are not there."""
    absent = "0189a2c4-0000-7000-8000-000000000000"
    return "".join(f'{{"id":"r{number}","path_params":{{"id":"{absent}"}}}}\n'
                   for number in range(first, first + count)).encode()


def path_of(url):
    return re.sub(r"^https?://[^/]+", "", url)


def main():
    sys.argv.pop(1)
    unittest.main(module="__main__", warnings="ignore")
