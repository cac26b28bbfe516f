#!/usr/bin/env python3
"""How does belay's idempotency table bear contention, beside what else could do its work?

usage: idempotency_bench.py [--rounds N] [--keys N] [--seconds S] [--stops N]

bench/idempotency does the work: a process for each table in each round, in turn. N keys is rounded
up to a power of two.
"""

import argparse
import json
import os
import subprocess

import lab
import report

BELAY = "belay"
TABLES = {BELAY: "belay, 16 requests a turn", "belay_single": "belay, one request at a time",
          "mutex": "mutex, unordered_map", "shards": "64 shards of those",
          "tbb_hash": "TBB concurrent_hash_map",
          "tbb_unordered": "TBB concurrent_unordered_map", "cuckoo": "libcuckoo"}
ALONE = "none"
OTHERS = [name for name in TABLES if not name.startswith(BELAY)]
DRAWS = {"hot": "one hot key", "zipf": "Zipf 0.99", "uniform": "uniform"}
MIXES = ("insert", "hit", "mismatch")
THREADS = (1, 2, 4, 8)
COMPARED = 2  # threads
QUANTILES = {"50": "p50", "90": "p90", "99": "p99", "99.9": "p99.9", "99.99": "p99.99",
             "100": "longest"}

METHOD = (
    "Find a key of 139 bytes or claim it with a fingerprint of 32 bytes, compare the fingerprint "
    "if it was claimed before. Names are the server's own, with two UUIDs that are made anew for "
    "each request; every table hashes them with seeded XXH3-64, compares whole names and has room "
    "for all keys from the beginning. Kindness to the others: the name stands inside their nodes, "
    "its hash is kept, nothing is copied for a hit, and glibc's malloc may use large pages. belay "
    "is used as the store uses it: whoever has several requests in a turn fetches their slots, "
    "records and versions before it attempts them one after the other, each in its own section; a "
    "claim is the swap of a version, after which only its place in the log is missing. Beside it "
    "one request at a time. Insertions begin with an empty table and touch memory for the first "
    "time (2 GiB are touched and given back before each process: this machine's host hands memory "
    "out lazily); on one hot key all threads claim the same new keys in the same order. Hits and "
    "mismatches are of a filled table. Every outcome is checked. Latencies are of runs of their "
    "own in which each turn is timed; of belay's turn of 16 the time of the whole turn counts for "
    "each request. TBB's concurrent_unordered_map cannot remove a key while others use it, so it "
    "could not do the work; it is held against belay all the same. The requests alone, without "
    "any table, are in all figures.")


def measure(name, options):
    command = [str(lab.BUILD / "bench" / "idempotency_bench"), name, "--keys", str(options.keys),
               "--seconds", str(options.seconds), "--stops", str(options.stops)]
    lab.warm_memory(2)
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode} {done.stderr.strip()}")
    said = json.loads(done.stdout)
    cells = {}
    for cell in said["cells"]:
        kind = "nanoseconds" if "nanoseconds" in cell else "rate"
        cells[cell["distribution"], cell["mix"], cell["threads"], kind] = cell[kind]
    return {"cells": cells, "stalls": {each["distribution"]: each for each in said["stalls"]}}


def rates(figures, name, *cell):
    return [each["cells"][*cell, "rate"] / 1e6 for each in figures[name]]


def say_mix(said, figures, draw, mix):
    title = f"{mix}, {DRAWS[draw]}"
    names = {**TABLES, ALONE: "the requests alone"}
    said.table(f"{title}: million requests a second",
               ["table", *(f"{threads} threads" for threads in THREADS)],
               [[text, *(lab.spread(rates(figures, name, draw, mix, threads))
                         for threads in THREADS)] for name, text in names.items()])
    said.table(f"{title}, {COMPARED} threads: nanoseconds, medians of the rounds",
               ["table", *QUANTILES.values()],
               [[text, *(int(lab.spread([each["cells"][draw, mix, COMPARED, "nanoseconds"][share]
                                         for each in figures[name]])["median"])
                         for share in QUANTILES)] for name, text in names.items()])
    said.plot(f"{title}: million requests a second", "lines", "threads",
              "million requests a second",
              [{"name": text,
                "points": [[threads, lab.spread(rates(figures, name, draw, mix, threads))["median"]]
                           for threads in THREADS]} for name, text in TABLES.items()])


def claim_mix(said, figures, draw, mix):
    of_two = {name: rates(figures, name, draw, mix, COMPARED) for name in TABLES}
    best = [max(each) for each in zip(*(of_two[name] for name in OTHERS))]  # of each round
    said.claim(f"idempotency table, {mix}, {DRAWS[draw]}, {COMPARED} threads, vs the best beside "
               "it in each round", lab.ratios({BELAY: of_two[BELAY], "best": best}, BELAY, "best"),
               at_least=3 if draw == "hot" else 1.5)


def say_stalls(said, figures, draw):
    rows = []
    for name, text in TABLES.items():
        stalls = [each["stalls"][draw] for each in figures[name]]
        stops = sum(each["stops"] for each in stalls)
        rows.append([text, *(f"{sum(each[stuck] for each in stalls)} of {stops}"
                             for stuck in ("stuck_one", "stuck_all")),
                     *(lab.spread([each[rate] / 1e6 for each in stalls])
                       for rate in ("stalled_rate", "free_rate")),
                     lab.spread([each["longest_milliseconds"] for each in stalls])])
    said.table(f"{DRAWS[draw]}: two threads while a third is stopped at a random place",
               ["table", "stops that stopped one", "or both", "million requests a second in a stop",
                "before it", "longest 16 requests, ms"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=1 << 19)
    parser.add_argument("--seconds", type=float, default=0.2)
    parser.add_argument("--stops", type=int, default=10)
    options = parser.parse_args()
    options.keys = 1 << (options.keys - 1).bit_length()
    said = report.Report(
        "idempotency",
        "How does the idempotency table bear contention, beside what else could do its work?",
        METHOD, rounds=options.rounds, keys=options.keys)
    figures = lab.in_turn([*TABLES, ALONE], options.rounds, lambda name: measure(name, options))
    cells = [(draw, mix) for draw in DRAWS for mix in MIXES]
    for draw, mix in cells:
        say_mix(said, figures, draw, mix)
    for draw in ("hot", "uniform"):
        say_stalls(said, figures, draw)
    for draw, mix in cells:
        claim_mix(said, figures, draw, mix)
    said.save()


if __name__ == "__main__":
    main()
