"""docs/performance.md says what was measured and nothing else: the page and the plots that
bench/speed/page.py makes of made-up results.

usage: bench_page_test.py REPOSITORY
"""

import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(ROOT / "bench" / "speed"))
import page  # noqa: E402
import svg  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
CLAIMED = "Measured here, within the bounds"
HOSTILE = "a <b> & \"c\" | `d` *e* ]]>"


def spread(low, median, high):
    return {"low": low, "median": median, "high": high}


def claim(what, value, at_least=None, at_most=None):
    median = value["median"] if isinstance(value, dict) else value
    return {"what": what, "value": value, "at_least": at_least, "at_most": at_most,
            "met": (at_least is None or median >= at_least)
            and (at_most is None or median <= at_most)}


def plot(kind, series, **more):
    return {"title": "A title", "kind": kind, "x_label": "across", "y_label": "up", "log_x": False,
            "log_y": False, "series": [{"name": name, "points": points}
                                       for name, points in series.items()], **more}


def result(name, claims=(), plots=(), tables=()):
    return {"bench": name, "question": f"What of {name}?", "method": "In turn.",
            "machine": {"processor": "a processor", "cores": 2, "kernel": "6", "load_before": 0.5,
                        "load_after": 1.5, "commit": "abc1234", "when": "2026-11-23 10:00 UTC",
                        "command": f"{name}_bench.py --rounds 3"},
            "details": {"rounds": 3}, "tables": list(tables), "plots": list(plots),
            "claims": list(claims)}


def cancel_claims(places=page.PLACES, rate=1.2):
    return [claim(f"fresh cancel, {family}, {place}, 256 connections, vs nginx return 200{end}",
                  rate if not end else 1.0, **bound)
            for family in page.FAMILIES for place in places
            for end, bound in (("", {"at_least": 1.0}), (": server CPU", {"at_most": 1.1}))]


def text_of(*results, notes=""):
    return page.page_of({each["bench"]: each for each in results}, page.read_notes(notes))


def opening(text):
    return text.split("## ")[0]


