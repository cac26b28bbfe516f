#!/usr/bin/env python3
"""How long does a client wait for a durable cancel, at 10, 50 and 80 % of what the server can do?

usage: latency_bench.py [--rounds N] [--seconds S] [--connections N] [--place FOLDER]

Requests are sent by a fixed schedule, whatever the server does (open loop), and a latency counts
from the time when the request was due. The generator's own lateness is measured beside it. In each
round the disk is measured alone, too: one durable write of 4 KiB after the other, written as belay
writes its log. Every answer is checked, and every job is read back afterwards: a wrong answer means
no figure.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import cancel_families
import lab
import report
import servers

SHARES = (0.1, 0.5, 0.8)
CONSTANT = "constant"
PARTS = ("p50_us", "p90_us", "p99_us", "p999_us")
SETTINGS = {"store.snapshot_interval": "1d", "store.max_memory": "4GiB"}
PREPARE = 60_000  # jobs for the run that finds the maximum


class Scene:
    def __init__(self, server, folder, options):
        self.server, self.folder, self.options = server, pathlib.Path(folder), options
        self.family = cancel_families.Exports(cancel_families.Caller(server, folder))

    def cancel(self, count, **more):
        """Cancels so many fresh jobs; the generator's figures."""
        ids = self.family.prepare(count)
        lab.warm_memory()
        lab.rest(self.server)
        found = lab.load(
            self.server.port, self.family.target, method="POST", ids=ids,
            header=[*self.family.caller.headers(), f"{self.family.key_field}: {{key}}"],
            contains=self.family.canceled, connections=self.options.connections, threads=1, **more)
        self.family.check(ids)
        ids.unlink()
        return found

    def constant(self, nginx, rate):
        """What the machine itself does to a tail: as many requests, to a server that looks at
        nothing and waits for nothing."""
        ids = self.family.caller.new_file()
        ids.write_text("\n".join(f"job-{number}" for number in range(
            int(rate * self.options.seconds))) + "\n")
        found = lab.load(nginx.port, self.family.target, method="POST", ids=ids,
                         header=self.family.caller.headers(), threads=1, rate=rate,
                         connections=self.options.connections, warm_up=self.options.seconds * 0.1)
        ids.unlink()
        return {**found["latency"], "lateness_p99_us": found["lateness"]["p99_us"]}

    def disk(self):
        done = subprocess.run(
            [str(lab.BUILD / "bench" / "disk_writes"), "--file", str(self.folder / "writes"),
             "--seconds", str(self.options.seconds)], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--place", default=str(lab.ROOT / "build" / "bench-data"))
    options = parser.parse_args()
    said = report.Report(
        "latency", "How long does a client wait for a durable cancel, by a schedule that does not "
        "wait for the server?",
        "Cancels of export jobs, each with its own key, on the real disk, by the generator that "
        "`belay bench` is made of. The maximum is measured first, in a closed loop; the server "
        "comes to rest before each run. The disk alone: durable writes of 4 KiB, one at a time, in "
        "every round. What the machine does to a tail by itself is seen beside: nginx, which "
        "answers a constant, under the schedule of half the maximum. Latencies count from the due "
        "time; lateness is the generator's own.",
        rounds=options.rounds, seconds=options.seconds, connections=options.connections,
        belay={**servers.SETTINGS, **SETTINGS})
    pathlib.Path(options.place).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="latency-", dir=options.place) as folder:
        with servers.nginx(folder, {"/": "x" * 300}) as nginx, \
                servers.Belay(data=folder + "/data", **SETTINGS) as server:
            scene = Scene(server, folder, options)
            most = scene.cancel(PREPARE)["per_second"]
            names = ["disk", CONSTANT, *SHARES]

            def measure(name):
                if name == "disk":
                    return scene.disk()
                if name == CONSTANT:
                    return scene.constant(nginx, most * SHARES[1])
                rate = most * name
                found = scene.cancel(int(rate * options.seconds), rate=rate,
                                     warm_up=options.seconds * 0.1)
                return {**found["latency"], "lateness_p99_us": found["lateness"]["p99_us"]}

            found = lab.in_turn(names, options.rounds, measure)
    say(said, most, found)
    said.save()


def title_of(name):
    return {"disk": "the disk alone", CONSTANT: f"nginx's constant at {SHARES[1]:.0%}"}.get(
        name) or f"{name:.0%}"


def say(said, most, found):
    rows = []
    for name, figures in found.items():
        title = title_of(name) + (f" of {most:,.0f} a second" if name in SHARES else "")
        lateness = (lab.spread([each["lateness_p99_us"] for each in figures])
                    if name != "disk" else "")
        rows.append([title, *(lab.spread([each[part] for each in figures]) for part in PARTS),
                     lateness])
    said.table("Latency of a durable cancel, µs",
               ["load", "p50", "p90", "p99", "p99.9", "p99 of the generator's lateness"], rows)
    said.plot("Latency by share of the requests", "lines", "of so many requests one is slower",
              "µs", [{"name": title_of(name),
                      "points": [[one_in, lab.spread([each[part] for each in figures])["median"]]
                                 for one_in, part in zip((2, 10, 100, 1000), PARTS)]}
                     for name, figures in found.items()], log_x=True, log_y=True)
    half, disk = found[0.5], found["disk"]
    said.claim("cancel p99 − durable write p99, at 50 % load, ms",
               lab.spread([(mine["p99_us"] - theirs["p99_us"]) / 1e3
                           for mine, theirs in zip(half, disk)]), at_most=0.5)
    said.claim("cancel p99.9 vs the disk's own, at 50 % load",
               lab.spread([mine["p999_us"] / theirs["p999_us"]
                           for mine, theirs in zip(half, disk)]), at_most=2)


if __name__ == "__main__":
    main()
