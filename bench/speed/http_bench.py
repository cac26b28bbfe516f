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
    result = {"bench": "http", "machine": lab.machine(), "rounds": options.rounds, "shapes": []}
    with contextlib.ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory(prefix="belay-peer-"))
                   for _ in range(2)]
        running = {server.name: stack.enter_context(server) for server in (
            servers.Belay(), servers.raw_epoll(), servers.nginx(folders[0]),
            servers.h2o(folders[1]), servers.beast())}
        paths = {"belay": "/health/live", "h2o, a file in memory": "/constant"}
        for connections, depth in SHAPES:
            rates, costs = {name: [] for name in running}, {name: [] for name in running}

            def measure(name):
                server = running[name]
                before = server.processor_seconds()
                rate = lab.wrk(server.port, paths.get(name, "/"), connections=connections,
                               seconds=options.seconds, headers=HEADERS, depth=depth)
                spent = server.processor_seconds() - before
                rates[name].append(rate)
                costs[name].append(spent / (rate * options.seconds) * 1e6)
                return rate

            lab.in_turn(list(running), options.rounds, measure)
            print(f"\n{connections} connections, {depth} deep")
            print(f"{'':24}{'requests/s':>12}{'vs raw epoll':>24}{'us CPU':>10}{'vs raw epoll':>24}")
            shape = {"connections": connections, "depth": depth, "servers": {}}
            for name in running:
                rate, cost = lab.spread(rates[name]), lab.spread(costs[name])
                rate_ratio = lab.ratios(rates, name, BASE)
                cost_ratio = lab.ratios(costs, name, BASE)
                shape["servers"][name] = {"requests_per_second": rate, "cpu_us": cost,
                                          "rate_vs_base": rate_ratio, "cpu_vs_base": cost_ratio}
                print(f"{name:24}{rate['median']:12.0f}{text_of(rate_ratio):>24}"
                      f"{cost['median']:10.2f}{text_of(cost_ratio):>24}")
            result["shapes"].append(shape)
    lab.save("http", result)


def text_of(ratio):
    return f"{ratio['median']:.2f} ({ratio['low']:.2f}-{ratio['high']:.2f})"


if __name__ == "__main__":
    main()
