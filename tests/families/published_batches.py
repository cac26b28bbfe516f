"""The attributes that the published page of batch jobs names, read out of it at run time: what a
shown job has must be named there, with that type."""

import pathlib
import re

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "seeds"
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
FITS = {
    "string": lambda value: isinstance(value, str),
    "enum": lambda value: isinstance(value, str),
    "timestamp": lambda value: isinstance(value, str) and TIME.match(value),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "int64": lambda value: isinstance(value, str) and value.isdecimal(),
    "map": lambda value: isinstance(value, dict),
    "object": lambda value: isinstance(value, dict),
}


def read_attributes():
    """Path to type; and the words of `status`."""
    pages = list(SHARED.glob("001_*.txt"))
    if not pages:
        print("SKIPPED: the published page of batch jobs is not here", flush=True)
        return None, None
    page = pages[0].read_text()
    listed = page[page.index("## Response attributes"):page.index("## Error Codes")]
    types = dict(re.findall(r"- `([a-z_0-9.]+)` \((\w+)", listed))
    begin = listed.index("Possible enum values:")
    end = listed.index("- `status_details`")
    return types, set(re.findall(r"- `([a-z_]+)`", listed[begin:end]))


TYPES, STATUSES = read_attributes()


def check(job):
    """Raises AssertionError for an attribute that the page does not know so."""
    if TYPES is None:
        return
    assert job["status"] in STATUSES, job["status"]

    def look(value, path):
        for name, inner in value.items():
            whole = path + name
            assert whole in TYPES, f"{whole} is not on the page"
            kind = TYPES[whole]
            assert FITS[kind](inner), f"{whole} is no {kind}: {inner!r}"
            if kind == "object":
                look(inner, whole + ".")

    look(job, "")
