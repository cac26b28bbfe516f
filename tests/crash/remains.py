"""What the data directory, the log of a start and the numbers of a long run must look like, beside
what the server says over HTTP."""


def judge_files(exports, sets, jobs, contexts):
    """The names under files/ of a server at rest against all jobs and contexts that it names."""
    succeeded = {job["id"] for job in jobs if job["status"] == "SUCCEEDED"}
    filled = {context["id"] for context in contexts if "sha256" in context}
    for kind, names, owners in (("export", exports, succeeded), ("set", sets, filled)):
        found = set()
        for name in names:
            owner = name[:36]
            if name.endswith(".tmp"):
                yield f"a temporary {kind} is left: {name}"
            elif owner not in owners:
                yield f"an {kind} that no record names: {name}"
            elif owner in found:
                yield f"a second {kind} of {owner}: {name}"
            found.add(owner)
        for owner in owners - found:
            yield f"the {kind} of {owner} is missing"


def judge_orderly_end(exports, sets):
    """Who stops in order has discarded what will not be finished, at that time and not at the next
    start."""
    for name in (*exports, *sets):
        if name.endswith(".tmp"):
            yield f"an orderly end leaves {name}"


def judge_cut(cut_bytes, log_lines):
    """A start that has cut the end of the log says so once, with the octets; others do not."""
    told = [line for line in log_lines if "has been cut" in line.get("message", "")]
    if cut_bytes and [line.get("bytes") for line in told] != [cut_bytes]:
        yield f"{cut_bytes} bytes were cut, and the log says {told}"
    if not cut_bytes and told:
        yield f"nothing was cut, and the log says {told}"


def judge_hashes(hashes):
    """Of the state that starts on copies of one directory, and starts after those, have found."""
    if len(set(hashes)) != 1:
        yield f"starts on one directory differ in the state that they find: {hashes}"


def judge_growth(samples, allowed):
    """`samples`: a dictionary of numbers for each quiet moment; the last third is at most `allowed`
    above the first third, in the median. Fewer than three tell nothing."""
    if len(samples) < 3:
        return
    third = len(samples) // 3
    for name, most in allowed.items():
        first = sorted(sample[name] for sample in samples[:third])[third // 2]
        last = sorted(sample[name] for sample in samples[-third:])[third // 2]
        if last > first + most:
            yield f"{name} has grown from {first} to {last}"
