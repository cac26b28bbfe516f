"""A belay server and its clients, for tests that run the real program.

Server starts the program on a free port and ends it by its pid; Client speaks HTTP over one
keep-alive connection. Only the standard library.
"""

import http.client
import json
import os
import re
import select
import signal
import subprocess
import time
import urllib.parse

TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"
START_SECONDS = 60


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    def json(self):
        return json.loads(self.body)

    @property
    def replayed(self):
        return self.headers.get("x-idempotency-replayed")


class Server:
    """A belay process on a data directory. `settings` are "section.key": value; `prefix` is a
    command that runs the one behind it in its own place (as strace -D does)."""

    def __init__(self, program, data, settings=None, arguments=(), prefix=()):
        self.program = program
        self.prefix = list(prefix)
        self.data = data
        self.settings = settings or {}
        self.arguments = list(arguments)
        self.process = None
        self.port = None
        self.log_path = data + ".log"

    def start(self, wait=True):
        command = [*self.prefix, self.program, "serve", "--data", self.data,
                   "--listen", "127.0.0.1:0"]
        for name, value in self.settings.items():
            command += ["--set", f"{name}={value}"]
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(command + self.arguments, stdout=subprocess.PIPE,
                                        stderr=self.log, stdin=subprocess.DEVNULL)
        if wait:
            self.wait_until_listening()
        return self

    def wait_until_listening(self):
        """Reads the first line of the program, which names the port."""
        line = b""
        end = time.monotonic() + START_SECONDS
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self.process.stdout], [], [],
                                           max(0, end - time.monotonic()))
            byte = os.read(self.process.stdout.fileno(), 1) if readable else b""
            if not byte:
                raise RuntimeError(f"belay did not start:\n{self.log_text()[-2000:]}")
            line += byte
        self.port = int(re.search(rb"http://127\.0\.0\.1:(\d+)", line).group(1))

    def kill(self):
        """kill -9; gives the exit code."""
        return self.end(signal.SIGKILL)

    def end(self, with_signal=signal.SIGTERM, seconds=60):
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        code = self.process.wait(timeout=seconds)
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return code

    def token(self, tenant=TENANT, subject="tester", scopes=()):
        command = [self.program, "token", "--tenant", tenant, "--subject", subject,
                   "--secret-file", os.path.join(self.data, "jwt.secret")]
        for scope in scopes:
            command += ["--scope", scope]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def verify(self):
        """What `belay verify` says of the stopped server's directory: (exit code, text)."""
        done = subprocess.run([self.program, "verify", self.data], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def log_text(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def memory_kib(self, name="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"{name}:\s+(\d+) kB", status.read()).group(1))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()


class Client:
    """One keep-alive connection. Not for several threads."""

    def __init__(self, server, token, timeout=60):
        self.token = token
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, content_type=None, key=None,
                anonymous=False):
        fields = {} if anonymous or not self.token else {"Authorization": f"Bearer {self.token}"}
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            content_type = content_type or "application/json"
        if content_type:
            fields["Content-Type"] = content_type
        if key is not None:
            fields["X-Idempotency-Key"] = key
        fields.update(headers or {})
        try:
            self.connection.request(method, path, body=body, headers=fields)
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        except Exception:
            self.connection.close()
            raise

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, body=body, **more)

    # The family's own steps; each gives the answer.

    def make_context(self, name="a context", **more):
        return self.post("/v1/contexts", {"name": name}, **more)

    def upload(self, context, text, content_type="text/csv", **more):
        return self.request("PUT", f"/v1/contexts/{context}/transactions", body=text,
                            content_type=content_type, **more)

    def create(self, context, report="MATCHED", form="CSV", key=None, **body):
        return self.post(f"/v1/contexts/{context}/export-jobs",
                         {"reportType": report, "format": form, **body}, key=key)

    def job(self, job):
        return self.get(f"/v1/export-jobs/{job}")

    def cancel(self, job, key=None, **more):
        return self.post(f"/v1/export-jobs/{job}/cancel", key=key, **more)

    def download(self, job):
        """The file of a finished job, through its signed URL."""
        answer = self.get(f"/v1/export-jobs/{job}/download")
        if answer.status != 200:
            return answer
        url = urllib.parse.urlsplit(answer.json()["downloadUrl"])
        return self.request("GET", f"{url.path}?{url.query}", anonymous=True)


def wait_for(condition, seconds=30, what="the condition"):
    """Looks again and again until `condition()` gives something true; gives it back."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true in {seconds} s")
        select.select([], [], [], 0.01)


def wait_for_status(client, job, wanted, seconds=60):
    def reached():
        status = client.job(job).json()["status"]
        if status == wanted:
            return True
        if status not in ("QUEUED", "RUNNING"):
            raise AssertionError(f"job {job} is {status}, not {wanted}")
        return False

    wait_for(reached, seconds, f"status {wanted} of job {job}")