class Words(unittest.TestCase):
    def test_the_claim_is_made_only_where_all_of_it_is_measured_and_met(self):
        self.assertIn(CLAIMED, opening(text_of(result("cancel", cancel_claims()))))
        one_missed = cancel_claims()
        one_missed[0] = claim(one_missed[0]["what"], 0.99, at_least=1.0)
        for wrong, words in ((result("http"), "was not measured here"),
                             (result("cancel"), "in part only"),
                             (result("cancel", cancel_claims(["tmpfs"])), "in part only"),
                             (result("cancel", cancel_claims()[:-1]), "in part only"),
                             (result("cancel", one_missed), "12 figures that decide it 1 is")):
            self.assertNotIn(CLAIMED, text_of(wrong))
            self.assertIn(words, opening(text_of(wrong)))

    def test_the_claims_are_those_that_the_benchmark_makes(self):
        source = (ROOT / "bench" / "speed" / "cancel_bench.py").read_text()
        self.assertIn('f"fresh cancel, {name}, {place}, {self.title}, vs nginx return 200"', source)
        for words in ('": server CPU"', '" pipelined"', *(f'"{place}":' for place in page.PLACES)):
            self.assertIn(words, source)
        families = (ROOT / "bench" / "speed" / "cancel_families.py").read_text()
        self.assertEqual(set(re.findall(r'^    name = "(\w+)"', families, re.MULTILINE)),
                         set(page.FAMILIES))

    def test_counts_of_what_is_met_and_missed(self):
        good, bad = claim("good", 2.0, at_least=1), claim("bad", 3.0, at_most=1)
        whole = [claim(promise + " and so on", 2.0, at_least=1)
                 for promise in page.PROMISED["http"]]
        self.assertIn("All 3 figures", opening(text_of(result("http", whole))))
        self.assertIn("Of 3 figures that were held against a promise, 1 keeps it and 2 do not",
                      opening(text_of(result("http", [good, bad, bad]))))
        self.assertNotIn("figures that were held", text_of(result("another")))
        self.assertIn("None of these runs", text_of(result("another")))

    def test_a_promise_that_was_not_measured_is_said_to_be_so(self):
        whole = [claim(promise, 2.0, at_least=1) for promise in page.PROMISED["http"]]
        self.assertNotIn("not measured |", text_of(result("http", whole)))
        for some in (whole[1:], []):
            text = text_of(result("http", some))
            self.assertNotIn("All ", opening(text))
            self.assertIn(f"Not measured: {len(whole) - len(some)} of what", opening(text))
            self.assertIn(f"| `http` | {page.PROMISED['http'][0]} | – | – | not measured |", text)

    def test_promises_begin_as_the_claims_of_the_benchmarks(self):
        for name, starts in (("http", ["constant answer, requests/s", "constant answer, server CPU",
                                       "constant answer, pipelined"]),
                             ("idempotency", ['f"idempotency table, {mix}, {DRAWS[draw]}']),
                             ("latency", ["cancel p99 ", "cancel p99.9 "]),
                             ("log", ["log, records/s vs bare loop"]),
                             ("recovery", ['f"recovery from {what}', '"the log"', '"a snapshot"',
                                           'f"10 million jobs from {what}']),
                             ("memory", ["resident bytes of a queued job"]),
                             ("scale", ["cancel at 10 million jobs"])):
            source = (ROOT / "bench" / "speed" / f"{name}_bench.py").read_text()
            for start in starts:
                self.assertIn(start, source)

    def test_few_rounds_give_no_verdict(self):
        few = result("cancel", cancel_claims())
        few["details"]["rounds"] = page.ROUNDS_MIN - 1
        text = text_of(few)
        self.assertNotIn(CLAIMED, opening(text))
        self.assertNotIn("figures that were held", opening(text))
        self.assertIn("| at least 1.00 | 1.20 | fewer than 3 rounds: no verdict |", text)
        self.assertNotIn("| met |", text)

    def test_a_claim_is_a_row(self):
        text = text_of(result("http", [claim("fast", spread(0.5, 0.75, 1.5), at_least=1.0),
                                       claim("small", 673, at_most=400),
                                       claim("well", spread(2.0, 12345.6, 20000.0), at_least=2)]))
        self.assertIn("| `http` | fast | at least 1.00 | 0.75 (0.50 to 1.50) | **missed**: 75 % of "
                      "what was promised |", text)
        self.assertIn("| `http` | small | at most 400 | 673 | **missed**: 1.68 times what is "
                      "allowed |", text)
        self.assertIn("| `http` | well | at least 2 | 12,346 (2.00 to 20,000) | met |", text)

    def test_a_miss_is_never_rounded_onto_its_bound(self):
        self.assertIn("| at least 1.00 | 0.999 (0.90 to 1.10) |", text_of(result("http", [claim(
            "near", spread(0.9, 0.9994, 1.1), at_least=1.0)])))
        self.assertEqual(page.value_of(claim("near", 0.99996, at_least=1.0)), "0.99996")
        self.assertEqual(page.value_of(claim("near", 0.50001, at_most=0.5)), "0.50001")
        self.assertEqual(page.value_of(claim("near", 400.01, at_most=400)), "400.010")
        self.assertEqual(page.value_of(claim("met", 0.99996, at_least=0.9)), "1.00")
        self.assertIn("by less than 0.5 %", page.verdict(claim("near", 0.99996, at_least=1.0)))


class Sections(unittest.TestCase):
    def test_what_was_not_run_is_said_and_the_order_is_fixed(self):
        text = text_of(result("memory"), result("http"), result("another"))
        self.assertIn("## scale\n\nNot run", text)
        self.assertNotIn("## memory\n\nNot run", text)
        self.assertIn("Not run, and nothing said about: `cancel`, `idempotency`", opening(text))
        heads = re.findall(r"^## (\w+)$", text, re.MULTILINE)
        self.assertEqual([head for head in heads if head != "Claims"], [*page.BENCHES, "another"])

    def test_a_section_has_its_table_plots_and_command(self):
        rows = [["a", spread(1, 2000.0, 3000.4), None], [HOSTILE, 0.123, "text"]]
        text = text_of(result("http", plots=[plot("bars", {"s": [["a", 1, 1, 1]]})], tables=[
            {"title": "T", "columns": ["", "x", "y"], "rows": rows}]))
        self.assertIn("| a | 2,000 (1 to 3,000) | – |", text)
        self.assertIn("![A title](performance/http-1.svg)", text)
        self.assertIn("./dev bench http --rounds 3\n", text)
        self.assertIn(r'| a &lt;b&gt; &amp; "c" \| \`d\` \*e\* ]]&gt; | 0.12 | text |', text)

    def test_machines(self):
        other = result("memory")
        self.assertNotIn("same commit", text_of(result("http"), other))
        other["machine"]["commit"] = "def5678"
        text = text_of(result("http"), other)
        self.assertIn("Not all of these were measured at the same commit", text)
        self.assertIn("| `memory` | a processor | 2 | 6 | `def5678` | 2026-11-23 10:00 UTC | "
                      "0.5 / 1.5 |", text)

    def test_notes_are_taken_over(self):
        missed = result("http", [claim("fast", 0.5, at_least=1)])
        self.assertIn("### http: what holds it\n\nMissed: fast. What holds it has not",
                      text_of(missed))
        text = text_of(missed, notes="For all.\n\n## http\n\nThe kernel.\n\n```\n## no head\n```\n")
        self.assertIn("## What holds the figures\n\nFor all.\n\n### http: what holds it\n\n"
                      "The kernel.\n\n```\n## no head\n```", text)
        self.assertNotIn("What holds the", text_of(result("http")))


