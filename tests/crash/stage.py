"""A server, clients and a checker of all that they have seen: what every test of faults needs."""

import os
import random
import re
import subprocess
import tempfile
import threading
import time

from faults import Faults  # before belay_client, which it makes known
from belay_client import Server, wait_for
from history import Checker, judge_cut, judge_files
from load import Client, Pool
from wire import Connection, Request

FULL = os.environ.get("BELAY_TEST_SIZE") == "full"
SEED = int(os.environ.get("BELAY_TEST_SEED", "20261122"))

SMALL = {"store.ring_bytes": "16MiB", "store.segment_bytes": "1MiB",
         "store.snapshot_interval": "1s", "exports.lease": "1s", "exports.retry_delay": "50ms"}
AT_REST = {**SMALL, "exports.workers": 0}
WORKING = {**SMALL, "exports.workers": 2, "exports.rows_per_second": 500}

LOG_FAILED = 3   # exit codes
FORCED_STOP = 4


class Stage:
    """One data directory in `folder`. `library`: the server runs with the faults of preload/."""

    def __init__(self, program, folder, library=None):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.random = random.Random(SEED)
        self.server = Server(program, folder + "/data")
        self.server.log_path = folder + "/log.json"
        self.faults = Faults(library, folder + "/faults") if library else None
        if self.faults:
            self.server.prefix = self.faults.prefix
        self.pool, self.checker = Pool(), Checker()
        self.client = Client("one", self.pool, self.random.random())
        self.token = None
        self.loads = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server.process is not None:
            self.server.kill()

    def start(self, settings):
        self.server.settings = settings
        self.server.start()
        self.token = self.token or self.server.token()
        return self.connect()

    def connect(self):
        """A client with the memory of the one before, on new connections."""
        self.client.disconnect()
        self.client = self.client.again().connect(self.server.port, self.token)
        return self.client

    def ask(self, path):
        """One GET beside the history, on its own connection."""
        connection = Connection(self.server.port, self.token)
        answer = connection.ask(Request("GET", path))
        connection.close()
        return answer

    def metrics(self):
        text = self.ask("/metrics").body.decode()
        return dict(line.split(" ", 1) for line in text.splitlines() if not line.startswith("#"))

    def run_clients(self, enough):
        """Three clients ask everything until `enough()`; they go on until they are cut off."""
        self.loads += 1
        clients = [Client(f"{name}{self.loads}", self.pool, self.random.random())
                   .connect(self.server.port, self.token) for name in ("a", "b", "c")]
        for client in clients:
            client.start()
        wait_for(enough, 60, "enough of a load")
        return clients

    def make_jobs(self, number):
        """A context and so many jobs on it; nothing runs beside it."""
        client = self.client
        if not client.contexts:
            client.ask(client.make_context())
            client.ask(client.upload(client.new_key()))
        for _ in range(number):
            client.ask(client.create(client.new_key()))
        return client

    def take(self, *clients):
        """What was seen is without fault."""
        for client in clients:
            if client.is_alive():
                client.join(60)
            assert not client.is_alive() and client.failure is None, client.failure
        findings = self.checker.feed([event for client in clients for event in client.events])
        for client in clients:
            client.events = []
        assert not findings, "\n".join(findings[:20])

    def compare(self):
        """Starts without workers: everything that was answered is there, the files are those that
        records name, and the log tells of a cut if there was one. Leaves it running; gives the
        bytes that were cut."""
        told = len(self.server.log_text()) if os.path.exists(self.server.log_path) else 0
        client = self.start(AT_REST)
        contexts = client.pages("/v1/contexts", "contexts", 200)
        jobs = client.pages("/v1/export-jobs", "list", 200)
        data = self.server.data
        findings = list(judge_files(os.listdir(data + "/files/exports"),
                                    set(os.listdir(data + "/files/sets")) - {"empty"},
                                    jobs, contexts))
        cut = int(self.metrics()["belay_recovery_cut_bytes"])
        lines = [{"message": line, "bytes": int(found.group(1))}
                 for line in self.server.log_text()[told:].splitlines()
                 if (found := re.search(r'has been cut.*"bytes":(\d+)', line))]
        findings += judge_cut(cut, lines)
        answered = [ask for ask in self.pool.keyed
                    if self.checker.keys[(ask.request.path, ask.request.key)].status]
        for ask in self.random.sample(answered, min(20, len(answered))):
            client.ask(ask)
        walked = {context: [item["id"] for item in client.walk(context, 200)]
                  for context in client.contexts}
        self.take(client)
        for context, listed in walked.items():
            findings += self.checker.judge_listing(context, listed)
        assert not findings, "\n".join(findings[:20])
        return cut

    def is_sound(self):
        code, text = self.server.verify()
        assert code == 0, f"belay verify ends with {code}: {text}"

    def stands_the_test(self):
        """Of a server that has ended: verify, everything compared, verify again."""
        self.is_sound()
        cut = self.compare()
        self.server.kill()
        self.is_sound()
        return cut

    def is_refused(self, *named):
        """The start is refused, in one line that names all of this; nothing is changed by it."""
        self.server.start(wait=False)
        code = self.server.process.wait(60)
        self.server.end()
        line = self.server.log_text().splitlines()[-1]
        assert code == 1 and all(str(name) in line for name in named), (code, named, line)
        return line


def pause(seconds):
    """Time that passes by itself, where that is what is tried."""
    threading.Event().wait(seconds)


def run(*scenarios):
    """Each scenario is (name, whether it is possible here, function of an empty folder)."""
    print(f"seed {SEED}, {'full' if FULL else 'small'} size", flush=True)
    for name, is_possible, scenario in scenarios:
        if not is_possible:
            print(f"SKIPPED: {name}: not permitted here", flush=True)
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="belay-faults-") as folder:
            told = scenario(folder)
        print(f"{name}: {told} ({time.monotonic() - began:.1f} s)", flush=True)
    return 0


class LogEnd:
    """Where the last frame of a log is, as `belay log dump` says, and what is durable by the marks
    of its segment."""

    def __init__(self, program, data):
        text = subprocess.run([program, "log", "dump", data], check=True, capture_output=True,
                              text=True).stdout
        self.frame = None
        durable = 0
        for line in text.splitlines():
            if found := re.match(r"(log/\d+\.segment):", line):
                path, durable = data + "/" + found.group(1), 0
            elif found := re.match(r"  \d+ (?:mark \d+|footer)\b.*\bdurable (\d+)", line):
                durable = max(durable, int(found.group(1)))
            elif found := re.match(r"  (\d+) lsn (\d+) length (\d+)", line):
                self.path = path
                self.frame, self.lsn, self.length = (int(group) for group in found.groups())
            if self.frame is not None and self.path == path:
                self.durable = durable

    def flip(self):
        """One bit in the middle of the frame."""
        with open(self.path, "r+b") as segment:
            segment.seek(self.frame + self.length // 2)
            byte = segment.read(1)[0]
            segment.seek(-1, os.SEEK_CUR)
            segment.write(bytes((byte ^ 1,)))
