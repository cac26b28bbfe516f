"""Plots of docs/performance.md: bars with the spread of their rounds, and lines, as SVG.

Nothing but text is made here, the same for the same plot. A plot has its own background in light
and in dark, since the page around an image does not tell it which of them it has. Widths of text
are estimates on the wide side: no font is asked.
"""

import math
import textwrap
from xml.sax.saxutils import escape

WIDTH, EDGE = 820, 18
LINE = 17  # of text
CHARACTER = 7  # of text at 12 pixels, on the wide side
LABEL_CHARACTERS = 36
BAR, BAR_GAP, GROUP_GAP = 15, 3, 12
LINES_HEIGHT = 300
# Told apart with every colour vision (after Okabe and Ito), in light and in dark.
COLORS = [("#0072b2", "#56a9e8"), ("#e08a00", "#f0ad3d"), ("#00876a", "#2fc79f"),
          ("#b8558f", "#e08fc0"), ("#c4460a", "#f5794a"), ("#6a6f76", "#a9b0b8")]
DASHES = ["", "7 4", "2 3"]


def style():
    light = "".join(f".c{place}{{--c:{pair[0]}}}" for place, pair in enumerate(COLORS))
    dark = "".join(f".c{place}{{--c:{pair[1]}}}" for place, pair in enumerate(COLORS))
    # Each colour twice: a viewer that knows no variables shows the light ones.
    plain = "".join(f".b.c{place},.m.c{place}{{fill:{pair[0]};fill:var(--c)}}"
                    f".l.c{place}{{stroke:{pair[0]};stroke:var(--c)}}"
                    for place, pair in enumerate(COLORS))
    return ("text{font:12px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;"
            "fill:#24292f}.t{font-size:15px;font-weight:600}.q{fill:#57606a}.r{text-anchor:end}"
            ".v{paint-order:stroke;stroke:#ffffff;stroke-width:3px}"
            ".k{text-anchor:middle}.p{fill:#ffffff}.g{stroke:#e4e8ec}.a{stroke:#8c959f}"
            ".w{stroke:#24292f;stroke-width:1.3;fill:none}.one{stroke:#57606a;stroke-dasharray:4 3}"
            f".l{{fill:none;stroke-width:2}}{light}{plain}"
            "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.q{fill:#9da7b1}.p{fill:#0d1117}"
            ".v{stroke:#0d1117}"
            ".g{stroke:#262c34}.a{stroke:#6e7681}.w{stroke:#e6edf3}.one{stroke:#9da7b1}"
            f"{dark}}}")


def number(value):
    """Of an axis: three digits that count, thousands with commas."""
    size = abs(value)
    if size >= 10_000_000 or (size >= 1_000_000 and value % 100_000 == 0):
        return f"{value / 1e6:,.4g} M"
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if size < 10 else f"{value:.1f}".removesuffix(".0")


def place_of(value):
    """A coordinate, without noise."""
    return f"{value:.1f}".removesuffix(".0")


def figure(value):
    """As a table has it."""
    size = abs(value)
    if size >= 100 or size == 0:
        return number(value)
    return f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"


class Axis:
    """From values to coordinates between `begin` and `end`, linear from zero or logarithmic."""

    def __init__(self, values, begin, end, log, whole=False):
        """`whole`: it ends at a tick."""
        values = [value for value in values if not log or value > 0] or [1]
        self.begin, self.end, self.log = begin, end, log
        if log:
            self.low, self.high = under(min(values)), -under(-max(values))
            if self.low == self.high:
                self.high = self.low * 10
        else:
            self.low, self.high = min(0, *values), max(0, *values)
            if self.low == self.high:
                self.high = self.low + 1
            if whole:
                step = self.step()
                self.high = math.ceil(self.high / step - 1e-9) * step

    def at(self, value):
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(max(value, low))
        return self.begin + (value - low) / (high - low) * (self.end - self.begin)

    def ticks(self):
        if self.log:
            steps = (1,) if self.high / self.low >= 1000 else (1, 2, 5)
            first = math.floor(math.log10(self.low)) - 1
            powers = range(first, math.ceil(math.log10(self.high)) + 2)
            found = [float(f"{step}e{power}") for power in powers for step in steps]
        else:
            step = self.step()
            found = [step * count for count in range(math.ceil(self.low / step - 1e-9),
                                                     math.floor(self.high / step + 1e-9) + 1)]
        slack = 1 + 1e-9
        return [float(f"{tick:.10g}") for tick in found
                if self.low / slack <= tick <= self.high * slack or not self.log]

    def step(self):
        rough = (self.high - self.low) / 5
        power = 10 ** math.floor(math.log10(rough))
        return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * 0.999)


