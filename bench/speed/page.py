#!/usr/bin/env python3
"""Makes docs/performance.md and its plots from what the benchmarks left in build/bench-results.

usage: page.py [--results FOLDER] [--docs FOLDER]

The same results give the same bytes. The words follow the figures: what was missed is said to be
missed, what was not run is said to be not run. Prose about the misses is kept by hand in
docs/performance.notes.md, a heading "## NAME" for each benchmark, and is taken over.
"""

import argparse
import json
import pathlib
import sys

import report
import svg

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCHES = ("http", "cancel", "idempotency", "latency", "log", "recovery", "memory", "scale")
# The sentence at the top needs each of these, on either disk, at a rate and at a price.
FAMILIES = ("exports", "batches", "transfers")
PLACES = ("tmpfs", "real disk")
# How the claim of each promise begins, so that one that was not measured is said to be so.
PROMISED = {
    "http": ["constant answer, requests/s", "constant answer, server CPU",
             "constant answer, pipelined"],
    "cancel": [*(f"fresh cancel, {family}, {place}, {shape}, vs nginx return 200"
                 for family in FAMILIES for place in PLACES
                 for shape in ("256 connections", "64 connections, 16 deep")),
               *(f"fresh cancel, exports, real disk, 256 connections, vs {name}"
                 for name in ("PostgreSQL", "fastify", "Redis")), "replayed cancel vs fresh"],
    "idempotency": [f"idempotency table, {mix}, {draw}" for mix in ("insert", "hit", "mismatch")
                    for draw in ("one hot key", "Zipf 0.99", "uniform")],
    "latency": ["cancel p99 ", "cancel p99.9 "],
    "log": ["log, records/s vs bare loop"],
    "recovery": [f"{what} from {source}" for what in ("recovery", "10 million jobs")
                 for source in ("the log", "a snapshot")],
    "memory": ["resident bytes of a queued job"],
    "scale": ["cancel at 10 million jobs"],
}
ROUNDS_MIN = 3  # for a median to say something


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "build" / "bench-results")
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs")
    options = parser.parse_args()
    results = read_results(options.results)
    if not results:
        sys.exit(f"page.py: no results in {options.results}; ./dev bench makes them")
    notes_file = options.docs / "performance.notes.md"
    notes = read_notes(notes_file.read_text()) if notes_file.exists() else {}
    unknown = sorted(set(notes) - {""} - set(results) - set(BENCHES))
    if unknown:
        sys.exit(f"page.py: {notes_file} speaks of unknown benchmarks: {', '.join(unknown)}")
    folder = options.docs / "performance"
    folder.mkdir(parents=True, exist_ok=True)
    plots = {f"{name}-{number}.svg": svg.draw(plot) for name, result in results.items()
             for number, plot in enumerate(result["plots"], 1)}
    for old in folder.glob("*.svg"):
        if old.name not in plots:
            old.unlink()
    for name, text in plots.items():
        (folder / name).write_text(text)
    page = options.docs / "performance.md"
    page.write_text(page_of(results, notes))
    print(f"written to {page}, {len(plots)} plots")


def read_results(folder):
    """{name: result}, in the order of the page; benchmarks that it does not know at its end."""
    found = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    return {name: found[name] for name in (*BENCHES, *sorted(set(found) - set(BENCHES)))
            if name in found}


def read_notes(text):
    """{name of a benchmark, or "" before the first: prose}."""
    notes, name, fenced = {}, "", False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        if line.startswith("## ") and not fenced:
            name = line[3:].strip()
        else:
            notes.setdefault(name, []).append(line)
    return {name: "\n".join(lines).strip() for name, lines in notes.items()
            if "\n".join(lines).strip()}


def page_of(results, notes):
    names = [*BENCHES, *(name for name in results if name not in BENCHES)]
    parts = ["# Speed", opening(results), *machines(results), *claims(results)]
    for name in names:
        parts += section(name, results[name]) if name in results else not_run(name)
    parts += repeat()
    parts += held(names, results, notes)
    return "\n\n".join(parts) + "\n"


