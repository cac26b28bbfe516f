"""Ways to make a server's disk and clock fail: a page of rules that the library in preload/ obeys,
strace, and a mount namespace of the test's own."""

import mmap
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import wait_for  # noqa: E402

IN_OWN_NAMESPACE = "--in-own-mount-namespace"
CALLS = {"openat": 1, "pwrite": 2, "fsync": 4, "fdatasync": 8, "renameat": 16, "unlinkat": 32,
         "ftruncate": 64, "mkdirat": 128, "pread": 256}
ACTIONS = ("none", "count", "kill before", "kill after", "fail", "cut short", "lose", "misplace",
           "delay")


class Faults:
    """The page that preload/faults.cpp has mapped; its fields are named there."""

    PAGE_BYTES = 4096
    WHERE = 9 * 8

    def __init__(self, library, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(self.PAGE_BYTES))
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), self.PAGE_BYTES)
        self.prefix = ["env", f"LD_PRELOAD={library}", f"FAULTS_PAGE={path}"]

    def rule(self, action, calls, where, first=1, times=1, argument=0):
        """From the `first` call of these kinds whose path holds `where`, it happens to so many
        `times` (0: to all)."""
        self.end()
        bits = sum(CALLS[call] for call in calls.split())
        for slot, value in enumerate((bits, first, times, argument, 0, 0), 1):
            self._set(slot, value)
        self.page[self.WHERE:self.WHERE + 256] = where.encode().ljust(256, b"\0")
        self._set(0, ACTIONS.index(action))

    def end(self):
        self._set(0, 0)

    @property
    def seen(self):
        return self._get(5)

    @property
    def fired(self):
        return self._get(6)

    def shift_clock(self, seconds):
        self._set(7, int(seconds * 1000))

    def deny_direct(self):
        self._set(8, 1)

    def _get(self, slot):
        return struct.unpack_from("<q", self.page, slot * 8)[0]

    def _set(self, slot, value):
        struct.pack_into("<q", self.page, slot * 8, value)


class Strace:
    """strace on a running server; its rule is in force when this is made."""

    def __init__(self, server, calls, *rules, log="/dev/null"):
        pid = server.process.pid
        command = ["strace", "-f", "-y", "-p", str(pid), "-o", log, "-e", f"trace={calls}"]
        for rule in rules:
            command += ["-e", f"inject={rule}"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)

        def in_force():
            assert self.process.poll() is None, "strace has ended"
            states = (pathlib.Path(f"/proc/{pid}/task") / task / "status"
                      for task in os.listdir(f"/proc/{pid}/task"))
            return all(f"TracerPid:\t{self.process.pid}\n" in state.read_text()
                       for state in states)

        wait_for(in_force, 30, "strace on every thread")

    def end(self):
        self.process.send_signal(signal.SIGINT)  # it lets go of the server and ends
        self.process.wait(30)


def after_failure(log):
    """Of a log of strace: the injected failures of calls on the segments of the log, and the calls
    on them that came after the first of those."""
    failed, after, pending = [], [], {}
    begins = re.compile(r"(\d+) +(\w+)\(\d+<[^>]*/log/\d+\.segment>")
    resumes = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>")
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            call = None
            if found := begins.match(line):
                call = pending[found.group(1)] = found.group(2)
                if failed:
                    after.append(line)
            elif (found := resumes.match(line)) and found.group(1) in pending:
                call = pending.pop(found.group(1))
            if call and "(INJECTED)" in line:
                failed.append(call)
    return failed, after


def can_trace():
    return shutil.which("strace") is not None and subprocess.run(
        ["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


def enter_own_namespace():
    """Goes on as a process in a mount namespace of its own, if that is permitted."""
    command = ["unshare", "--mount", "--propagation", "private"]
    if IN_OWN_NAMESPACE not in sys.argv and shutil.which("unshare") and \
            subprocess.run(command + ["true"], capture_output=True).returncode == 0:
        os.execvp(command[0], command + [sys.executable, "-B", *sys.argv, IN_OWN_NAMESPACE])


def may_mount():
    return IN_OWN_NAMESPACE in sys.argv
