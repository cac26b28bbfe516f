#!/usr/bin/env python3
"""Bad input files of batch jobs, uploaded to the running program: each comes to what batches.md 4.2
says, with validation (the first bad line fails the job, and no row runs) and without (bad rows fail
one by one, the others run). usage: batch_files_test.py PROGRAM [unittest options]

BELAY_TEST_SIZE=full: ids repeated a million rows apart instead of some ten thousand."""

import json
import os
import pathlib
import sys
import tempfile
import unittest
import urllib.parse

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server, wait_for  # noqa: E402

FULL = os.environ.get("BELAY_TEST_SIZE") == "full"
VERSION = "2026-07-29.preview"  # without maximum_rps, which would be 10 rows a second
NOBODY = "0189a2c4-5b6d-7e8f-9a0b-000000000000"
# What a good row comes to: there is no such export job.
RAN = 404
MIB = 1024 * 1024
MARK = b"\xef\xbb\xbf"


def row(row_id, **more):
    return json.dumps({"id": row_id, "path_params": {"id": NOBODY}, **more}).encode()


def lines(*texts):
    return b"".join(text + b"\n" for text in texts)


A, B, C = row("a"), row("b"), row("c")
RAN_ABC = [("a", RAN, None), ("b", RAN, None), ("c", RAN, None)]


def refused(code, row_id=None):
    return (row_id, 400, code)


def bad_line(text, code, row_id=None):
    """A file whose second line is bad: (file, bad line, rows that a run without validation
    gives)."""
    return (lines(A, text, C), (2, refused(code, row_id)),
            [RAN_ABC[0], refused(code, row_id), RAN_ABC[2]])


GOOD_FILES = {
    "no final newline": A + b"\n" + B + b"\n" + C,
    "final newline": lines(A, B, C),
    "CRLF": lines(A, B, C).replace(b"\n", b"\r\n"),
    "byte order mark": MARK + lines(A, B, C),
    "mark and CRLF, no final newline": MARK + A + b"\r\n" + B + b"\r\n" + C,
    "blank lines": b"\n\r\n" + lines(A, b"", b" \t", B, b"\r", b"", C) + b"\n\n",
    "what SDKs write": lines(row("a", params=None), row("b", params={}, context=None),
                             row("c", stripe_version=VERSION)),
    "the longest line": lines(A, row("b").ljust(MIB), C),
    "the longest id": None,
}

