#!/usr/bin/env python3
"""What does the log's group commit cost beside the disk alone, with the same batches?

usage: log_bench.py [--rounds N] [--seconds S] [--under-way N…] [--place FOLDER]

bench/log_bench.cpp keeps so many records under way in belay's log and then repeats exactly the
groups that came of it in a bare loop: one durable write of each group's size, without records,
checksums or anyone to tell. fio writes blocks of the usual group's size the same way. All on the
real disk, in turn; ratios are made within a round.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import lab
import report

UNDER_WAY = [1, 16, 64, 256, 1024]
BLOCK = 4096
FIO_BYTES = 64 * 1024 * 1024
NOTES = {
    True: "O_DIRECT|O_DSYNC on a file of zeros",
    False: "write and fdatasync on a file of zeros: this file system cannot do direct I/O",
}


class Bench:
    def __init__(self, folder, options):
        self.folder, self.options = pathlib.Path(folder), options
        self.log = {size: [] for size in options.under_way}
        self.fio = {size: [] for size in options.under_way}
        self.direct = set()

    def round(self, number):
        sizes = self.options.under_way
        turn = number % len(sizes)
        for size in sizes[turn:] + sizes[:turn]:
            done = subprocess.run(
                [str(lab.BUILD / "bench" / "log_bench"), str(self.folder / "log"), "--under-way",
                 str(size), "--seconds", str(self.options.seconds)],
                capture_output=True, text=True, check=True)
            found = json.loads(done.stdout)
            self.direct.add(found["direct"])
            self.log[size].append(found)
            blocks = -(-found["group_bytes_p50"] // BLOCK)
            self.fio[size].append(self.fio_writes(blocks * BLOCK, found["direct"])
                                  * found["group_bytes_p50"] / found["record_bytes"])

    def fio_writes(self, size, direct):
        """Durable writes a second, one at a time, over a file that is laid out before."""
        flush = (["--direct=1", "--sync=dsync"] if direct else ["--direct=0", "--fdatasync=1"])
        path = self.folder / "fio"
        done = subprocess.run(
            ["fio", "--name=log", f"--filename={path}", "--ioengine=psync", "--rw=write",
             f"--bs={size}", f"--size={FIO_BYTES // size * size}", "--overwrite=1", "--iodepth=1",
             "--time_based=1", f"--runtime={self.options.seconds}", "--nice=5",
             "--output-format=json", *flush],
            capture_output=True, text=True, check=True)
        path.unlink()
        (job,) = json.loads(done.stdout)["jobs"]
        if job["error"] != 0:
            raise RuntimeError(f"fio ended with error {job['error']}")
        return job["write"]["iops"]

    def of(self, size, field):
        return [found[field] for found in self.log[size]]

    def ratio(self, size):
        return lab.spread([found["log_per_second"] / found["bare_per_second"]
                           for found in self.log[size]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--under-way", nargs="+", type=int, default=UNDER_WAY)
    parser.add_argument("--place", default=str(lab.ROOT / "build" / "bench-data"))
    options = parser.parse_args()
    said = report.Report(
        "log",
        "What does the log's group commit cost beside the disk alone, with the same batches?",
        "One thread keeps records of 256 bytes under way in the log, in two batches: one forms "
        "while the other is written. Then a bare loop writes groups of exactly the same sizes in "
        "the same order, each durable before the next, from memory that nobody fills. fio: one "
        "durable write of the usual group's size after the other. Afterwards the log is read back "
        "to its last record. Ratios are made within a round.",
        rounds=options.rounds, seconds=options.seconds)
    pathlib.Path(options.place).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="log-", dir=options.place) as folder:
        bench = Bench(folder, options)
        for number in range(options.rounds):
            bench.round(number)
    say(said, bench)
    said.save()


def say(said, bench):
    how = "; ".join(NOTES[direct] for direct in sorted(bench.direct))
    sizes = bench.options.under_way
    said.table(f"Records a second ({how})",
               ["records under way", "records a group", "belay's log", "bare loop, same groups",
                "log vs bare", "fio, the usual group"],
               [[f"{size:,}", lab.spread(bench.of(size, "records_per_group")),
                 lab.spread(bench.of(size, "log_per_second")),
                 lab.spread(bench.of(size, "bare_per_second")), bench.ratio(size),
                 lab.spread(bench.fio[size])] for size in sizes])
    said.table("Of one group, µs",
               ["records under way", "bare write", "CPU of the bare loop",
                "CPU of log and producer"],
               [[f"{size:,}", *(lab.spread(bench.of(size, field)) for field in (
                   "bare_us_per_write", "bare_cpu_us_per_group", "log_cpu_us_per_group"))]
                for size in sizes])
    said.plot("Records a second by records under way", "lines", "records under way", "records/s",
              [{"name": name, "points": [[size, lab.spread(values(size))["median"]]
                                         for size in sizes]}
               for name, values in (
                   ("belay's log", lambda size: bench.of(size, "log_per_second")),
                   ("bare loop, same groups", lambda size: bench.of(size, "bare_per_second")),
                   ("fio, the usual group", lambda size: bench.fio[size]))],
              log_x=True, log_y=True)
    for size in sizes:
        said.claim(f"log, records/s vs bare loop with the same batches, {size:,} under way",
                   bench.ratio(size), at_least=0.9)


if __name__ == "__main__":
    main()
