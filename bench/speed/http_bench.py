#!/usr/bin/env python3
"""What does belay's HTTP cost, beside servers that do nothing else?

usage: http_bench.py [--rounds N] [--seconds S]

A constant answer (belay: /health/live) under wrk at 1, 64 and 256 connections, and pipelined 16
deep at 64. The requests have the fields of a real client. Requests a second and the server's
processor time per request, each as a ratio to the raw epoll server of the same round.
"""

import argparse
import contextlib
import tempfile

import lab
import report
import servers

HEADERS = ["User-Agent: wrk", "Accept: application/json", "Accept-Encoding: gzip, deflate, br",
           "Accept-Language: en-US,en;q=0.9", "Cache-Control: no-cache",
           "X-Request-ID: 0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"]
SHAPES = [(1, 1), (64, 1), (256, 1), (64, 16)]
BASE = "raw epoll"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    said = report.Report(
        "http", "What does belay's HTTP cost, beside servers that do nothing else?",
        "wrk, a constant (belay: /health/live), two threads each. The bodies are such that whole "
        "answers, head and body, are as long as belay's; a head alone may be longer. h2o has no "
        "constant: it opens and reads a file for each request. Servers take turns in every round; "
        "ratios are made within a round.",
        rounds=options.rounds, seconds=options.seconds, request_fields=HEADERS,
        belay=servers.SETTINGS, nginx=servers.NGINX, h2o=servers.H2O)
    plots = {"requests a second": [], "processor time": []}
    with contextlib.ExitStack() as stack:
        belay = stack.enter_context(servers.Belay())
        wanted = servers.constant_bytes(belay, HEADERS)
        folders = [stack.enter_context(tempfile.TemporaryDirectory(prefix="belay-peer-"))
                   for _ in range(2)]
        running = {belay.name: belay}
        for make in (servers.raw_epoll,
                     lambda size: servers.nginx(folders[0], {"/": "x" * size}),
                     lambda size: servers.h2o(folders[1], size), servers.beast):
            server = stack.enter_context(make(servers.fitted(make, wanted)))
            running[server.name] = server
        said.table("What is answered", ["server", "bytes, head and body"],
                   [[name, servers.constant_bytes(server, HEADERS)]
                    for name, server in running.items()])
        for connections, depth in SHAPES:
            shape = Shape(connections, depth, running, options)
            shape.say(said)
            plots["requests a second"].append(shape.series(shape.rates))
            plots["processor time"].append(shape.series(shape.costs))
    for name, series in plots.items():
        said.plot(f"Constant answer: {name} beside raw epoll", "bars", "", "ratio", series)
    said.save()


class Shape:
    """All servers under one number of connections and one depth."""

    def __init__(self, connections, depth, running, options):
        self.connections, self.depth = connections, depth
        self.running, self.options = running, options
        self.title = f"{connections} connections" + (f", {depth} deep" if depth > 1 else "")
        self.rates = {name: [] for name in running}
        self.costs = {name: [] for name in running}
        lab.in_turn(list(running), options.rounds, self.measure)

    def measure(self, name):
        server = self.running[name]
        before = server.processor_seconds()
        rate = lab.wrk(server.port, server.path, connections=self.connections,
                       seconds=self.options.seconds, headers=HEADERS, depth=self.depth)
        spent = server.processor_seconds() - before
        self.rates[name].append(rate)
        self.costs[name].append(spent / (rate * self.options.seconds) * 1e6)
        return rate

    def series(self, figures):
        """For a plot: what each server's figures are to the base's."""
        return {"name": self.title, "points": [
            [name, *(lab.ratios(figures, name, BASE)[part] for part in ("median", "low", "high"))]
            for name in self.running]}

    def say(self, said):
        said.table(f"Constant answer, {self.title}",
                   ["server", "requests/s", "vs raw epoll", "µs CPU a request", "vs raw epoll"],
                   [[name, lab.spread(self.rates[name]), lab.ratios(self.rates, name, BASE),
                     lab.spread(self.costs[name]), lab.ratios(self.costs, name, BASE)]
                    for name in self.running])
        rate = lab.ratios(self.rates, "belay", BASE)
        if (self.connections, self.depth) == (64, 1):
            said.claim("constant answer, requests/s vs raw epoll, 64 connections", rate,
                       at_least=0.95)
            said.claim("constant answer, server CPU vs raw epoll, 64 connections",
                       lab.ratios(self.costs, "belay", BASE), at_most=1.10)
        elif self.depth == 16:
            said.claim("constant answer, pipelined 16, vs raw epoll", rate, at_least=0.70)


if __name__ == "__main__":
    main()
