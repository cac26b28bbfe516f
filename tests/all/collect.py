"""Makes one list of tests out of several build trees, so that one ctest gives one summary.

usage: collect.py BUILD_DIRECTORY PRESET=FILTER...

FILTER is "all", "only:LABEL", "all-but:LABEL,LABEL..." or "all-but:LABEL,...+KEPT": without those
of any LABEL, but with those of them that are KEPT, too. Writes
BUILD_DIRECTORY/all/CTestTestfile.cmake, in which a test is called PRESET/NAME and carries its
preset as one more label.
"""

import json
import pathlib
import subprocess
import sys

# Names that one tree's tests use among themselves get the preset, too.
PRIVATE_NAMES = {"DEPENDS", "FIXTURES_CLEANUP", "FIXTURES_REQUIRED", "FIXTURES_SETUP"}


def tests_of(tree):
    shown = subprocess.run(
        ["ctest", "--test-dir", str(tree), "--show-only=json-v1"],
        check=True, capture_output=True, text=True)
    return json.loads(shown.stdout)["tests"]


def properties_of(test):
    return {entry["name"]: entry["value"] for entry in test.get("properties", [])}


def matches(labels, rule):
    kind, _, label = rule.partition(":")
    if kind == "all":
        return True
    if kind == "only" and label:
        return label in labels
    if kind == "all-but" and label:
        label, _, kept = label.partition("+")
        return not set(labels) & set(label.split(",")) or kept in labels
    raise SystemExit(f"collect.py: unknown filter {rule}")


def bracket(text):
    """A CMake argument that is taken as it is, whatever it holds."""
    equals = ""
    while f"]{equals}]" in text or text.endswith(f"]{equals}"):
        equals += "="
    return f"[{equals}[{text}]{equals}]"


def property_text(name, value, preset):
    if isinstance(value, bool):
        return "ON" if value else "OFF"
    if isinstance(value, list):
        if not all(isinstance(item, str) for item in value):
            raise SystemExit(f"collect.py: property {name} is not carried over")
        if name in PRIVATE_NAMES:
            value = [f"{preset}/{item}" for item in value]
        return ";".join(value)
    return str(value)


def entry(preset, test):
    if not test.get("command"):
        raise SystemExit(f"collect.py: {preset}/{test['name']} is not built")
    name = bracket(f"{preset}/{test['name']}")
    properties = properties_of(test)
    properties["LABELS"] = [*properties.get("LABELS", []), preset]
    arguments = " ".join(bracket(argument) for argument in test["command"])
    lines = [f"add_test({name} {arguments})"]
    for key, value in sorted(properties.items()):
        lines.append(f"set_tests_properties({name} PROPERTIES {key} "
                     f"{bracket(property_text(key, value, preset))})")
    return "\n".join(lines) + "\n"


def main(arguments):
    if len(arguments) < 2:
        raise SystemExit(__doc__)
    build = pathlib.Path(arguments[0])
    entries = []
    for part in arguments[1:]:
        preset, _, rule = part.partition("=")
        for test in tests_of(build / preset):
            if matches(properties_of(test).get("LABELS", []), rule):
                entries.append(entry(preset, test))
    everything = build / "all"
    everything.mkdir(parents=True, exist_ok=True)
    (everything / "CTestTestfile.cmake").write_text("".join(entries), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
