"""A write that a crash tears: of the sectors that the last group of the log has changed, some are
what they were before.

A process that is killed loses nothing that it has given to the system, so a torn write is made: the
log is read before one more request is sent to a server at rest, and again after the kill. What
differs is what the disk may or may not have got. The request's answer is not taken, so that both
are right afterwards.
"""

import os

SECTOR = 512
BLOCK = 4096
MARKS_END = 3 * BLOCK  # a segment: header, two marks, frames (store/FORMAT.md)


def read_log(data):
    """{name: bytes} of the log, and what would forbid to tear it: the snapshots there are."""
    log = {}
    for name in os.listdir(data + "/log"):
        with open(f"{data}/log/{name}", "rb") as file:
            log[name] = file.read()
    snapshots = data + "/snapshot"
    return log, sorted(os.listdir(snapshots)) if os.path.exists(snapshots) else []


def tear(data, before, choose):
    """Tears the only group that was written since `before` (of read_log), in `choose`'s way: often
    its end is missing, else any of its sectors. Gives how many of them are new and old, or None if
    something else was written, too."""
    log, snapshots = before
    now, snapshots_now = read_log(data)
    changed = [name for name in now if now[name] != log.get(name)]
    if snapshots != snapshots_now or log.keys() != now.keys() or len(changed) != 1:
        return None
    name = changed[0]
    old, new = log[name], now[name]
    sectors = [at for at in range(MARKS_END, len(new), SECTOR)
               if new[at:at + SECTOR] != old[at:at + SECTOR]]
    if not sectors or len({at // BLOCK for at in sectors}) != 1:
        return None
    if len(sectors) > 1 and choose.random() < 0.6:
        kept = sectors[:choose.randrange(1, len(sectors))]
    else:
        kept = [at for at in sectors if choose.random() < 0.5]
    with open(f"{data}/log/{name}", "r+b") as file:
        file.write(old[:MARKS_END])  # a mark rides behind its group
        for at in sectors:
            if at not in kept:
                file.seek(at)
                file.write(old[at:at + SECTOR])
    return len(kept), len(sectors) - len(kept)
