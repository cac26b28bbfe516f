"""An upstream for tests of batches: a server that keeps idempotency keys, acts once for each, and
can suffer every fault that a row can meet.

As a module: StandIn starts one as a process; rules are set and counts are read through it. As a
program:

    upstream_stand_in.py [--port N] [--cert FILE --key FILE]

prints the port that it listens on and the port of its control, which is plain HTTP and answers
whatever the upstream is made to do.

Any path is served. A POST or DELETE with Idempotency-Key acts once: an effect is counted and the
answer kept; the same request under the key is answered so again, with Idempotent-Replayed: true;
another one under it, 400 idempotency_error; one whose first is still at work, 409 with
Stripe-Should-Retry: true. Without a key every request acts. The answer is
{"object": "effect", "key": KEY, "path": PATH, "number": N}, N counting effects.

PUT /control takes any of
    {"rules": [RULE, ...]}   replaces the rules; the first that matches a request is its fate
    {"dead": true | false}   takes no connection any more and ends all, or lives again
    {"open": true}           lets go those that wait at a gate
    {"record": N}            keeps the newest N requests whole, for {"requests"}
    {"reset": true}          forgets keys, counts and requests
and gives the counts, as GET /control does. GET /keys gives {KEY: effects} of all keys, GET /times
the seconds, by one clock, at which requests came, since the last reset.

A RULE is an object. What it meets: "row": the part of the key behind its colon, "rows": several, or
"path": the beginning of a path; all requests if none is there; "times": how often, for ever if it
is not there; "first": true: only what comes under a key for the first time. What it does, any of
    "delay": seconds           waits before anything else
    "drop": "before" | "after" ends the connection without an answer; "after" having acted
    "hang": "before" | "after" never answers
    "cut": true                acts, and ends the connection within the body
    "gate": true               acts when the control is told {"open": true}
    "status": N                answers so without acting, with "headers": {}, and "body": any JSON,
                               or "text": a body that is sent as it is; with "acted": true having
                               acted
    "close": true              ends the connection after the answer
"""

import argparse
import asyncio
import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time

REASONS = http.client.responses


class Dropped(Exception):
    """The connection ends here."""


class Kept:
    """What is remembered under a key."""

    def __init__(self, digest):
        self.digest = digest
        self.answer = None  # none while it is at work
        self.effects = 0
        self.requests = 1


