#!/usr/bin/env python3
"""How long does a start take, from the log and from a snapshot?

usage: recovery_bench.py [--rounds N] [--jobs N] [--mixed N]

Makes a data directory of queued jobs with their create keys, leaves it as a kill would, and starts
on it again and again, each time in a new process with nothing of the files in the system's cache.
In the same round dd reads the same bytes past the cache. Then the same with the snapshot that a
clean stop leaves; and, smaller, with jobs that were claimed and canceled. The starts must agree on
what they found, by a hash over every version.
"""

import argparse
import json
import mmap
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time

import lab
import report

PROGRAM = lab.BUILD / "bench" / "recovery_bench"
DATA = lab.ROOT / "build" / "bench-data"
PREPARED = 1  # state of a segment that holds nothing (store/FORMAT.md 2)
JOBS_PROMISED = 10_000_000
BYTES_OF_JOB = 700  # more than a start touches for one


def run(*arguments):
    done = subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"recovery_bench {arguments}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def segments_of(data):
    """(base, path) of each segment that holds frames, by number."""
    found = []
    for path in sorted((data / "log").glob("*.segment")):
        head = path.open("rb").read(56)
        state, = struct.unpack_from("<I", head, 12)
        base, = struct.unpack_from("<Q", head, 48)
        if state != PREPARED:
            found.append((base, path))
    return found


def files_read(data):
    """What a start reads: the newest snapshot, and the log from it on."""
    snapshots = sorted((data / "snapshot").glob("*.snapshot"))
    start = int(snapshots[-1].stem) if snapshots else 0
    segments = segments_of(data)
    first = max((place for place, (base, _) in enumerate(segments) if base <= start), default=0)
    return snapshots[-1:] + [path for _, path in segments[first:]]


def forget(paths):
    """Out of the system's cache."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def warm(size):
    """Touches so much memory and gives it back: the start that follows gets pages which the machine
    has. A virtual machine may be without them until they are touched, and fetching them from its
    host costs more than everything that a start does."""
    with mmap.mmap(-1, max(size, mmap.PAGESIZE)) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        for place in range(0, size, mmap.PAGESIZE):
            memory[place] = 1


def read_with_dd(paths):
    """Seconds."""
    begin = time.monotonic()
    for path in paths:
        subprocess.run(["dd", f"if={path}", "of=/dev/null", "bs=8M", "iflag=direct"], check=True,
                       stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


class Source:
    """Starts from one directory as it stands, beside dd."""

    def __init__(self, name, data, rounds, expected):
        self.name, self.data, self.expected = name, data, expected
        self.starts, self.reads, self.bytes = [], [], []
        for number in range(rounds):
            for measure in (self.start, self.read)[::1 if number % 2 else -1]:
                measure()

    def start(self):
        forget(files_read(self.data))
        warm(self.expected["records"] * BYTES_OF_JOB)
        found = run("open", self.data)
        for what, count in self.expected.items():
            if found[what] != count:
                raise RuntimeError(f"{self.name}: {found[what]} {what}, not {count}")
        self.starts.append(found)

    def read(self):
        paths = files_read(self.data)
        forget(paths)
        self.bytes.append(sum(path.stat().st_size for path in paths))
        self.reads.append(read_with_dd(paths))

    def seconds(self):
        return lab.spread([start["seconds"] for start in self.starts])

    def beside_dd(self):
        """How fast the bytes are taken in, to how fast dd reads them."""
        return lab.spread([read / start["seconds"]
                           for read, start in zip(self.reads, self.starts)])

    def row(self, count_of):
        count = count_of(self.starts[0])
        return [self.name, count, self.bytes[-1] / 1e6, self.seconds(),
                lab.spread([start["processor_seconds"] for start in self.starts]),
                lab.spread([count / start["seconds"] for start in self.starts]),
                lab.spread(self.reads), self.beside_dd()]


def sources_of(data, deed, jobs, rounds):
    """Log, then snapshot, of one directory that is made for it."""
    run(deed, data, jobs)
    canceled = jobs // 6000 * 2000 + jobs % 6000 // 3 if deed == "mixed" else 0
    expected = {"records": jobs, "keys": jobs + canceled}
    log = Source(f"log, {deed}", data, rounds, {**expected, "transitions": jobs + 2 * canceled})
    from_log = run("close", data)
    snapshot = Source(f"snapshot, {deed}", data, rounds, {**expected, "transitions": 0})
    from_snapshot = run("hash", data)
    if from_log["state"] != from_snapshot["state"]:
        raise RuntimeError("log and snapshot do not bring back the same")
    return log, snapshot


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=JOBS_PROMISED)
    parser.add_argument("--mixed", type=int, default=1_000_000)
    options = parser.parse_args()
    said = report.Report(
        "recovery", "How long does a start take, from the log and from a snapshot?",
        "Jobs at the store's interface with the records, keys and answers of the server. Every "
        "start is a new process and reads files that are not in the system's cache; dd reads the "
        "same files with iflag=direct in the same round. Right before each start as much memory "
        "as it will need is touched and given back, because a virtual machine gets its memory "
        "from its host when it is first touched. Every checksum, chain and place is checked; the "
        "number of records and keys is compared in each start, a hash over every version once for "
        "log and snapshot.",
        rounds=options.rounds, jobs=options.jobs, mixed=options.mixed)
    DATA.mkdir(parents=True, exist_ok=True)
    sources = []
    for deed, jobs in (("make", options.jobs), ("mixed", options.mixed)):
        data = pathlib.Path(tempfile.mkdtemp(prefix="recovery-", dir=DATA))
        try:
            sources += sources_of(data, deed, jobs, options.rounds)
        finally:
            shutil.rmtree(data)
    log, snapshot, mixed_log, mixed_snapshot = sources
    columns = ["from", "count", "MB", "seconds", "processor seconds", "a second", "dd, seconds",
               "vs dd"]
    said.table("Starts from the log: transitions", columns,
               [source.row(lambda start: start["transitions"]) for source in (log, mixed_log)])
    said.table("Starts from a snapshot: records and keys", columns,
               [source.row(lambda start: start["records"] + start["keys"])
                for source in (snapshot, mixed_snapshot)])
    said.plot("Seconds to a start", "bars", "", "seconds", [
        {"name": "start", "points": [[source.name, *(source.seconds()[part] for part in
                                                     ("median", "low", "high"))]
                                     for source in sources]},
        {"name": "dd of the same bytes", "points": [
            [source.name, *(lab.spread(source.reads)[part] for part in ("median", "low", "high"))]
            for source in sources]}])
    for source, what in ((log, "the log"), (snapshot, "a snapshot")):
        said.claim(f"recovery from {what} vs dd iflag=direct", source.beside_dd(), at_least=0.5)
        if options.jobs == JOBS_PROMISED:
            said.claim(f"10 million jobs from {what}, seconds", source.seconds(), at_most=10)
    said.save()


if __name__ == "__main__":
    main()
