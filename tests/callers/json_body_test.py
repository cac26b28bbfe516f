#!/usr/bin/env python3
"""The traps of JSON (reliability 6.2) as bodies that a running server reads: each is refused with a
400 that names no content, or is taken and, where bodies come back, comes back octet for octet.
usage: json_body_test.py PROGRAM [unittest options]"""

import json
import os
import sys
import tempfile
import unittest

import raw
from crowd import Crowd, bearer

PROGRAM = os.path.abspath(sys.argv.pop(1))
MEBIBYTE = 1024 * 1024


def nested(depth):
    return b"[" * depth + b"]" * depth


REFUSED = {
    "a name twice": b'{"role":"user","role":"admin"}',
    "a name twice, spelled otherwise": b'{"role":"user","r\\u006fle":"admin"}',
    "a name twice, deep down": b'[[{"a":[{"b":{"c":1,"c":1}}]}]]',
    "1e999": b"[1e999]",
    "-1e999": b"[-1e999]",
    "the first double that is infinite": b"[1.7976931348623159e308]",
    "2^64": b"[18446744073709551616]",
    "below -2^63": b"[-9223372036854775809]",
    "U+0000 in a name": b'{"a\\u0000":1}',
    "a raw NUL": b'"a\0b"',
    "33 deep": nested(33),
    "33 objects deep": b'{"a":' * 32 + b"{}" + b"}" * 32,
    "very deep": nested(MEBIBYTE // 2),
    "10,001 values": b"[" + b"0," * 9999 + b"0]",
    "a name of 257 octets": b'{"' + b"n" * 257 + b'":1}',
    "a number of 65 octets": b"[0." + b"1" * 63 + b"]",
    "not UTF-8": b'["\xff"]',
    "overlong": b'["\xc0\xaf"]',
    "a surrogate in UTF-8": b'["\xed\xa0\x80"]',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "half of a pair": b'["\\ud800"]',
    "two halves the wrong way": b'["\\udc00\\ud800"]',
    "UTF-16": '["x"]'.encode("utf-16"),
    "nothing": b" ",
    "two texts": b"{}{}",
    "a comment": b"[1/**/]",
    "a comma too many": b"[1,]",
    "NaN": b"[NaN]",
    "Infinity": b"[-Infinity]",
}
TAKEN = {
    "2^63": b"[9223372036854775808]",
    "2^64 - 1": b"[18446744073709551615]",
    "-2^63": b"[-9223372036854775808]",
    "-0": b"[-0, -0.0, -0e1]",
    "the largest double": b"[1.7976931348623157e308]",
    "U+0000 in a string": b'["a\\u0000b"]',
    "32 deep": nested(32),
    "10,000 values": b"[" + b"0," * 9998 + b"0]",
    "a name of 256 octets": b'{"' + b"n" * 256 + b'":1}',
    "a number of 64 octets": b"[0." + b"1" * 62 + b"]",
    "1 MiB": b'["' + b"x" * (MEBIBYTE - 4) + b'"]',
}


class JsonBodyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.crowd = Crowd(PROGRAM, cls.folder.name, {"log.level": "info"}, ["--debug-echo"])

    @classmethod
    def tearDownClass(cls):
        cls.crowd.stop()
        cls.folder.cleanup()

    def post(self, path, body):
        return raw.exchange(self.crowd.server.port, "POST", path, bearer(self.crowd.owner.token),
                            body, "application/json")

    def test_what_two_readers_take_differently_is_refused(self):
        for path in ("/belay/v1/echo", "/v1/contexts"):
            for name, body in REFUSED.items():
                status, _, said, _ = self.post(path, body)
                self.assertEqual(status, 400, (path, name, said))
                self.assertIsInstance(json.loads(said), dict, name)

    def test_what_is_within_the_bounds_is_taken_and_comes_back_as_it_was(self):
        for name, body in TAKEN.items():
            status, _, said, _ = self.post("/belay/v1/echo", body)
            self.assertEqual((status, said == body), (200, True), name)

    def test_a_body_over_the_limit_is_refused_before_it_is_read(self):
        for path in ("/belay/v1/echo", "/v1/contexts"):
            status, _, _, _ = self.post(path, b'["' + b"x" * (MEBIBYTE - 3) + b'"]')
            self.assertEqual(status, 413, path)

    def test_two_roles_are_not_the_last_one(self):
        """What a lax reader would do with it: the second name of two contexts."""
        status, _, _, _ = self.post("/v1/contexts", b'{"name":"first","name":"second"}')
        self.assertEqual(status, 400)
        listed = raw.exchange(self.crowd.server.port, "GET", "/v1/contexts",
                              bearer(self.crowd.owner.token))[2]
        self.assertNotIn(b"first", listed)
        self.assertNotIn(b"second", listed)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
