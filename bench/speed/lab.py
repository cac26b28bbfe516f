"""What every benchmark of speed shares: servers that are started and stopped, their processor time,
load on them, rounds that are taken in turn, and a result that says where it came from.

A figure means something only beside another of the same run: each round measures every server once,
in a rotating order, ratios are made within a round, and their median is the result.
"""

import contextlib
import json
import mmap
import os
import pathlib
import platform
import re
import signal
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Taken out of the environment: belay refuses to start with BELAY_ variables that it does not know.
BUILD = pathlib.Path(os.environ.pop("BELAY_BENCH_BUILD", ROOT / "build" / "release")).resolve()
RESULTS = ROOT / "build" / "bench-results"
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds=20):
    """Until the server takes connections. Its death, or the end of the time, is an error."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args[0]} does not listen on {port}")


def processor_seconds(pid):
    """Of the process, of its threads that have ended, and of its children: user and system."""
    total = 0
    for each in [pid, *children_of(pid)]:
        with contextlib.suppress(OSError):
            total += time.clock_gettime(processor_clock(each))
    return total


def processor_clock(pid):
    """The clock of another process' processor time, in nanoseconds (clock_getcpuclockid(3))."""
    return (~pid << 3) | 2


def children_of(pid):
    found = []
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children_of(int(child))]
    return found


def rest(server, share=0.05, seconds=30):
    """Until what was asked of the server before, a snapshot for one, is done: it takes less than
    this share of a processor. That it never does is an error."""
    pause = 0.2
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = server.processor_seconds()
        time.sleep(pause)
        if server.processor_seconds() - before < share * pause:
            return
    raise RuntimeError(f"{server.name} does not come to rest in {seconds} s")


def warm_memory(gibibytes=1):
    """Touches memory and gives it back to the kernel, which hands it out next. Where the machine is
    a virtual one whose memory the host hands out lazily, the first touch of a page that the guest
    has not used for seconds costs more than all that a server does for a request."""
    with mmap.mmap(-1, gibibytes << 30) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        for at in range(0, len(memory), mmap.PAGESIZE):
            memory[at] = 1


class Server:
    """A process that listens on `port`, with a constant at `path`; ended by its id."""

    def __init__(self, name, command, port, cwd=None, path="/"):
        self.name, self.command, self.port, self.cwd, self.path = name, command, port, cwd, path
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, cwd=self.cwd, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def processor_seconds(self):
        return processor_seconds(self.process.pid)


def load(port, target=None, **options):
    """One run of belay_load; its figures. Wrong answers are an error."""
    command = [str(BUILD / "bench" / "belay_load"), "--port", str(port)]
    for name, value in {**({"target": target} if target else {}), **options}.items():
        for each in value if isinstance(value, list) else [value]:
            command += ["--" + name.replace("_", "-"), str(each)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def wrk(port, path, *, connections, threads=2, seconds=3, headers=(), depth=1):
    """One run of wrk: requests a second. Answers that are no 2xx are an error."""
    command = ["wrk", f"-t{min(threads, connections)}", f"-c{connections}", f"-d{seconds}s"]
    for header in headers:
        command += ["-H", header]
    if depth > 1:
        command += ["-s", str(pathlib.Path(__file__).with_name("pipeline.lua"))]
    command.append(f"http://127.0.0.1:{port}{path}")
    if depth > 1:
        command += ["--", str(depth)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(f"{' '.join(command)}: {text}")
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", text).group(1))


def spread(values):
    values = sorted(values)
    return {"low": values[0], "median": statistics.median(values), "high": values[-1]}


def in_turn(names, rounds, measure):
    """measure(name) for every name in each round, the order rotating; {name: [figure, …]}."""
    figures = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            figures[name].append(measure(name))
    return figures


def ratios(figures, name, base):
    """Round by round, since what disturbs a machine disturbs neighbours alike."""
    return spread([mine / theirs for mine, theirs in zip(figures[name], figures[base])])


def commit():
    """What is measured. Docs may have changed since: a benchmark's page is among them."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, text=True, capture_output=True,
                              check=False).stdout.strip()
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs", ":!*.md")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+changes" if changed else "")


def processor_ticks():
    """Of all processors since they began: all of them, and those that the host took."""
    first = pathlib.Path("/proc/stat").read_text().split("\n")[0]
    ticks = [int(each) for each in first.split()[1:9]]
    return sum(ticks), ticks[7]


def memory_latency():
    """Of one load, near and far (memory_latency.cpp): how fast the machine is at this moment."""
    done = subprocess.run([str(BUILD / "bench" / "memory_latency")], capture_output=True,
                          text=True, check=True)
    return json.loads(done.stdout)


def machine():
    model = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"processor": model.group(1) if model else "unknown", "cores": os.cpu_count(),
            "kernel": platform.release(), "load_before": os.getloadavg()[0],
            "memory_before": memory_latency(),
            "commit": commit(),
            "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "command": " ".join([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]])}