BAD_FILES = {
    "a line of 10 MiB": bad_line(row("b", params={"a": "x" * 10 * MIB}), "row_too_long"),
    "10 MiB of blanks": bad_line(b" " * 10 * MIB, "row_too_long"),
    "a byte too long": bad_line(row("b").ljust(MIB + 1), "row_too_long"),
    "invalid UTF-8": bad_line(row("b", params={"a": "?"}).replace(b"?", b"\xc3("),
                              "invalid_encoding"),
    "a surrogate": bad_line(row("b", params={"a": "?"}).replace(b"?", b"\xed\xa0\x80"),
                            "invalid_encoding"),
    "UTF-16": bad_line(row("b").decode().encode("utf-16"), "invalid_encoding"),
    "a second mark": bad_line(MARK + B, "invalid_json"),
    "no JSON": bad_line(B[:-1], "invalid_json"),
    "two objects on a line": bad_line(B + B, "invalid_json"),
    "no object": bad_line(b"[]", "invalid_json"),
    "a member twice": bad_line(B.replace(b"{", b'{"id":"x",', 1), "invalid_json"),
    "nested arrays": bad_line(b'{"id":"b","params":{"a":' + b"[" * 500_000 + b"]" * 500_000 + b"}}",
                              "invalid_json"),
    "nested objects": bad_line(b'{"a":' * 150_000 + b"1" + b"}" * 150_000, "invalid_json"),
    "many values": bad_line(b'{"id":"b","params":{"a":[0' + b",0" * 400_000 + b"]}}",
                            "invalid_json"),
    "a number out of range": bad_line(row("b", params={"a": "?"}).replace(b'"?"', b"1e999"),
                                      "invalid_json"),
    "no id": bad_line(b'{"path_params":{"id":"x"}}', "missing_id"),
    "an id that is none": bad_line(row("a b"), "invalid_id"),
    "an empty id": bad_line(row(""), "invalid_id"),
    "an id that is no text": bad_line(row(7), "invalid_id"),
    "an id of 65 characters": bad_line(row("x" * 65), "invalid_id"),
    "a repeated id": bad_line(A, "duplicate_id", "a"),
    "no path_params": bad_line(b'{"id":"b"}', "missing_path_params", "b"),
    "path_params null": bad_line(row("b", path_params=None), "missing_path_params", "b"),
    "a place missing": bad_line(row("b", path_params={}), "invalid_path_params", "b"),
    "a place too many": bad_line(row("b", path_params={"id": NOBODY, "x": "y"}),
                                 "invalid_path_params", "b"),
    "another place": bad_line(row("b", path_params={"job": NOBODY}), "invalid_path_params", "b"),
    "a place that leads away": bad_line(row("b", path_params={"id": ".."}), "invalid_path_params",
                                        "b"),
    "params that are no object": bad_line(row("b", params=[1]), "invalid_params", "b"),
    "an unknown member": bad_line(row("b", parms={}), "parameter_unknown", "b"),
    "a context with a line end": bad_line(row("b", context="x\r\nX: y"), "invalid_context", "b"),
    "a version that is no text": bad_line(row("b", stripe_version=1), "invalid_stripe_version",
                                          "b"),
    # The first bad line is the one that stands first, not the one that is found first.
    "a repeated id before a bad line": (
        lines(A, B, A, b"{", B), (3, refused("duplicate_id", "a")),
        [RAN_ABC[0], RAN_ABC[1], refused("duplicate_id", "a"), refused("invalid_json"),
         refused("duplicate_id", "b")]),
    "a bad line before a repeated id": (
        lines(A, b"{", A), (2, refused("invalid_json")),
        [RAN_ABC[0], refused("invalid_json"), refused("duplicate_id", "a")]),
    # A row that is bad for another reason has its id all the same.
    "an id after a bad row with it": (
        lines(A, row("b", params=1), B), (2, refused("invalid_params", "b")),
        [RAN_ABC[0], refused("invalid_params", "b"), refused("duplicate_id", "b")]),
    "blank lines are counted": (
        b"\r\n\n" + lines(A, b"", b"{"), (5, refused("invalid_json")),
        [RAN_ABC[0], refused("invalid_json")]),
    "no final newline after a bad line": (
        A + b"\r\n{", (2, refused("invalid_json")), [RAN_ABC[0], refused("invalid_json")]),
}
GOOD_FILES["the longest id"] = lines(A, row("b" * 64), C)

EMPTY_FILES = {"no byte": b"", "a newline": b"\n", "blank lines": b" \r\n\t\n\n", "a mark": MARK}


class BatchFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.folder.name + "/data", {"exports.workers": 0}).start()
        cls.client = Client(cls.server, cls.server.token())

    @classmethod
    def tearDownClass(cls):
        ready = cls.client.get("/health/ready").status
        left = [name for name in os.listdir(cls.server.data + "/files/batches")
                if not name.endswith((".in", ".out"))]
        code = cls.server.end()
        verified, text = cls.server.verify()
        cls.folder.cleanup()
        assert (ready, code, verified, left) == (200, 0, 0, []), (ready, code, text, left)

    def signed(self, method, url, **more):
        url = urllib.parse.urlsplit(url)
        return self.client.request(method, f"{url.path}?{url.query}", anonymous=True, **more)

    def ended(self, file, skips_validation):
        """The ended job of an uploaded file, and its output."""
        made = self.client.post("/v2/core/batch_jobs", {
            "endpoint": {"path": "/v1/export-jobs/:id/cancel", "http_method": "post"},
            "skip_validation": skips_validation, "metadata": {}},
            headers={"Stripe-Version": VERSION})
        self.assertEqual(made.status, 200, made.body)
        job = made.json()
        url = job["status_details"]["ready_for_upload"]["upload_url"]["url"]
        put = self.signed("PUT", url, body=file, content_type="application/jsonlines")
        self.assertEqual(put.status, 200, put.body)
        path = f"/v2/core/batch_jobs/{job['id']}"

        def reached():
            answer = self.client.get(path, headers={"Stripe-Version": VERSION})
            self.assertEqual(answer.status, 200, answer.body)
            found = answer.json()
            return found if found["status"] not in ("validating", "in_progress") else None

        job = wait_for(reached, 600 if FULL else 120, "the end of the job")
        details = job["status_details"][job["status"]]
        output = details["output_file"]
        self.assertEqual(output["content_type"], "application/jsonlines")
        got = self.signed("GET", output["download_url"]["url"])
        self.assertEqual(got.status, 200, got.body)
        self.assertEqual(str(len(got.body)), output["size"])
        self.assertTrue(got.body == b"" or got.body.endswith(b"\n"))
        return job, [json.loads(line) for line in got.body.splitlines()]

    @staticmethod
    def told(line):
        """(id, status, code) of a line of the output."""
        assert list(line) == ["id", "response", "status"], line
        if line["status"] == RAN:
            return line["id"], RAN, None
        assert line["response"]["error"]["type"] == "invalid_request_error", line
        return line["id"], line["status"], line["response"]["error"]["code"]

    def assert_counts(self, job, success, failure):
        details = job["status_details"][job["status"]]
        self.assertEqual((details["success_count"], details["failure_count"]),
                         (str(success), str(failure)))

    def assert_validation_failed(self, file, at, expected):
        job, output = self.ended(file, skips_validation=False)
        self.assertEqual(job["status"], "validation_failed")
        self.assert_counts(job, 0, 1)
        self.assertEqual([self.told(line) for line in output], [expected])
        message = output[0]["response"]["error"]["message"]
        self.assertTrue(message.startswith(f"line {at}: "), message)

    def assert_complete(self, file, skips_validation, expected):
        """The rows in any order, each once."""
        job, output = self.ended(file, skips_validation)
        self.assertEqual(job["status"], "complete")
        self.assert_counts(job, 0, len(expected))

        def in_order(rows):
            return sorted(rows, key=lambda told: (told[0] or "", told[1], told[2] or ""))
        self.assertEqual(in_order(self.told(line) for line in output), in_order(expected))

    def test_good_files(self):
        for name, file in GOOD_FILES.items():
            expected = RAN_ABC
            if name == "the longest id":
                expected = [RAN_ABC[0], ("b" * 64, RAN, None), RAN_ABC[2]]
            for skips_validation in (False, True):
                with self.subTest(name, skip_validation=skips_validation):
                    self.assert_complete(file, skips_validation, expected)

    def test_bad_files_with_validation(self):
        for name, (file, (at, expected), _) in BAD_FILES.items():
            with self.subTest(name):
                self.assert_validation_failed(file, at, expected)

    def test_bad_files_without_validation(self):
        for name, (file, _, expected) in BAD_FILES.items():
            with self.subTest(name):
                self.assert_complete(file, True, expected)

    def test_files_without_rows(self):
        for name, file in EMPTY_FILES.items():
            with self.subTest(name):
                self.assert_validation_failed(file, 1, refused("empty_file"))
                self.assert_complete(file, True, [])

    def test_ids_repeated_far_apart(self):
        """In full size memory is bounded, too, for a server without a sanitizer, which holds what
        was freed. What the reading alone takes is measured by tests/drive/batches/input_test.cpp.
        """
        apart = 1_000_000 if FULL else 20_000
        rows = [row(f"row-{number}-{'x' * 40}") for number in range(apart)]
        first = json.loads(rows[0])["id"]
        file = lines(*rows, rows[0])
        before = self.server.memory_kib()
        self.assert_validation_failed(file, apart + 1, refused("duplicate_id", first))
        job, output = self.ended(file, skips_validation=True)
        self.assertEqual(job["status"], "complete")
        self.assert_counts(job, 0, apart + 1)
        self.assertEqual(len(output), apart + 1)
        told = [self.told(line) for line in output]
        self.assertEqual([each for each in told if each[1] != RAN],
                         [refused("duplicate_id", first)])
        self.assertEqual(len({each[0] for each in told if each[1] == RAN}), apart)
        if FULL:
            self.assertLess(self.server.memory_kib("VmHWM") - before, 64 * 1024)


if __name__ == "__main__":
    sys.argv.pop(1)
    unittest.main(warnings="ignore")
