#!/usr/bin/env python3
"""`belay bench`: it measures what clients wait for, also when the server stands still, and gives no
figure if one answer was not true.

usage: bench_command_test.py PROGRAM
"""

import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server, wait_for  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])


def bench(port, folder, token, **options):
    path = pathlib.Path(folder) / "token"
    path.write_text(token + "\n")
    command = [PROGRAM, "bench", "--port", str(port), "--token-file", str(path), "--json"]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class WithServer(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.server = Server(PROGRAM, self.folder.name + "/data", {"exports.workers": 0}).start()
        self.token = self.server.token(scopes=["exports:read", "exports:write"])
        self.client = Client(self.server, self.token)

    def tearDown(self):
        self.client.connection.close()
        self.server.kill()
        self.folder.cleanup()

    def requests(self):
        """That the server has answered: its own count."""
        text = self.client.get("/metrics").body.decode()
        return sum(int(float(number)) for number in re.findall(
            r"^belay_http_requests_total(?:\{[^}]*\})? ([0-9.e+]+)$", text, re.MULTILINE))

    def test_a_server_that_stands_still_for_a_second_is_seen_in_the_tail(self):
        jobs, rate = 4000, 1000
        running = bench(self.server.port, self.folder.name, self.token, jobs=jobs, rate=rate,
                        connections=8)
        # One request made the context; so many cancels have been answered when it stops.
        wait_for(lambda: self.requests() > 1 + jobs + 200, 60, "the cancels")
        os.kill(self.server.process.pid, signal.SIGSTOP)
        try:
            begin = time.monotonic()
            while time.monotonic() < begin + 1:  # the second is what is measured
                time.sleep(0.01)
        finally:
            os.kill(self.server.process.pid, signal.SIGCONT)
        out, errors = running.communicate(timeout=120)
        self.assertEqual(running.returncode, 0, errors)
        found = json.loads(out)
        # A quarter of the requests was due in that second: of all, one in a hundred waited for
        # nearly all of it. What counts from when a request was sent shows eight of them.
        self.assertGreater(found["latency"]["p99_us"], 850_000, found)
        self.assertGreater(found["latency"]["p90_us"], 400_000, found)

    def test_what_was_canceled_is_canceled(self):
        running = bench(self.server.port, self.folder.name, self.token, jobs=300)
        out, errors = running.communicate(timeout=120)
        self.assertEqual(running.returncode, 0, errors)
        found = json.loads(out)
        self.assertEqual((found["jobs"], found["rate"]), (300, 0))
        self.assertGreater(found["latency"]["p50_us"], 0)
        self.assertNotIn("lateness", found)

    def test_a_token_that_may_not_is_told(self):
        token = self.server.token(scopes=["exports:read"])
        running = bench(self.server.port, self.folder.name, token, jobs=3)
        out, errors = running.communicate(timeout=60)
        self.assertEqual((running.returncode, out), (1, ""))
        self.assertIn("a wrong answer: 403", errors)


class Liar(http.server.BaseHTTPRequestHandler):
    """Answers as belay does, but for the lie of the server it stands in for."""

    protocol_version = "HTTP/1.1"
    number = 0

    def answer(self, status, content):
        body = json.dumps(content, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/contexts":
            self.answer(201, {"id": "c"})
        elif self.path.endswith("/export-jobs"):
            Liar.number += 1
            self.answer(202, {"jobId": f"job-{Liar.number}"})
        else:
            first = self.path not in self.server.seen
            self.server.seen.add(self.path)
            lies = self.server.lie == "replay" and not first
            self.answer(200, {"id": self.path.split("/")[3],
                              "status": "CANCELED", **({"again": True} if lies else {})})

    def do_GET(self):
        lies = self.server.lie == "state" and self.path.endswith("-7")
        self.answer(200, {"id": self.path.split("/")[3],
                          "status": "RUNNING" if lies else "CANCELED"})

    def log_message(self, *_):
        pass


class WithLiar(unittest.TestCase):
    def ask(self, lie):
        Liar.number = 0
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
        server.lie, server.seen = lie, set()
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            with tempfile.TemporaryDirectory() as folder:
                running = bench(server.server_port, folder, "t", jobs=20, connections=2)
                out, errors = running.communicate(timeout=60)
                return running.returncode, out, errors
        finally:
            server.shutdown()
            serving.join()
            server.server_close()

    def test_without_a_lie_there_are_figures(self):
        code, out, errors = self.ask(None)
        self.assertEqual(code, 0, errors)
        self.assertIn("latency", json.loads(out))

    def test_a_job_that_was_not_canceled_after_all_leaves_no_figure(self):
        code, out, errors = self.ask("state")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("no figures", errors)

    def test_a_repeated_request_with_another_answer_leaves_no_figure(self):
        code, out, _ = self.ask("replay")
        self.assertEqual((code, out), (1, ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
