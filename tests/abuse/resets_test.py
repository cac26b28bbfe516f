"""A reset in every phase of a request, hundreds of times: each request was executed once or not at
all, nothing leaks, and a good client stays served. resets_test.py BELAY [--tls]
"""

import json
import random
import select
import socket
import struct
import sys
import time
import urllib.parse

from abuse import ECHO, Answers, GoodClient, read_all, request, running, sized, wait_for

UPLOAD = b"id,date,amount,currency,description\n"


def reset(client):
    """Closes with RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


class Attack:
    def __init__(self, server, seed):
        self.server, self.random = server, random.Random(seed)
        self.token = server.token()
        with server.connect() as client:
            client.sendall(request("POST", "/v1/contexts", body=b'{"name":"c"}', token=self.token))
            self.context = Answers(client).next()[2].partition(b'"id":"')[2][:36].decode()
        self.keys = []

    def create(self, key):
        return request("POST", f"/v1/contexts/{self.context}/export-jobs",
                       [f"X-Idempotency-Key: {key}"],
                       b'{"reportType":"MATCHED","format":"CSV"}', self.token)

    def cut_at(self, text, lowest=0):
        """Sends a beginning of `text`, and resets."""
        client = self.server.connect(plain=True) if not lowest else self.server.connect()
        client.sendall(text[:self.random.randint(lowest, len(text) - 1)])
        reset(client)

    # One of each; `at` numbers the rounds.

    def nothing_sent(self, _):
        reset(self.server.connect(plain=True))

    def in_a_head(self, _):
        self.cut_at(request("GET", "/v1/contexts", token=self.token), 1)

    def in_a_body(self, _):
        body = b'{"a":"' + b"x" * 5000 + b'"}'
        text = request("POST", ECHO, body=body, token=self.token)
        self.cut_at(text, len(text) - 5000)

    def in_a_chunk(self, _):
        head = request("POST", ECHO, ["Content-Type: application/json",
                                      "Transfer-Encoding: chunked"], token=self.token)
        self.cut_at(head + b"5\r\n[1,2,\r\n3\r\n3 ]\r\n0\r\n\r\n", len(head))

    def in_an_upload(self, _):
        head = request("PUT", f"/v1/contexts/{self.context}/transactions",
                       ["Content-Type: text/csv", "Content-Length: 100000"], token=self.token)
        self.cut_at(head + UPLOAD * 1000, len(head))

    def before_the_answer(self, at):
        """A durable write, whole or but for its last octet, and gone before its answer, or with it
        unread."""
        key = f"reset-{at:06}"
        self.keys.append(key)
        client = self.server.connect()
        text = self.create(key)
        client.sendall(text if self.random.random() < 0.7 else text[:-1])
        if self.random.random() < 0.5:
            select.select([client], [], [], self.random.random() / 100)
        reset(client)

    def in_an_answer(self, _):
        client = self.server.connect(receive_bytes=4096)
        client.sendall(request("GET", "/metrics") * 50)
        client.recv(self.random.randint(1, 5000))
        reset(client)

    def after_a_refusal(self, _):
        client = self.server.connect()
        client.sendall(b"nonsense\r\n\r\n" + b"x" * self.random.randint(0, 100_000))
        reset(client)

    def phases(self):
        return [self.nothing_sent, self.in_a_head, self.in_a_body, self.in_a_chunk,
                self.in_an_upload, self.before_the_answer, self.in_an_answer,
                self.after_a_refusal]

    def jobs(self, client, answers):
        """The ids of all jobs, page by page."""
        ids, cursor = [], ""
        while True:
            path = f"/v1/contexts/{self.context}/export-jobs?limit=100{cursor}"
            client.sendall(request("GET", path, token=self.token))
            status, _, body = answers.next()
            assert status == 200, body
            page = json.loads(body)
            ids += [job["id"] for job in page["items"]]
            if not page.get("nextCursor"):
                return ids
            cursor = "&cursor=" + urllib.parse.quote(page["nextCursor"])

    def executed_once_or_not_at_all(self):
        """Each key is asked again, twice: the jobs that were there are those of the answers that
        are replays, and each key has one. Gives how many there were."""
        with self.server.connect() as client:
            answers = Answers(client)
            there, replayed = self.jobs(client, answers), []
            for key in self.keys:
                client.sendall(self.create(key) * 2)
                first, fields, body = answers.next()
                second, _, same = answers.next()
                assert first == 202 and (first, body) == (second, same), (key, first, body)
                if fields.get("x-idempotency-replayed") == "true":
                    replayed.append(json.loads(body)["jobId"])
            assert sorted(replayed) == sorted(there), (len(replayed), len(there))
            assert len(self.jobs(client, answers)) == len(self.keys)
        return len(replayed)


def late_readers(server):
    """Clients that have sent 1 MiB behind a bad request before they look: no reset comes, and the
    whole answer is there."""
    clients = [server.connect(plain=True) for _ in range(20)]
    for client in clients:
        client.sendall(b"nonsense\r\n\r\n" + b"x" * (1 << 20))
    wait_for(lambda: server.number("belay_http_connections") <= 3, 30, "closed connections")
    for client in clients:
        assert client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0, "a reset"
        answer = read_all(client)
        assert answer.startswith(b"HTTP/1.1 400 ") and answer.endswith(b"}"), answer
        client.close()
    print(f"  {len(clients)} refusals were read whole after 1 MiB that nobody asked for")


def main(program, *options):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    rounds = sized(500)
    tls = "--tls" in options
    with running(program, {"exports.workers": 0}, ["--debug-echo"], tls) as server:
        attack = Attack(server, seed)
        good = None if tls else GoodClient(server)
        time.sleep(1)
        baseline = server.descriptors()
        if good:
            good.phase("resets in every phase")
        for at in range(rounds):
            for phase in attack.phases():
                phase(at)
        wait_for(lambda: server.number("belay_http_connections") <= 3, 30, "closed connections")
        if not tls:
            late_readers(server)
        if good:
            good.phase("after")
            time.sleep(1)
        replayed = attack.executed_once_or_not_at_all()
        wait_for(lambda: server.descriptors() <= baseline + 8, 30, "descriptors as before")
        print(f"  {rounds} resets in each of {len(attack.phases())} phases; of {len(attack.keys)} "
              f"writes whose answer nobody saw {replayed} were executed, each once")
        if good:
            good.end("resets")


if __name__ == "__main__":
    main(*sys.argv[1:])