def under(value):
    """The next of …, 1, 2, 5, 10, … below a positive value; of a negative one, mirrored, above."""
    size = abs(value)
    power = math.floor(math.log10(size))
    steps = [float(f"{step}e{exponent}") for exponent in (power - 1, power, power + 1)
             for step in (1, 2, 5)]
    if value < 0:
        return -min(step for step in steps if step >= size * (1 - 1e-9))
    return max(step for step in steps if step <= size * (1 + 1e-9))


class Canvas:
    """The elements, and how far down the page they reach."""

    def __init__(self, title, names, of_lines=False):
        self.title, self.items, self.down = title, [], EDGE + 12
        for line in textwrap.wrap(title, 92) or [""]:
            self.text(EDGE, self.down, line, "t")
            self.down += LINE + 3
        self.legend(names, of_lines)

    def legend(self, names, of_lines):
        across, sign = EDGE, 34 if of_lines else 18
        for place, name in enumerate(names):
            wide = sign + CHARACTER * len(name) + 16
            if across + wide > WIDTH - EDGE and across > EDGE:
                across, self.down = EDGE, self.down + LINE
            if of_lines:
                draw_line(self, place, [(across, self.down - 4), (across + 26, self.down - 4)], ())
                dot(self, place, across + 13, self.down - 4)
            else:
                self.items.append(f'<rect class="b {color(place)}" x="{place_of(across)}" '
                                  f'y="{place_of(self.down - 9)}" width="11" height="11" rx="2"/>')
            self.text(across + sign, self.down, name)
            across += wide
        self.down += LINE

    def text(self, across, down, text, kind=""):
        kind = f' class="{kind}"' if kind else ""
        self.items.append(f'<text{kind} x="{place_of(across)}" y="{place_of(down)}">'
                          f"{escape(text)}</text>")

    def line(self, kind, x1, y1, x2, y2):
        ends = zip(("x1", "y1", "x2", "y2"), (x1, y1, x2, y2))
        self.items.append(f'<line class="{kind}" ' + " ".join(
            f'{name}="{place_of(value)}"' for name, value in ends) + "/>")

    def done(self):
        high = math.ceil(self.down + EDGE)
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" width="{WIDTH}" '
            f'height="{high}" role="img">', f"<title>{escape(self.title)}</title>",
            f"<style>{style()}</style>",
            f'<rect class="p" width="{WIDTH}" height="{high}" rx="6"/>', *self.items,
            "</svg>", ""])


def color(place):
    return f"c{place % len(COLORS)}"


def usable(point):
    """Whether all figures of a point are there: a missing one is no bar of length zero."""
    return all(isinstance(value, (int, float)) and math.isfinite(value) for value in point[1:])


def draw(plot):
    """The text of the plot that report.Report.plot describes."""
    return bars(plot) if plot["kind"] == "bars" else lines(plot)


def bars(plot):
    names = [series["name"] for series in plot["series"]]
    canvas = Canvas(plot["title"], names)
    groups = {}
    for place, series in enumerate(plot["series"]):
        for point in filter(usable, series["points"]):
            groups.setdefault(str(point[0]), []).append((place, *point[1:]))
    labels = {name: textwrap.wrap(name, LABEL_CHARACTERS) or [""] for name in groups}
    left = EDGE + 10 + CHARACTER * max((len(line) for wrapped in labels.values()
                                        for line in wrapped), default=0)
    values = [value for group in groups.values() for bar in group for value in bar[1:]]
    value_room = 8 + CHARACTER * max((len(figure(bar[1])) for group in groups.values()
                                      for bar in group), default=0)
    axis = Axis(values, left, WIDTH - EDGE - value_room, plot["log_x"] or plot["log_y"])
    heights = {name: max(len(group) * (BAR + BAR_GAP) - BAR_GAP, len(labels[name]) * LINE)
               for name, group in groups.items()}
    top = canvas.down
    bottom = top + sum(heights.values()) + GROUP_GAP * max(len(groups), 1)
    last = -math.inf
    for tick in axis.ticks():
        canvas.line("g", axis.at(tick), top, axis.at(tick), bottom)
        half = CHARACTER * len(number(tick)) / 2
        if axis.at(tick) - half > last + 6:
            canvas.text(axis.at(tick), bottom + LINE, number(tick), "q k")
            last = axis.at(tick) + half
    if is_ratio(plot) and axis.low <= 1 <= axis.high:
        canvas.line("one", axis.at(1), top, axis.at(1), bottom)
    down = top + GROUP_GAP / 2
    for name, group in groups.items():
        middle = down + heights[name] / 2
        first = middle - (len(labels[name]) - 1) * LINE / 2 + 4
        for count, line in enumerate(labels[name]):
            canvas.text(left - 10, first + count * LINE, line, "r")
        each = middle - (len(group) * (BAR + BAR_GAP) - BAR_GAP) / 2
        for bar in group:
            draw_bar(canvas, axis, each, *bar)
            each += BAR + BAR_GAP
        down += heights[name] + GROUP_GAP
    zero = axis.begin if axis.log else axis.at(0)
    canvas.line("a", zero, top, zero, bottom)
    canvas.down = bottom + LINE
    below(canvas, ", ".join(filter(None, (plot["y_label"], plot["x_label"]))), axis)
    return canvas.done()


