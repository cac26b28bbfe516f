"""How many bytes of memory a job takes: queued, with the key of its create; made by the process and
loaded by the next; and canceled, with the key of its cancel too.

usage: memory_bench.py [--jobs N] [--rounds N] [--directory DIRECTORY]

bench/memory_bench.cpp does the work and prints a JSON object for each phase.
"""

import argparse
import json
import statistics
import subprocess

import lab
import report

BYTES_MAX = 400
MADE, LOADED = "made", "loaded, the ring included"
WITHOUT_RING = "loaded, without the ring"


def measure(jobs, directory):
    """What each phase said. The program's status is about its bound, which is our claim's matter;
    whatever else goes wrong leaves a phase out."""
    program = lab.BUILD / "bench" / "memory_bench"
    run = subprocess.run([program, str(jobs), str(directory)], stdout=subprocess.PIPE, text=True,
                         check=False)
    said = {line["phase"]: line for line in map(json.loads, run.stdout.splitlines())}
    if len(said) != 3 or any(line["jobs"] != jobs for line in said.values()):
        raise RuntimeError(f"{program} ended with {run.returncode} after {sorted(said)}")
    return said


def spread(values):
    return {"low": min(values), "median": statistics.median(values), "high": max(values)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--directory", default=lab.ROOT / "build" / "bench-data" / "memory")
    options = parser.parse_args()
    result = report.Report(
        "memory", "How many bytes of memory does a job take?",
        "RssAnon of a process before and after it makes the jobs through the store as the server "
        "does: export jobs, each created under a key that is a UUID, with the scope and the answer "
        "that the server keeps. A second process opens what the first closed; its figure has the "
        "log's ring in it, which is as large for one job as for millions, and stands without it, "
        "too. A third cancels the jobs, each under one more key, and has both answers at the end.",
        jobs=options.jobs, rounds=options.rounds)
    rounds = [measure(options.jobs, options.directory) for _ in range(options.rounds)]
    phases = {phase: spread([each[phase]["bytes_a_job"] for each in rounds])
              for phase in rounds[0]}
    phases[WITHOUT_RING] = spread([each[LOADED]["bytes_a_job"] - each[LOADED]["ring"]
                                   for each in rounds])
    result.table("bytes a job", ["phase", "bytes"], [[name, value] for name, value in
                                                     phases.items()])
    parts = rounds[-1]["made"]["parts"]
    result.table("of a queued job, in bytes, before texts are packed and blocks rounded up",
                 ["part", "bytes"], [[name, value] for name, value in parts.items()])
    result.plot("Memory of a job", "bars", "", "bytes",
                [{"name": "bytes a job",
                  "points": [[name, value["median"], value["low"], value["high"]]
                             for name, value in phases.items()]}])
    for phase in (MADE, WITHOUT_RING):
        result.claim(f"resident bytes of a queued job with its create key, {phase}",
                     phases[phase], at_most=BYTES_MAX)
    result.save()


if __name__ == "__main__":
    main()