def opening(results):
    claims_made = [claim for result in results.values() for claim in judged(result)]
    unmeasured = sum(len(not_measured(name, result)) for name, result in results.items())
    met = sum(claim["met"] for claim in claims_made)
    words = [headline(results.get("cancel"))]
    if met == len(claims_made) and met and not unmeasured:
        words.append(f"All {met} figures below that were held against a promise keep it.")
    elif claims_made:
        words.append(f"Of {len(claims_made)} figures that were held against a promise, {met} "
                     f"{'keeps' if met == 1 else 'keep'} it and {len(claims_made) - met} "
                     f"{'does' if len(claims_made) - met == 1 else 'do'} not; the table of claims "
                     "says which.")
    if unmeasured:
        words.append(f"Not measured: {unmeasured} of what was promised of these benchmarks.")
    missing = [f"`{name}`" for name in BENCHES if name not in results]
    if missing:
        words.append(f"Not run, and nothing said about: {', '.join(missing)}.")
    words.append("Each section says what was measured and what each candidate does and does not "
                 "do; figures of different runs are not to be compared.")
    return " ".join(words)


def judged(result):
    """The claims that a verdict may be said of."""
    enough = result["details"].get("rounds", ROUNDS_MIN) >= ROUNDS_MIN
    return result["claims"] if enough else []


def not_measured(name, result):
    """The promises that no claim with a verdict speaks of."""
    return [promise for promise in PROMISED.get(name, [])
            if not any(claim["what"].startswith(promise) for claim in judged(result))]


def headline(cancel):
    claim = ("a fresh, authenticated, idempotent, durable cancel costs what nginx spends on "
             "`return 200`, plus the disk")
    if cancel is None:
        return f"The claim to earn is that {claim}. It was not measured here, and is not made."
    fresh = [each for each in judged(cancel) if each["what"].startswith("fresh cancel")
             and "nginx" in each["what"] and not each["what"].endswith("pipelined")]
    wanted = [(family, place, cost) for family in FAMILIES for place in PLACES
              for cost in (False, True)]
    whole = all(any(f", {family}, {place}, " in each["what"]
                    and each["what"].endswith("CPU") == cost for each in fresh)
                for family, place, cost in wanted)
    missed = sum(not each["met"] for each in fresh)
    if missed:
        return (f"The claim to earn is that {claim}. It is not earned as a whole: of the "
                f"{len(fresh)} figures that decide it {missed} "
                f"{'is' if missed == 1 else 'are'} missed.")
    if not whole:
        return (f"The claim to earn is that {claim}. It was measured in part only, and is not "
                "made.")
    return ("Measured here, within the bounds of the table below and for each family of jobs: "
            f"{claim}.")


def memory_of(machine):
    """Of loads near and far, before and after: "1.2 and 20 / 1.3 and 25"."""
    return " / ".join(f"{found['near_ns']:.1f} and {found['far_ns']:.0f}" for found in
                      (machine.get("memory_before"), machine.get("memory_after")) if found) or "–"


def machines(results):
    rows = []
    for name, result in results.items():
        machine = result["machine"]
        rows.append([f"`{name}`", machine["processor"], str(machine["cores"]), machine["kernel"],
                     f"`{machine['commit']}`", machine.get("when", "not recorded"),
                     f"{machine['load_before']:.1f} / {machine.get('load_after', 0):.1f}",
                     memory_of(machine),
                     f"{machine['stolen_percent']:.1f} %" if "stolen_percent" in machine else "–"])
    parts = ["## Where and when", table(["bench", "processor", "cores", "kernel", "commit", "when",
                                         "load before / after", "ns a load, near and far",
                                         "taken by the host"], rows)]
    parts.append(
        "Near is a load from 16 KiB that the core has for itself, far one from 16 MiB in the cache "
        "that it shares with whoever else runs on the processor: the two tell how fast the machine "
        "was at the time. belay keeps jobs, keys and answers in memory where a constant answer "
        "keeps nothing, so a slow far load costs it more than nginx.")
    if len({result["machine"]["commit"] for result in results.values()}) > 1:
        parts.append("Not all of these were measured at the same commit.")
    return parts


def claims(results):
    rows = []
    for name, result in results.items():
        with_verdict = judged(result)
        rows += [[f"`{name}`", escaped(claim["what"]), bound_of(claim), value_of(claim),
                  verdict(claim) if with_verdict else f"fewer than {ROUNDS_MIN} rounds: no verdict"]
                 for claim in result["claims"]]
        if with_verdict or not result["claims"]:
            rows += [[f"`{name}`", escaped(promise), "–", "–", "not measured"]
                     for promise in not_measured(name, result)]
    if not rows:
        return ["## Claims", "None of these runs held a figure against a promise."]
    return ["## Claims",
            "Measured is the median of the rounds (with the lowest and the highest of them).",
            table(["bench", "what", "bound", "measured", "result"], rows)]


