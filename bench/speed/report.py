"""What a benchmark says: tables, plots and claims, printed for people and saved as JSON, from which
docs/performance.md is made (bench/speed/page.py).

A cell is a text, a number, or a spread: {"low", "median", "high"} of the rounds. A claim holds a
measured figure against the number that was promised; it is met or it is not, and either is said.
"""

import json
import os

import lab


def text_of(cell):
    if isinstance(cell, dict):
        low, median, high = (number_of(cell[part]) for part in ("low", "median", "high"))
        return f"{median} ({low} to {high})"
    return number_of(cell)


def number_of(value):
    if isinstance(value, str):
        return value
    if value is None:
        return "–"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


class Report:
    """One run of one benchmark. `question` is one sentence, `method` a few."""

    def __init__(self, name, question, method, **details):
        self.content = {"bench": name, "question": question, "method": method,
                        "machine": lab.machine(), "details": details,
                        "tables": [], "plots": [], "claims": []}
        self.name = name
        self.ticks = lab.processor_ticks()
        machine = self.content["machine"]
        print(f"{question}\n{machine['processor']}, {machine['cores']} cores, load "
              f"{machine['load_before']:.2f} before, commit {machine['commit']}\n"
              f"$ {machine['command']}")

    def table(self, title, columns, rows):
        """The first column names the row; `rows` is a list of lists of cells."""
        self.content["tables"].append({"title": title, "columns": columns, "rows": rows})
        texts = [list(columns)] + [[text_of(cell) for cell in row] for row in rows]
        widths = [max(len(row[place]) for row in texts) for place in range(len(columns))]
        print(f"\n{title}")
        for row in texts:
            first = row[0].ljust(widths[0])
            rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            print("  ".join([first, *rest]).rstrip())

    def plot(self, title, kind, x_label, y_label, series, log_x=False, log_y=False):
        """kind "bars": points are [name, median, low, high]; "lines": [x, y]. `series` is a list of
        {"name", "points"}."""
        assert kind in ("bars", "lines"), kind
        self.content["plots"].append({"title": title, "kind": kind, "x_label": x_label,
                                      "y_label": y_label, "log_x": log_x, "log_y": log_y,
                                      "series": series})

    def claim(self, what, value, at_least=None, at_most=None):
        """`value` is a number or a spread, whose median counts."""
        figure = value["median"] if isinstance(value, dict) else value
        met = (at_least is None or figure >= at_least) and (at_most is None or figure <= at_most)
        self.content["claims"].append({"what": what, "value": value, "at_least": at_least,
                                       "at_most": at_most, "met": met})
        bound = f"at least {at_least}" if at_least is not None else f"at most {at_most}"
        print(f"{'met    ' if met else 'MISSED '} {what}: {text_of(value)}, {bound}")

    def save(self):
        ticks, stolen = (now - then for now, then in zip(lab.processor_ticks(), self.ticks))
        self.content["machine"].update(load_after=os.getloadavg()[0],
                                       memory_after=lab.memory_latency(),
                                       stolen_percent=100 * stolen / max(ticks, 1))
        lab.RESULTS.mkdir(parents=True, exist_ok=True)
        path = lab.RESULTS / f"{self.name}.json"
        path.write_text(json.dumps(self.content, indent=1, ensure_ascii=False) + "\n")
        print(f"\nwritten to {path.relative_to(lab.ROOT)}")
