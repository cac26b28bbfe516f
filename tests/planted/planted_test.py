#!/usr/bin/env python3
"""The tests of crashes find bugs: each patch here plants one in a copy of the product, and
the test that is meant to see it has to find it.

usage: planted_test.py [NAME…]   builds and runs; without a name all of them, and first the product
                                 as it is, in which nothing may be found
       planted_test.py --check   only looks whether every patch applies to this tree

environment: BELAY_TEST_RUNS=N: so many runs, each with another seed, before a bug counts as
missed (default 4).

A patch begins with what is wrong, then `test:` (a name in TESTS) and `finding:`, a regular
expression that has to be found in what the test says when it fails. What is built is the last
commit, in build/planted, where one compiled file and a link are enough for each bug.
"""

import dataclasses
import filecmp
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATCHES = pathlib.Path(__file__).resolve().parent
WORK = ROOT / "build" / "planted"
PRODUCT = ("CMakeLists.txt", "CMakePresets.json", "cmake", "core", "store", "auth", "http", "tests")
TARGETS = ("belay", "belay_faults")
RUN_SECONDS = 900
# Which programs a test of tests/crash is given. kill_test is to find what it finds by what the
# server answers, so it does not get the tool that looks inside.
TESTS = {"kill": ("belay",), "transfers_kill": ("belay",), "expiry": ("belay", "belay_faults"),
         "disk_errors": ("belay", "belay_faults")}


@dataclasses.dataclass
class Bug:
    name: str
    path: pathlib.Path
    test: str
    finding: str

    @staticmethod
    def read(path):
        head = path.read_text(encoding="utf-8").split("\n--- ", 1)[0]
        return Bug(path.stem, path, re.search(r"^test: (\w+)$", head, re.M)[1],
                   re.search(r"^finding: (.+)$", head, re.M)[1])

    def files(self):
        return re.findall(r"^\+\+\+ b/(\S+)$", self.path.read_text(encoding="utf-8"), re.M)


def apply(bug, tree):
    """Applies the patch to the files below `tree`; what git says if it does not apply."""
    # The tree may lie inside of a repository of which it is no part.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)}
    done = subprocess.run(["git", "apply", str(bug.path)], cwd=tree, env=environment,
                          capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def check(bugs):
    """Every patch applies to the files of this tree as they are."""
    problems = []
    for bug in bugs:
        with tempfile.TemporaryDirectory(prefix="belay-planted-") as folder:
            tree = pathlib.Path(folder, "tree")
            for file in bug.files():
                (tree / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / file, tree / file)
            said = apply(bug, tree)
            changed = [file for file in bug.files()
                       if not filecmp.cmp(ROOT / file, tree / file, shallow=False)]
            if said or changed != bug.files() or not changed:
                problems.append(f"{bug.name}: {said or 'changes nothing'}")
        re.compile(bug.finding)
        if bug.test not in TESTS:
            problems.append(f"{bug.name}: there is no test {bug.test}")
    print("\n".join(problems) or f"{len(bugs)} patches apply")
    return 1 if problems or len(bugs) < 10 else 0


class Workshop:
    """A copy of the product, its build, and the tests on it."""

    def __init__(self):
        self.pristine, self.tree = WORK / "pristine", WORK / "tree"
        shutil.rmtree(self.pristine, ignore_errors=True)
        archive = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD", "--", *PRODUCT],
                                 check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(self.pristine, filter="data")

    def restore(self):
        """Makes the copy what was committed; a file that is so already keeps its time."""
        wanted = {path.relative_to(self.pristine) for path in self.pristine.rglob("*")
                  if path.is_file()}
        for path in wanted:
            to = self.tree / path
            if not to.exists() or not filecmp.cmp(self.pristine / path, to, shallow=False):
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.pristine / path, to)
        for part in PRODUCT:
            for path in (self.tree / part).rglob("*"):
                if path.is_file() and path.relative_to(self.tree) not in wanted:
                    path.unlink()

    def build(self):
        """The programs by name."""
        output = self.tree / "build" / "release"
        commands = [["cmake", "--preset", "release", "-DBELAY_TESTS=ON"],
                    ["ninja", "-C", str(output), f"-j{os.cpu_count()}", *TARGETS]]
        for command in commands:
            done = subprocess.run(command, cwd=self.tree, capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeError(f"{' '.join(command)}:\n{done.stdout[-4000:]}{done.stderr}")
        return {"belay": output / "belay",
                "belay_faults": output / "tests/crash/preload/libbelay_faults.so"}

    def run(self, test, programs, seed):
        """(exit code, what the test said)."""
        folder = tempfile.mkdtemp(prefix="belay-planted-")
        environment = {**os.environ, "BELAY_TEST_SEED": str(seed), "TMPDIR": folder}
        command = [sys.executable, "-B", str(ROOT / "tests" / "crash" / f"{test}_test.py"),
                   *(str(programs[name]) for name in TESTS[test])]
        try:
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=RUN_SECONDS)
            return done.returncode, done.stdout
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def find(workshop, bug, rounds):
    """Whether the bug is found."""
    began = time.monotonic()
    workshop.restore()
    said = apply(bug, workshop.tree)
    if said:
        print(f"{bug.name}: {said}")
        return False
    programs = workshop.build()
    for seed in range(1, rounds + 1):
        code, said = workshop.run(bug.test, programs, seed)
        found = [line for line in said.splitlines() if re.search(bug.finding, line)]
        if code != 0:
            verdict = f"found: {found[-1].strip()[:160]}" if found else \
                f"found as something else:\n{said[-3000:]}"
            print(f"{bug.name}: {verdict} ({bug.test}_test, run {seed}, "
                  f"{time.monotonic() - began:.0f} s)", flush=True)
            return bool(found)
    print(f"{bug.name}: MISSED in {rounds} runs of {bug.test}_test", flush=True)
    return False


def unpatched_is_sound(workshop):
    workshop.restore()
    programs = workshop.build()
    for test in TESTS:
        code, said = workshop.run(test, programs, 1)
        if code != 0:
            print(f"without a planted bug {test}_test fails:\n{said[-3000:]}")
            return False
        print(f"without a planted bug: {test}_test finds nothing", flush=True)
    return True


def main(arguments):
    bugs = [Bug.read(path) for path in sorted(PATCHES.glob("*.patch"))]
    if arguments == ["--check"]:
        return check(bugs)
    unknown = set(arguments) - {bug.name for bug in bugs}
    if unknown:
        print(f"there is no {', '.join(sorted(unknown))}")
        return 2
    workshop = Workshop()
    rounds = int(os.environ.get("BELAY_TEST_RUNS", "4"))
    if not arguments and not unpatched_is_sound(workshop):
        return 1
    chosen = [bug for bug in bugs if not arguments or bug.name in arguments]
    found = sum(find(workshop, bug, rounds) for bug in chosen)
    print(f"{found} of {len(chosen)} planted bugs found")
    return 0 if found == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
