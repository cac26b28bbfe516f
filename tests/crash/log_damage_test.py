#!/usr/bin/env python3
"""Logs that are not what was written: what was torn is cut and the log says so, what was durable
and is damaged or gone is refused with file and place, and is as it was when the damage is undone.

usage: log_damage_test.py PROGRAM LIBRARY
environment: BELAY_TEST_SEED=N; BELAY_TEST_SIZE=full: ten times as many writes are lost.
"""

import os
import re
import shutil
import signal
import sys

from stage import AT_REST, FULL, LogEnd, Stage, run, wait_for

WHOLE_LOG = {**AT_REST, "store.snapshot_interval": "1d"}


def junk_behind_the_end(program, library, folder):
    """What lies behind the last frame, be it noise, zeros or an old frame, was never a frame of
    this place."""
    cuts = []
    with Stage(program, folder) as stage:
        stage.start(AT_REST)
        for kind in ("noise", "zeros", "an old frame", "a frame's beginning", "an old group"):
            client = stage.make_jobs(5)
            stage.take(client)
            stage.server.kill()
            end = LogEnd(program, stage.server.data)
            with open(end.path, "r+b") as segment:
                segment.seek(end.frame)
                frame = segment.read(end.length)
                segment.seek(4096 * 3)
                group = segment.read(4096)
                # Where the next group would begin.
                segment.seek(-(-(end.frame + end.length) // 4096) * 4096)
                segment.write({"noise": stage.random.randbytes(3000), "zeros": bytes(3000),
                               "an old frame": frame, "a frame's beginning": frame[:70],
                               "an old group": group}[kind])
            cuts.append(stage.compare())
        stage.server.kill()
        stage.is_sound()
        return f"5 kinds of it, cut: {cuts} bytes"


def torn_end(program, library, folder):
    """A bad last frame of which nothing says that it was durable is cut, with a line in the log."""
    with Stage(program, folder) as stage:
        stage.start(AT_REST)
        for attempt in range(100):
            client = stage.make_jobs(1)
            stage.server.kill()
            end = LogEnd(program, stage.server.data)
            if end.durable <= end.lsn:
                break  # killed before the mark that follows within 10 ms
            stage.take(client)
            stage.compare()
        else:
            raise AssertionError("the mark was always faster")
        # As if it had been torn before its answer: the create's outcome is unknown.
        torn = stage.pool.keyed.pop()
        stage.pool.jobs.pop()
        client.events[-1].ended = None
        stage.take(client)
        end.flip()
        stage.is_sound()
        cut = stage.compare()
        assert cut >= end.length, f"{cut} bytes were cut of a torn frame of {end.length}"
        client = stage.client
        assert client.ask(torn)[0].fields["x-idempotency-replayed"] == "false"
        stage.take(client)
        stage.server.kill()
        stage.stands_the_test()
        return f"{cut} bytes cut after {attempt + 1} kills, and the log says so"


def rotten_end(program, library, folder):
    """The same of a frame that a mark or a footer calls durable is rot."""
    with Stage(program, folder) as stage:
        lines = []
        for with_signal in (signal.SIGTERM, signal.SIGKILL):
            stage.start(AT_REST)
            client = stage.make_jobs(3)

            def marked():
                end = LogEnd(program, stage.server.data)
                return end.durable > end.lsn

            wait_for(marked, 30, "a mark")
            stage.take(client)
            stage.server.end(with_signal)
            end = LogEnd(program, stage.server.data)
            end.flip()
            lines.append(is_damaged(stage, os.path.basename(end.path), "offset", str(end.lsn)))
            end.flip()
            stage.stands_the_test()
        return "after a clean stop and after a kill: " + lines[0].split('"reason":')[1]


def lost_writes(program, library, folder):
    """A group that the disk said it had written, and had not."""
    refused, marks = 0, 0
    for attempt in range(50 if FULL else 5):
        with Stage(program, f"{folder}/{attempt}", library) as stage:
            stage.start(WHOLE_LOG)
            client = stage.make_jobs(stage.random.randint(1, 5))
            stage.faults.rule("lose", "pwrite", "/data/log/", first=attempt % 5 + 1)
            stage.make_jobs(10)
            wait_for(lambda: stage.faults.seen > attempt % 5 + 1, 30, "a lost write and another")
            stage.faults.end()
            stage.take(client)
            stage.server.kill()
            if is_refused_or_whole(stage):
                refused += 1
            else:
                marks += 1
    assert refused > marks, "lost groups were not noticed"
    return f"{refused} refused; {marks} were of a mark or a prepared segment, and lost nothing"


def misplaced_writes(program, library, folder):
    """A group that went to another place: behind the end, and over a group of old."""
    refused, marks, reasons = 0, 0, set()
    for distance in (4096, 65536, 262144, -4096, -8192, -12288):
        for attempt in range(10 if FULL else 1):
            with Stage(program, f"{folder}/{distance}.{attempt}", library) as stage:
                stage.start(WHOLE_LOG)
                client = stage.make_jobs(6)
                stage.faults.rule("misplace", "pwrite", "/data/log/", first=attempt + 1,
                                  argument=distance)
                stage.make_jobs(10)
                # Nothing but a later write can say that the misplaced one was durable.
                wait_for(lambda: stage.faults.seen > attempt + 1, 30, "it and another write")
                stage.faults.end()
                stage.take(client)
                stage.server.kill()
                if is_refused_or_whole(stage):
                    refused += 1
                    reasons.add(re.search(r"damage: .*", stage.server.verify()[1]).group())
                else:
                    marks += 1
    assert refused > marks, "misplaced groups were not noticed"
    return f"{refused} refused; {marks} were of a mark, and lost nothing; {sorted(reasons)}"


def is_refused_or_whole(stage):
    """Whether it is refused; if not, everything that was answered is there."""
    code, text = stage.server.verify()
    if code == 0:
        stage.stands_the_test()
        return False
    assert "segment" in text and "belay log dump" in text, text
    is_damaged(stage, "segment")
    return True


def is_damaged(stage, *named):
    """The start and `belay verify` refuse it; neither changes a byte."""
    def contents():
        found = {}
        for folder, _, names in os.walk(stage.server.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    found[os.path.join(folder, name)] = hash(file.read())
        return found

    before = contents()
    code, text = stage.server.verify()
    assert code == 1 and all(name in text for name in named), (code, named, text)
    line = stage.is_refused("belay log dump", *named)
    assert contents() == before, "a refused start has changed the data"
    return line


def wrong_files(program, library, folder):
    """Segments and snapshots that are missing, swapped, twice there, older or of another log."""
    with Stage(program, folder) as stage, Stage(program, folder + "/other") as other:
        stage.start(WHOLE_LOG)
        stage.take(stage.make_jobs(300))
        older = LogEnd(program, stage.server.data).path
        shutil.copy(older, folder + "/older")
        other.start(WHOLE_LOG)
        for one in (stage, other):
            one.take(one.make_jobs(700))
            one.server.kill()  # a clean stop writes a snapshot, which needs no log below it
        log = stage.server.data + "/log/"
        pristine = folder + "/pristine"
        shutil.copytree(log, pristine)
        used = [name for name in sorted(os.listdir(log)) if prepared(log + name) is False]
        assert len(used) >= 4, used
        first, second, middle, last = used[0], used[1], used[len(used) // 2], used[-1]
        damages = {
            "the first is missing": lambda: os.remove(log + first),
            "the middle is missing": lambda: os.remove(log + middle),
            "the last is missing": lambda: os.remove(log + last),
            "two are swapped": lambda: swap(log + second, log + middle),
            "one is twice there": lambda: shutil.copy(log + middle, log + number_of(last, 7)),
            "one stands for another": lambda: shutil.copy(log + second, log + middle),
            "one is older": lambda: shutil.copy(folder + "/older", older),
            "one is another log's": lambda: shutil.copy(
                f"{other.server.data}/log/{second}", log + second),
            "one is cut short": lambda: os.truncate(log + middle, 4096 * 100),
            "one is empty": lambda: os.truncate(log + middle, 0),
            "one is zeros": lambda: zero(log + middle),
        }
        for what, damage in damages.items():
            damage()
            try:
                is_damaged(stage, "begin" if what == "the first is missing" else ".segment")
            except AssertionError as error:
                raise AssertionError(f"{what}: {error}") from error
            shutil.rmtree(log)
            shutil.copytree(pristine, log)
        stage.stands_the_test()
        return f"{len(damages)} kinds refused: " + ", ".join(damages)


def prepared(path):
    """Whether a segment is prepared and holds nothing (store/FORMAT.md 2)."""
    with open(path, "rb") as file:
        return file.read(16)[12] == 1


def number_of(name, further):
    return f"{int(name.split('.')[0]) + further:020}.segment"


def swap(one, other):
    os.rename(one, one + "~")
    os.rename(other, one)
    os.rename(one + "~", other)


def zero(path):
    with open(path, "r+b") as file:
        file.write(bytes(os.path.getsize(path)))


def rotten_snapshots(program, library, folder):
    """A bad snapshot is set aside, and the one before it and the log lose nothing; if the log does
    not go back so far, the start is refused."""
    with Stage(program, folder) as stage:
        stage.start(AT_REST)
        snapshots = stage.server.data + "/snapshot/"

        def some():
            stage.take(stage.make_jobs(100))
            return int(stage.metrics()["belay_snapshots_total"]) >= 3

        wait_for(some, 60, "three snapshots")
        stage.server.kill()
        names = sorted(os.listdir(snapshots))
        assert len(names) == 2, names
        flip_byte(stage, snapshots + names[1])
        assert stage.server.verify()[0] == 1, "verify has not seen it"
        stage.compare()
        assert names[1] + ".bad" in os.listdir(snapshots) and names[1] in stage.server.log_text()
        stage.server.kill()
        for name in os.listdir(snapshots):
            if name.endswith(".snapshot"):
                flip_byte(stage, snapshots + name)
        line = stage.is_refused("snapshot/", "belay log dump")
        return "one rotten: the other one serves; both: " + line.split('"reason":')[1]


def flip_byte(stage, path):
    with open(path, "r+b") as file:
        place = stage.random.randrange(os.path.getsize(path))
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes((byte ^ 1 << stage.random.randrange(8),)))


def main(program, library):
    return run(*((name, True, lambda folder, scenario=scenario: scenario(program, library, folder))
                 for name, scenario in (("junk behind the end", junk_behind_the_end),
                                        ("a torn end", torn_end), ("a rotten end", rotten_end),
                                        ("lost writes", lost_writes),
                                        ("misplaced writes", misplaced_writes),
                                        ("wrong files", wrong_files),
                                        ("rotten snapshots", rotten_snapshots))))


if __name__ == "__main__":
    sys.exit(main(*(os.path.abspath(name) for name in sys.argv[1:3])))