class Program(unittest.TestCase):
    def run_page(self, folder, results, notes=None):
        found, docs = folder / "results", folder / "docs"
        for path in (found, docs / "performance"):
            path.mkdir(parents=True, exist_ok=True)
        (docs / "performance" / "old-1.svg").write_text("of a run before")
        for each in results:
            (found / f"{each['bench']}.json").write_text(json.dumps(each))
        if notes is not None:
            (docs / "performance.notes.md").write_text(notes)
        done = subprocess.run(
            [sys.executable, "-B", str(ROOT / "bench" / "speed" / "page.py"), "--results",
             str(found), "--docs", str(docs)], capture_output=True, text=True, check=False)
        return done, {path.relative_to(docs).as_posix(): path.read_bytes()
                      for path in sorted(docs.rglob("*")) if path.is_file()}

    def test_the_same_results_give_the_same_bytes(self):
        made = [result("http", plots=[plot("bars", {"s": [["a", 1, 1, 2]]}),
                                      plot("lines", {"s": [[1, 1], [2, 4]]})]),
                result("cancel", cancel_claims())]
        trees = []
        for order in (made, made[::-1]):
            with tempfile.TemporaryDirectory() as folder:
                done, files = self.run_page(pathlib.Path(folder), order)
                self.assertEqual(done.returncode, 0, done.stderr)
                trees.append(files)
        self.assertEqual(trees[0], trees[1])
        self.assertEqual(sorted(trees[0]), ["performance.md", "performance/http-1.svg",
                                            "performance/http-2.svg"])

    def test_no_results_leave_the_page_alone_and_lost_notes_are_an_error(self):
        for results, notes, words in (([], None, "no results"),
                                      ([result("http")], "## htpp\n\nx\n", "htpp")):
            with tempfile.TemporaryDirectory() as folder:
                done, files = self.run_page(pathlib.Path(folder), results, notes)
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stderr)
                self.assertNotIn("performance.md", files)