def read(text):
    return float(text.replace(",", ""))


def limit_of(claim):
    """The bound that was missed; of a claim that is met, any."""
    low, high = claim["at_least"], claim["at_most"]
    return low if low is not None and (high is None or median_of(claim) < low) else high


def bound_of(claim):
    both = [f"{word} {report.number_of(claim[key])}" for word, key in
            (("at least", "at_least"), ("at most", "at_most")) if claim[key] is not None]
    return " and ".join(both)


def median_of(claim):
    return claim["value"]["median"] if isinstance(claim["value"], dict) else claim["value"]


def value_of(claim):
    """As report.py prints it, but never rounded onto a bound that was missed."""
    value, median = claim["value"], median_of(claim)
    text, digits, bound = report.number_of(median), 2, report.number_of(limit_of(claim))
    while not claim["met"] and read(text) == read(bound) and digits < 12:
        digits += 1
        text = f"{median:,.{digits}f}"
    if isinstance(value, dict):
        text += f" ({report.number_of(value['low'])} to {report.number_of(value['high'])})"
    return text


def verdict(claim):
    if claim["met"]:
        return "met"
    median, limit = median_of(claim), limit_of(claim)
    if limit <= 0 or median < 0:
        return "**missed**"
    part = median / limit
    if abs(part - 1) < 0.005:
        return "**missed**, by less than 0.5 %"
    if part < 1:
        return f"**missed**: {part * 100:.0f} % of what was promised"
    return f"**missed**: {part:.2f} times what is allowed"


def section(name, result):
    parts = [f"## {name}", escaped(result["question"]), f"Method. {escaped(result['method'])}"]
    parts += [f"![{escaped(plot['title'], '[]')}](performance/{name}-{number}.svg)"
              for number, plot in enumerate(result["plots"], 1)]
    for each in result["tables"]:
        rows = [[escaped(report.text_of(cell)) for cell in row] for row in each["rows"]]
        parts += [f"**{escaped(each['title'])}**",
                  table([escaped(column) for column in each["columns"]], rows, numbers=True)]
    details = [f"- {escaped(key.replace('_', ' '))}: {detail(value)}"
               for key, value in result["details"].items()]
    if details:
        parts += ["Settings of the run:", "\n".join(details)]
    parts += ["To repeat it:", fenced(command_of(result["machine"]["command"]))]
    return parts


def command_of(command):
    program, _, options = command.partition(" ")
    name = program.removesuffix(".py").removesuffix("_bench")
    return f"./dev bench {name} {options}".rstrip()


def not_run(name):
    return [f"## {name}", f"Not run: there is no result of it, and nothing is said about it. "
            f"`./dev bench {name}` makes one."]


def repeat():
    return ["## How to repeat",
            fenced("./dev bench                # every benchmark, then this page\n"
                   "./dev bench NAME [ARG…]    # one, with its own options (--help shows them)\n"
                   "./dev bench page           # this page from the results that are there"),
            "On Debian 12; what is missing is installed first, the peers too, and no service of "
            "theirs is started by that. Results are left in `build/bench-results`. A figure means "
            "something on a machine that does nothing else."]


def held(names, results, notes):
    parts = []
    for name in names:
        missed = [claim for claim in results.get(name, {"claims": []})["claims"]
                  if not claim["met"]]
        if name in notes:
            parts += [f"### {name}: what holds it", notes[name]]
        elif missed:
            parts += [f"### {name}: what holds it",
                      f"Missed: {'; '.join(escaped(claim['what']) for claim in missed)}. What "
                      "holds it has not been written down."]
    if not parts and "" not in notes:
        return []
    return ["## What holds the figures", *([notes[""]] if "" in notes else []), *parts]


def table(columns, rows, numbers=False):
    """`numbers`: all but the first column to the right."""
    ruler = ["---", *("--:" if numbers else "---" for _ in columns[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (columns, ruler, *rows))


def fenced(text):
    return f"```\n{text}\n```"


def escaped(text, more=""):
    """Text that Markdown shows as it is."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{sign}" if sign in "\\|*_`" + more else sign for sign in text)


def detail(value):
    if isinstance(value, dict):
        return ", ".join(code(f"{key}={part}") for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(code(str(part)) for part in value)
    return escaped(report.number_of(value) if isinstance(value, (int, float)) else str(value))


def code(text):
    return escaped(text) if "`" in text else f"`{text}`"


if __name__ == "__main__":
    main()
