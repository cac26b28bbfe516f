#!/usr/bin/env python3
"""A thousand crashes leave files, descriptors and memory where they were.

usage: cycles_test.py PROGRAM
environment: BELAY_TEST_SEED=N; BELAY_TEST_SIZE=full: 1,000 crashes instead of 40.
"""

import os
import pathlib
import sys

from history import judge_growth
from stage import AT_REST, FULL, WORKING, Stage, pause, run, wait_for

CYCLES = 1000 if FULL else 40
SAMPLES = 10 if FULL else 4
# What may be more at the end than at the beginning; memory beside what the records need.
ALLOWED = {"files of the log": 2, "snapshots": 0, "temporary files": 0, "other files": 0,
           "log, MiB": 3, "descriptors": 2, "memory beyond records, KiB": 12 * 1024}


def crashes(program, folder):
    with Stage(program, folder) as stage:
        samples, answered = [], 0
        for cycle in range(CYCLES):
            stage.start({**WORKING, "exports.rows_per_second": 0})
            stage.make_jobs(2)
            client = stage.client
            client.begin(client.cancel(client.new_key()), client.create(client.new_key()),
                         client.upload(client.new_key()))
            pause(0.03 * stage.random.random())
            stage.server.kill()
            answered += len(client.events)
            stage.take(client)
            if cycle % (CYCLES // SAMPLES) == CYCLES // SAMPLES - 1:
                stage.is_sound()
                stage.compare()
                samples.append(at_rest(stage))
                stage.server.kill()
                stage.is_sound()
        allowed = dict(ALLOWED)
        if b"__asan_init" in pathlib.Path(program).read_bytes():  # freed memory is kept back
            del allowed["memory beyond records, KiB"]
        findings = list(judge_growth(samples, allowed))
        assert not findings, findings
        return (f"{CYCLES} crashes, {answered} requests, {len(stage.pool.jobs)} jobs; "
                f"first {samples[0]}, last {samples[-1]}")


def at_rest(stage):
    """What must not grow, when snapshots have let go of the log below them."""
    data = stage.server.data
    stage.server.kill()
    client = stage.start(AT_REST)

    def rested():
        client.ask(client.create(client.new_key()))  # a snapshot needs news
        return int(stage.metrics()["belay_snapshots_total"]) >= 2

    wait_for(rested, 60, "the second snapshot")
    wait_for(lambda: len(os.listdir(data + "/log")) <= 5, 30, "an end of old segments")
    stage.take(client)
    metrics = stage.metrics()
    listed = {name: os.listdir(f"{data}/{name}")
              for name in ("log", "snapshot", "files/sets", "files/exports")}
    everything = [os.path.join(path, name) for path, _, names in os.walk(data) for name in names]
    records_kib = int(metrics["belay_store_memory_bytes"]) >> 10
    return {"files of the log": len(listed["log"]), "snapshots": len(listed["snapshot"]),
            "temporary files": sum(".tmp" in path or ".new" in path for path in everything
                                   if "/log/" not in path),
            "other files": len(everything) - sum(len(names) for names in listed.values()),
            "log, MiB": sum(os.path.getsize(f"{data}/log/{name}") for name in listed["log"]) >> 20,
            "descriptors": len(os.listdir(f"/proc/{stage.server.process.pid}/fd")),
            "memory beyond records, KiB": stage.server.memory_kib() - records_kib}


if __name__ == "__main__":
    sys.exit(run(("crashes", True,
                  lambda folder: crashes(os.path.abspath(sys.argv[1]), folder))))
