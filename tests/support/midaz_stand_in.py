"""A Midaz for tests: the ledger calls that belay makes of one, with the statuses and bodies of
v3.8.0 (or, told so, of v4), and every fault that such a call can suffer.

As a module: StandIn starts one as a process, kills it and starts it again on the same file; faults
are planned and counts are read through it. As a program:

    midaz_stand_in.py --state FILE [--port N] [--dialect v3|v4]

prints the port that it listens on. State survives its death: every change is in the file before it
is answered. The control route, PUT /control, takes {"plan": [FAULT, ...]} (replaces what is left of
the plan), {"dialect": "v4"}, {"accounts": [{organization, ledger, alias, id}]} and {"fund": {ALIAS:
AMOUNT}}, all of which may be left out, and gives the whole state, counts included.

A FAULT is an object. What it meets: "on": hold | commit | cancel | get | balances | inflow | any
call that matches; "times": how often (1). What it does, one of
    "drop": "before" | "after"        the connection ends without an answer; "after" having acted
    "hang": "before" | "after"        no answer comes (until the caller gives up)
    "cut": true                       acts, and ends the connection within the body
    "error": [status, code]           answers so; with "acted": true having acted
    "lock": seconds                   0099 (v4: 0486) from now on, though PENDING
    "die": "before" | "after"         ends its own process
    "slow": seconds                   acts and answers late
    "gate": true                      acts when the control route is told {"open": true}
"""

import argparse
import http.client
import http.server
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from midaz_ledger import ERRORS, Ledger, Refused, shown  # noqa: E402