def draw_bar(canvas, axis, down, place, median, low=None, high=None):
    begin = axis.begin if axis.log else axis.at(0)
    start, end = sorted((begin, axis.at(median)))
    canvas.items.append(f'<rect class="b {color(place)}" x="{place_of(start)}" y="{place_of(down)}"'
                        f' width="{place_of(end - start)}" height="{BAR}" rx="1.5"/>')
    if low is not None and high is not None:
        first, last, middle = axis.at(low), axis.at(high), down + BAR / 2
        canvas.items.append(
            f'<path class="w" d="M{place_of(first)} {place_of(middle - 3.5)}v7m0 -3.5H'
            f'{place_of(last)}m0 -3.5v7"/>')
        end = max(end, last)
    canvas.text(end + 6, down + BAR / 2 + 4.5, figure(median), "v")


def is_ratio(plot):
    return "ratio" in plot["y_label"]


def below(canvas, label, axis):
    if label:
        canvas.down += LINE
        canvas.text((axis.begin + axis.end) / 2, canvas.down, label, "q k")


def lines(plot):
    canvas = Canvas(plot["title"], [series["name"] for series in plot["series"]], of_lines=True)
    points = [(place, point) for place, series in enumerate(plot["series"])
              for point in series["points"] if usable(point)]
    names = list(dict.fromkeys(point[0] for _, point in points))
    named = any(isinstance(name, str) for name in names)
    values = [value for _, point in points for value in point[1:]]
    canvas.text(EDGE, canvas.down + 2, plot["y_label"], "q")
    top = canvas.down + LINE
    bottom = top + LINES_HEIGHT
    tall = Axis(values, bottom, top, plot["log_y"], whole=True)
    left = EDGE + 14 + CHARACTER * max(len(number(tick)) for tick in tall.ticks())
    right = WIDTH - EDGE - 24
    wide = Axis(range(len(names)) if named else names, left, right, plot["log_x"] and not named)
    if not named and not wide.log and names:
        wide.low = min(names) if min(names) > 0.5 * max(names) else wide.low
    across = {name: wide.at(names.index(name) if named else name) for name in names}
    for tick in tall.ticks():
        canvas.line("g", left, tall.at(tick), right, tall.at(tick))
        canvas.text(left - 8, tall.at(tick) + 4, number(tick), "q r")
    if is_ratio(plot) and tall.low <= 1 <= tall.high:
        canvas.line("one", left, tall.at(1), right, tall.at(1))
    canvas.line("a", left, bottom, right, bottom)
    ticks = across_ticks(wide, across)
    last = -math.inf
    for place, text in ticks:
        half = CHARACTER * len(text) / 2
        canvas.line("a", place, bottom, place, bottom + 4)
        if place - half > last + 6:
            canvas.text(place, bottom + LINE + 2, text, "q k")
            last = place + half
    for place, series in enumerate(plot["series"]):
        drawn = [(across[point[0]], *(tall.at(value) for value in point[1:]))
                 for point in series["points"] if usable(point)]
        draw_line(canvas, place, drawn, drawn)
    canvas.down = bottom + LINE + 2
    below(canvas, plot["x_label"], wide)
    return canvas.done()


def across_ticks(axis, across):
    """The measured places where they are few and their names find room, else round ones."""
    places = sorted((place, name if isinstance(name, str) else number(name))
                    for name, place in across.items())
    room = all(after[0] - before[0] > CHARACTER * (len(before[1]) + len(after[1])) / 2 + 6
               for before, after in zip(places, places[1:]))
    if any(isinstance(name, str) for name in across) or (room and len(places) <= 9):
        return places
    return [(axis.at(tick), number(tick)) for tick in axis.ticks()]


def draw_line(canvas, place, path, points):
    """Through `path`; `points` are marked: (x, y) or (x, y, low, high), as coordinates."""
    dash = DASHES[place // len(COLORS) % len(DASHES)]
    dash = f' stroke-dasharray="{dash}"' if dash else ""
    if len(path) > 1:
        path = " ".join(f"{place_of(point[0])},{place_of(point[1])}" for point in path)
        canvas.items.append(f'<polyline class="l {color(place)}"{dash} points="{path}"/>')
    for point in points:
        if len(point) == 4:
            canvas.items.append(f'<path class="w" d="M{place_of(point[0] - 3.5)} '
                                f'{place_of(point[2])}h7m-3.5 0V{place_of(point[3])}m-3.5 0h7"/>')
        dot(canvas, place, point[0], point[1])


def dot(canvas, place, across, down):
    canvas.items.append(f'<circle class="m {color(place)}" cx="{place_of(across)}" '
                        f'cy="{place_of(down)}" r="3.5"/>')