class Plots(unittest.TestCase):
    SHAPES = {
        "one bar": plot("bars", {"s": [["a", 3, 2, 4]]}),
        "groups": plot("bars", {f"series {place}": [[f"name {name}", name * 1e5, name * 9e4,
                                                     name * 2e5] for name in range(9)]
                                for place in range(8)}),
        "a wide bar spread": plot("bars", {"s": [["a bar " * 6, 1, 0.001, 1e9], ["b", 5, 5, 5]]},
                                  log_y=True),
        "long names": plot("bars", {"a name " * 12: [["of a bar " * 20, 1, 1, 1],
                                                     ["x" * 90, 2, 2, 2]]}, title="long " * 60),
        "ratios": plot("bars", {"s": [["a", 0.5, 0.4, 0.6], ["b", 2, 1, 3]]}, y_label="ratio"),
        "zero": plot("bars", {"s": [["a", 0, 0, 0]]}),
        "negative": plot("bars", {"s": [["a", -0.4, -0.5, 0.2], ["b", 1, 1, 1]]}),
        "missing": plot("bars", {"s": [["a", None, None, None]], "t": []}),
        "hostile": plot("bars", {HOSTILE: [[HOSTILE, 1, 1, 1]]}, title=HOSTILE, y_label=HOSTILE),
        "line": plot("lines", {"s": [[1, 1], [2, 4], [8, 9]]}),
        "logs": plot("lines", {"s": [[10_000, 0.01], [1e7, 900]], "t": [[1e5, 3, 2, 4]]},
                     log_x=True, log_y=True),
        "names": plot("lines", {"s": [["p50", 1], ["p99", 2], ["p99.9", 8]]}, log_x=True),
        "many": plot("lines", {f"s{place}": [[x, x * place] for x in range(1, 300)]
                               for place in range(15)}),
        "no lines": plot("lines", {"s": []}),
        "a point at zero of logs": plot("lines", {"s": [[0, 0], [10, 5]]}, log_x=True, log_y=True),
    }

    def test_every_plot_is_well_formed_and_within_its_box(self):
        for name, shape in self.SHAPES.items():
            with self.subTest(name):
                drawn = xml.fromstring(svg.draw(copy.deepcopy(shape)))
                _, _, width, height = map(float, drawn.get("viewBox").split())
                self.assertTrue(all(float(bar.get("width")) >= 0
                                    for bar in drawn.iter(SVG + "rect")))
                for x, y in coordinates(drawn):
                    self.assertTrue(0 <= x <= width and 0 <= y <= height, (x, y, width, height))
                for text in drawn.iter(SVG + "text"):
                    left, right = extent(text)
                    self.assertTrue(left >= 0 and right <= width, (text.text, left, right))

    def test_no_two_texts_overlap(self):
        for name, shape in self.SHAPES.items():
            with self.subTest(name):
                boxes = [(*extent(text), float(text.get("y")), text.text)
                         for text in xml.fromstring(svg.draw(shape)).iter(SVG + "text")]
                for place, (left, right, y, one) in enumerate(boxes):
                    for other_left, other_right, other_y, other in boxes[place + 1:]:
                        self.assertFalse(left < other_right and other_left < right
                                         and abs(y - other_y) < 11, (one, other))

    def test_bars_are_as_long_as_their_figures(self):
        drawn = xml.fromstring(svg.draw(self.SHAPES["ratios"]))
        short, long = (float(bar.get("width")) for bar in drawn.iter(SVG + "rect")
                       if bar.get("height") == str(svg.BAR))
        self.assertAlmostEqual(long / short, 4, delta=0.01)

    def test_names_are_escaped(self):
        drawn = xml.fromstring(svg.draw(self.SHAPES["hostile"]))
        self.assertEqual([text.text for text in drawn.iter(SVG + "text")].count(HOSTILE), 3)
        self.assertEqual(drawn.find(SVG + "title").text, HOSTILE)

    def test_numbers(self):
        for value, text in ((0, "0"), (0.5, "0.5"), (12.5, "12.5"), (20_000, "20,000"),
                            (1e6, "1 M"), (1e7, "10 M"), (2.5e9, "2,500 M"), (0.001, "0.001")):
            self.assertEqual(svg.number(value), text)
        for value, text in ((0, "0"), (0.9, "0.90"), (0.0557, "0.056"), (99.987, "99.99"),
                            (48_792.85, "48,793")):
            self.assertEqual(svg.figure(value), text)


def coordinates(drawn):
    for each in drawn.iter():
        get = {name: float(value) for name, value in each.attrib.items()
               if name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height")
               and each.tag != SVG + "svg"}
        if each.tag == SVG + "rect":
            x, y = get.get("x", 0), get.get("y", 0)
            yield from ((x, y), (x + get["width"], y + get["height"]))
        elif each.tag == SVG + "line":
            yield from ((get["x1"], get["y1"]), (get["x2"], get["y2"]))
        elif each.tag == SVG + "circle":
            yield get["cx"], get["cy"]
        elif each.tag == SVG + "polyline":
            for point in each.get("points").split():
                yield tuple(map(float, point.split(",")))
        elif each.tag == SVG + "path":
            start = re.match(r"M(\S+) ([-\d.]+)", each.get("d"))
            x, y = map(float, start.groups())
            yield x, y
            yield from ((float(to), y) for to in re.findall(r"H([-\d.]+)", each.get("d")))
            yield from ((x, float(to)) for to in re.findall(r"V([-\d.]+)", each.get("d")))


def extent(text):
    """From where to where a text reaches, for a common font (DejaVu Sans is a wide one)."""
    kinds = (text.get("class") or "").split()
    wide = len(text.text or "") * (8.6 if "t" in kinds else 6.6)
    x = float(text.get("x"))
    return (x - wide, x) if "r" in kinds else (x - wide / 2, x + wide / 2) if "k" in kinds else \
        (x, x + wide)


if __name__ == "__main__":
    unittest.main()