ROUTE = re.compile(
    r"/v1/organizations/(?P<organization>[^/]+)/ledgers/(?P<ledger>[^/]+)/(?P<rest>.*)")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.serve()

    def do_POST(self):
        self.serve()

    def do_PUT(self):
        self.serve()

    def serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        body = json.loads(raw) if raw else {}
        if self.path == "/control":
            self.control(body)
            return
        desk = self.server.desk
        deed, act = self.route(body)
        with desk.mutex:
            desk.ledger.count(deed)
            fault = desk.take_fault(deed)
        self.suffer(fault, act)

    def control(self, body):
        desk = self.server.desk
        with desk.mutex:
            desk.plan = body.get("plan", desk.plan)
            desk.dialect = body.get("dialect", desk.dialect)
            if body.get("open"):
                desk.gate.set()
            for account in body.get("accounts", ()):
                scope = (account["organization"], account["ledger"])
                desk.ledger.make_account(scope, account["alias"], identity=account.get("id"))
            for alias, amount in body.get("fund", {}).items():
                desk.ledger.fund(alias, Decimal(amount))
            desk.ledger.save()
            answer = {**desk.ledger.state(), "plan": desk.plan}
        self.send(200, answer)

    def route(self, body):
        """The name of what is asked, and how to do it: gives (status, body, headers)."""
        ledger = self.server.desk.ledger
        match = ROUTE.fullmatch(self.path)
        parts = match["rest"].split("/") if match else []
        scope = (match["organization"], match["ledger"]) if match else None
        if self.command == "POST" and parts == ["transactions", "json"]:
            key = self.headers.get("X-Idempotency")

            def create():
                made, replayed = ledger.create(scope, body, key)
                return 201, shown(made), {"X-Idempotency-Replayed": str(replayed).lower()}
            return "hold" if body.get("pending") else "post", create
        if self.command == "POST" and parts == ["transactions", "inflow"]:
            return "inflow", lambda: (201, ledger.inflow(scope, body), {})
        if self.command == "POST" and len(parts) == 3 and parts[0] == "transactions":
            if parts[2] in ("commit", "cancel"):
                commit = parts[2] == "commit"
                return parts[2], lambda: (201, shown(ledger.end(scope, parts[1], commit)), {})
        if self.command == "GET" and len(parts) == 2 and parts[0] == "transactions":
            return "get", lambda: (200, shown(ledger.find(scope, parts[1])), {})
        if self.command == "GET" and len(parts) == 3 and parts[::2] == ["accounts", "balances"]:
            return "balances", lambda: (200, ledger.balances(scope, parts[1]), {})
        return "unknown", lambda: (404, {}, {})

    def act(self, act):
        """Acts, and has it on disk before anybody hears of it."""
        desk = self.server.desk
        with desk.mutex:
            before = json.dumps(desk.ledger.accounts)
            try:
                answer = act()
            except Refused as refused:
                desk.ledger.accounts = json.loads(before)
                answer = desk.error(refused.code)
            desk.ledger.save()
            return answer

    def suffer(self, fault, act):
        desk = self.server.desk
        if fault is None:
            self.send(*self.act(act))
        elif "drop" in fault or "hang" in fault or "die" in fault:
            name = next(name for name in ("drop", "hang", "die") if name in fault)
            if fault[name] == "after":
                self.act(act)
            if name == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            if name == "hang":
                desk.end_of_caller(self.connection)
            self.close_connection = True
        elif "gate" in fault:
            desk.gate.wait(60)
            self.send(*self.act(act))
        elif "cut" in fault:
            status, body, _ = self.act(act)
            whole = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole[:len(whole) // 2])
            self.close_connection = True
        elif "error" in fault:
            if fault.get("acted"):
                self.act(act)
            self.send(*desk.error(fault["error"][1], fault["error"][0]))
        elif "lock" in fault:
            with desk.mutex:
                desk.ledger.lock(self.path.split("/")[-2], fault["lock"])
            self.send(*self.act(act))
        else:
            answer = self.act(act)
            time.sleep(fault["slow"])
            self.send(*answer)

    def send(self, status, body, headers=None):
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            if name != "Content-Type":
                self.send_header(name, value)
        self.send_header("Content-Type", (headers or {}).get("Content-Type", "application/json"))
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        try:
            self.wfile.write(raw)
        except OSError:
            self.close_connection = True


class Desk:
    """What all connections of the process share."""

    def __init__(self, path, dialect):
        self.mutex = threading.Lock()
        self.ledger = Ledger(path)
        self.plan = []
        self.dialect = dialect
        self.gate = threading.Event()

    def take_fault(self, deed):
        for at, fault in enumerate(self.plan):
            if fault["on"] in (deed, "any"):
                left = fault.get("times", 1) - 1
                if left > 0:
                    self.plan[at] = {**fault, "times": left}
                else:
                    del self.plan[at]
                if "gate" in fault:
                    self.gate.clear()
                return fault
        return None

    def error(self, code, status=None):
        """(status, body, headers) of an error as the dialect has it."""
        if code == "0486" and self.dialect == "v3":
            code = "0099"  # v3 has one code for both
        usual, title, message = ERRORS.get(code, (status or 400, "Error", "An error."))
        if self.dialect == "v3":
            return status or usual, {"code": code, "title": title, "message": message}, {}
        usual = 409 if code == "0099" else usual
        return (status or usual,
                {"type": "about:blank", "title": title, "status": status or usual,
                 "detail": message, "code": code, "entityType": "Transaction", "errors": []},
                {"Content-Type": "application/problem+json"})

    @staticmethod
    def end_of_caller(connection):
        """Returns when the caller has closed the connection."""
        select.select([connection], [], [], 60)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A caller that has gone is no error here."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def serve():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--state", required=True)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--dialect", choices=("v3", "v4"), default="v3")
    chosen = arguments.parse_args()
    server = Server(("127.0.0.1", chosen.port), Handler)
    server.desk = Desk(chosen.state, chosen.dialect)
    print(server.server_address[1], flush=True)
    server.serve_forever()


class StandIn:
    """The process, for tests. It keeps its port and its file from start to start."""

    def __init__(self, state, dialect="v3"):
        self.state_path = state
        self.dialect = dialect
        self.port = 0
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-B", os.path.abspath(__file__), "--state", self.state_path,
             "--port", str(self.port), "--dialect", self.dialect],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the stand-in did not start")
        self.port = int(line)
        return self

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def has_died(self):
        return self.process is None or self.process.poll() is not None

    def control(self, **said):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("PUT", "/control", body=json.dumps(said))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def plan(self, *faults):
        self.control(plan=list(faults))

    def state(self):
        return self.control()

    def fund(self, alias, amount):
        self.control(fund={alias: amount})

    def post(self, path):
        """As any other client of the ledger."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 201, answer.status

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()


if __name__ == "__main__":
    serve()
