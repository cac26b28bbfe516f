#!/usr/bin/env python3
"""How does belay's idempotency table bear contention, beside what else could do its work?

usage: idempotency_bench.py [--rounds N] [--keys N] [--stops N]

Runs bench/idempotency (one program; every table has its turn in each round) and holds the figures
of two threads against the best of the others.
"""

import argparse
import json
import subprocess

import lab
import report

BELAY = "belay"
HOT = "hit, one hot key"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keys", type=int, default=300_000)
    parser.add_argument("--stops", type=int, default=20)
    options = parser.parse_args()
    said = report.Report(
        "idempotency",
        "How does the idempotency table bear contention, beside what else could do its work?",
        "Find a key of about 130 bytes or claim it with a fingerprint of 32, compare the "
        "fingerprint if it was claimed before. All tables hash with XXH3, compare whole names and "
        "are made large enough beforehand. Every verdict is checked. Latencies of each 16th "
        "operation, in a run of their own.",
        rounds=options.rounds, keys=options.keys)
    command = [str(lab.BUILD / "bench" / "idempotency_bench"), "--rounds", str(options.rounds),
               "--keys", str(options.keys), "--operations", str(options.keys),
               "--stops", str(options.stops)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    mixes = list(dict.fromkeys(line["mix"] for line in found["mixes"]))
    tables = list(dict.fromkeys(line["table"] for line in found["mixes"]))
    for mix in mixes:
        lines = [line for line in found["mixes"] if line["mix"] == mix]
        say_mix(said, mix, lines, tables)
    say_stopped(said, found["stopped"])
    said.save()


def say_mix(said, mix, lines, tables):
    rates = {(line["table"], line["threads"]): line["per_second"] for line in lines}
    threads = sorted({line["threads"] for line in lines})
    said.table(f"{mix}: million operations a second", ["table", *(f"{n} threads" for n in threads)],
               [[table, *(lab.spread([rate / 1e6 for rate in rates[table, n]]) for n in threads)]
                for table in tables])
    said.table(f"{mix}, 2 threads: latency, µs", ["table", "p50", "p99", "p99.9", "p99.99"],
               [[line["table"], *(line["latency_us"][part]
                                  for part in ("p50", "p99", "p999", "p9999"))]
                for line in lines if line["threads"] == 2])
    said.plot(f"{mix}: million operations a second by threads", "lines", "threads",
              "million operations a second",
              [{"name": table, "points": [[n, lab.spread(rates[table, n])["median"] / 1e6]
                                          for n in threads]} for table in tables])
    others = [table for table in tables if table != BELAY]
    best = max(others, key=lambda table: lab.spread(rates[table, 2])["median"])
    ratio = lab.ratios({table: rates[table, 2] for table in tables}, BELAY, best)
    said.claim(f"idempotency table, {mix}, 2 threads, vs the best beside it ({best})", ratio,
               at_least=3 if mix == HOT else 1.5)


def say_stopped(said, stopped):
    rows = []
    for table, rates in stopped.items():
        still = sum(1 for rate in rates if rate < 0.01 * max(rates))
        rows.append([table, lab.spread([rate / 1e6 for rate in rates]), f"{still} of {len(rates)}"])
    said.table("While a third thread is stopped inside an operation: two threads, hits by Zipf",
               ["table", "million operations a second", "stops that stopped them too"], rows)


if __name__ == "__main__":
    main()