class Upstream:
    def __init__(self, tls):
        self.tls = tls
        self.server = None
        self.port = 0
        self.place = None
        self.writers = set()
        self.rules = []
        self.gate = asyncio.Event()
        self.record = 0
        self.reset()

    def reset(self):
        self.keys = {}
        self.times = []
        self.requests = []
        self.counts = {"requests": 0, "effects": 0, "replays": 0, "conflicts": 0,
                       "connections": 0, "in_flight": 0, "in_flight_max": 0}

    async def listen(self):
        if self.place is None:
            # Keeps the port also while nothing listens on it: who is dead is nobody else meanwhile.
            self.place = socket.socket()
            for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
                self.place.setsockopt(socket.SOL_SOCKET, option, 1)
            self.place.bind(("127.0.0.1", self.port))
            self.port = self.place.getsockname()[1]
        self.server = await asyncio.start_server(self.connection, "127.0.0.1", self.port,
                                                 ssl=self.tls, backlog=1024, limit=1 << 23,
                                                 reuse_port=True)

    async def die(self):
        if self.server is not None:
            self.server.close()
            for writer in list(self.writers):
                writer.transport.abort()
            self.server = None

    async def connection(self, reader, writer):
        self.counts["connections"] += 1
        self.writers.add(writer)
        try:
            while await self.exchange(reader, writer):
                pass
        except (Dropped, OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.writers.discard(writer)
            writer.transport.abort()

    async def exchange(self, reader, writer):
        """One request and its answer; false: the connection is not used again."""
        request = await read_request(reader)
        if request is None:
            return False
        self.note(request)
        counts = self.counts
        counts["in_flight"] += 1
        counts["in_flight_max"] = max(counts["in_flight_max"], counts["in_flight"])
        try:
            rule = self.rule_of(request)
            status, headers, body = await self.answer(request, rule, reader)
        finally:
            counts["in_flight"] -= 1
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if rule.get("cut"):
            writer.write(head_of(status, headers, len(raw)) + raw[:len(raw) // 2])
            await writer.drain()
            return False
        is_last = rule.get("close") or request["headers"].get("connection") == "close"
        if is_last:
            headers = {**headers, "Connection": "close"}
        writer.write(head_of(status, headers, len(raw)) + raw)
        await writer.drain()
        return not is_last

    def note(self, request):
        self.counts["requests"] += 1
        self.times.append(time.monotonic())
        if self.record:
            self.requests.append({**request, "body": request["body"].decode("latin-1")})
            del self.requests[:-self.record]

    def rule_of(self, request):
        key = request["key"]
        row = key.rpartition(":")[2]
        for at, rule in enumerate(self.rules):
            if ("row" in rule and rule["row"] != row) or \
                    ("rows" in rule and row not in rule["rows"]) or \
                    not request["path"].startswith(rule.get("path", "")) or \
                    (rule.get("first") and key in self.keys):
                continue
            if "times" in rule:
                left = rule["times"] - 1
                if left > 0:
                    self.rules[at] = {**rule, "times": left}
                else:
                    del self.rules[at]
            return rule
        return {}

    async def answer(self, request, rule, reader):
        if "delay" in rule:
            await asyncio.sleep(rule["delay"])
        for fate in ("drop", "hang"):
            if fate in rule:
                if rule[fate] == "after":
                    await self.act(request, rule)
                if fate == "hang":
                    await reader.read(1)  # until the client gives up
                raise Dropped
        if "status" in rule:
            if rule.get("acted"):
                await self.act(request, rule)
            body = rule["text"].encode() if "text" in rule else rule.get("body", b"")
            return rule["status"], rule.get("headers", {}), body
        return await self.act(request, rule)

    async def act(self, request, rule):
        key = request["key"]
        if not key:
            return self.effect(request)
        kept = self.keys.get(key)
        if kept is not None:
            kept.requests += 1
            return self.repeat(request, kept)
        kept = self.keys[key] = Kept(digest_of(request))
        if rule.get("gate"):
            await self.gate.wait()
        kept.answer = self.effect(request)
        kept.effects += 1
        return kept.answer

    def repeat(self, request, kept):
        if kept.digest != digest_of(request):
            self.counts["conflicts"] += 1
            return 400, {"Stripe-Should-Retry": "false"}, error_body(
                "idempotency_error", "the key was used for another request")
        if kept.answer is None:
            self.counts["conflicts"] += 1
            return 409, {"Stripe-Should-Retry": "true"}, error_body(
                "idempotency_key_in_use", "the first request under the key is still at work")
        self.counts["replays"] += 1
        status, headers, body = kept.answer
        return status, {**headers, "Idempotent-Replayed": "true"}, body

    def effect(self, request):
        self.counts["effects"] += 1
        return 200, {}, {"object": "effect", "key": request["key"], "path": request["path"],
                         "number": self.counts["effects"]}

    # The control.

    async def control(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await read_request(reader)
            if request is not None:
                if request["path"] == "/keys":
                    said = {key: kept.effects for key, kept in self.keys.items()}
                elif request["path"] == "/times":
                    said = self.times
                else:
                    await self.obey(json.loads(request["body"] or b"{}"))
                    said = {**self.counts, "keys": len(self.keys), "rules": self.rules,
                            "recorded": self.requests,
                            "effects_max": max((kept.effects for kept in self.keys.values()),
                                               default=0)}
                raw = json.dumps(said).encode()
                writer.write(head_of(200, {"Connection": "close"}, len(raw)) + raw)
                await writer.drain()
        writer.close()

    async def obey(self, said):
        if said.get("reset"):
            self.reset()
        if "rules" in said:
            self.rules = said["rules"]
            self.gate.clear()
        if said.get("open"):
            self.gate.set()
        self.record = said.get("record", self.record)
        if said.get("dead") is True:
            await self.die()
        elif said.get("dead") is False and self.server is None:
            await self.listen()


def digest_of(request):
    return hashlib.sha256("\0".join((request["method"], request["path"])).encode() + b"\0" +
                          request["body"]).digest()


def error_body(code, message):
    return {"error": {"type": "idempotency_error", "code": code, "message": message}}


def head_of(status, headers, length):
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, '')}"]
    fields = {"Content-Type": "application/json", "Content-Length": str(length), **headers}
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def read_request(reader):
    """None: the client ended the connection in order."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as ended:
        if ended.partial:
            raise
        return None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    body = await reader.readexactly(length) if length else b""
    return {"method": method, "path": path, "headers": headers, "body": body,
            "key": headers.get("idempotency-key", "")}


async def serve(chosen):
    tls = None
    if chosen.cert:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(chosen.cert, chosen.key)
    upstream = Upstream(tls)
    upstream.port = chosen.port
    await upstream.listen()
    control = await asyncio.start_server(upstream.control, "127.0.0.1", 0, limit=1 << 26)
    print(upstream.port, control.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


class StandIn:
    """The process, for tests."""

    def __init__(self, cert=None, key=None):
        self.cert = cert
        self.key = key
        self.port = 0
        self.control_port = 0
        self.process = None

    @property
    def url(self):
        return f"{'https' if self.cert else 'http'}://127.0.0.1:{self.port}"

    def start(self):
        command = [sys.executable, "-B", os.path.abspath(__file__), "--port", str(self.port)]
        if self.cert:
            command += ["--cert", self.cert, "--key", self.key]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the stand-in did not start")
        self.port, self.control_port = map(int, line.split())
        return self

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def ask(self, method, path, said=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.control_port, timeout=60)
        connection.request(method, path, body=None if said is None else json.dumps(said))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def control(self, **said):
        return self.ask("PUT", "/control", said)

    def rules(self, *rules):
        return self.control(rules=list(rules))

    def state(self):
        return self.ask("GET", "/control")

    def effects(self):
        """{key: how often it was acted for}"""
        return self.ask("GET", "/keys")

    def times(self):
        return self.ask("GET", "/times")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--cert")
    arguments.add_argument("--key")
    asyncio.run(serve(arguments.parse_args()))


if __name__ == "__main__":
    main()
