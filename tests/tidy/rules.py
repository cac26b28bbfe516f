"""The rules of this house that no compiler checks. Each rule gives (line, what is wrong) pairs.

An exception is a path with its reason, in the table beside the rule: never a mark in the source.
"""

import re

from source import code_only, line_of

# --- co_await -----------------------------------------------------------------------------------
# g++ 12 compiles other shapes into crashes or skips code, without a warning (GCC PR 106188, 99576,
# 107288): conditions, ?:, braces and lambdas in the awaited expression. Declarations with `=`,
# typed or auto, also converting ones, were tried on g++ 12.2 and clang 19 at -O0, -O1 and -O2.
CO_AWAIT_RULE = (
    "co_await begins a statement, or is the whole right side of one declaration, assignment or "
    "co_return; its arguments are named variables, scalars or string views")

_BEFORE_AWAIT = re.compile(
    r"""(?:(?:case\b[^;{}]*|default\s*):\s*)?
        (?: (?:\(void\)\s*)?
          | co_return\s+
          | (?:const\s+)?auto\s*&{0,2}\s*\[[\w\s,]*\]\s*=\s*
          | (?:const\s+)?[\w:]+(?:<[\w:<>,\s*&]*>)?(?:\s+|\s*[*&]{1,2}\s*)\w+\s*=\s*
          | (?:\*?\w+(?:(?:\.|->|::)\w+|\[\w+\])*)\s*=\s*
        )\Z""",
    re.VERBOSE,
)
# One call, with what names it before its arguments: no operator, no second suffix that computes.
_AWAITED = re.compile(r"\*?\w+(?:\s*(?:::|\.|->|<|>|,|&|\(\)|\w)\s*)*(?:\(\)\s*)?\Z")


def _statement_end(code, start):
    """Where the statement's semicolon is, and whether a brace opens before it."""
    depth = 0
    for at in range(start, len(code)):
        char = code[at]
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth < 0:
                return at, False
        elif char == "{":
            return at, True
        elif char == ";" and depth == 0:
            return at, False
    return len(code), False


def _without_arguments(expression):
    """f(a, g(b)).h(c) becomes f().h()."""
    out = []
    depth = 0
    for char in expression:
        if char == ")":
            depth -= 1
        if depth == 0:
            out.append(char)
        if char == "(":
            depth += 1
    return "".join(out)


def co_await_shapes(text):
    code = code_only(text)
    for match in re.finditer(r"\bco_await\b", code):
        if re.search(r"\boperator\s*\Z", code[:match.start()]):
            continue
        begin = max(code.rfind(char, 0, match.start()) for char in ";{}") + 1
        before = code[begin:match.start()].lstrip()
        end, brace = _statement_end(code, match.end())
        awaited = code[match.end():end].strip()
        wrong = (
            not _BEFORE_AWAIT.match(before)
            or brace
            or end >= len(code)
            or code[end] != ";"
            or "?" in awaited
            or re.search(r"\bco_await\b", awaited)
            or re.search(r"(?:^|[(,])\s*\[", awaited)
            or not _AWAITED.match(_without_arguments(awaited))
        )
        if wrong:
            yield line_of(code, match.start()), CO_AWAIT_RULE


# --- banned words -------------------------------------------------------------------------------
def banned(pattern, instead):
    compiled = re.compile(pattern)

    def rule(text):
        code = code_only(text)
        for match in compiled.finditer(code):
            yield line_of(code, match.start()), instead

    return rule


asio_detached = banned(
    r"\bdetached\b", "every spawn has an owner: Shard::spawn, not asio::detached")
reads_clock = banned(
    r"::\s*now\s*\(\s*\)(?!\s*(?:const|noexcept|\{))"
    r"|\b(?:clock_gettime|gettimeofday|timespec_get)\s*\("
    r"|\btime\s*\(\s*(?:NULL|nullptr)",
    "time comes from world::Clock")
touches_disk = banned(
    r"(?<![\w:])::(?:write|pwrite|writev|pwritev|open|openat|creat|rename|unlink|ftruncate)\s*\("
    r"|\b(?:fdatasync|fsync|sync_file_range|fopen|fallocate)\s*\("
    r"|\bstd::(?:ofstream|ifstream|fstream)\b"
    r"|\bfilesystem::(?:remove|remove_all|rename|create_director\w+|resize_file|copy\w*)\b",
    "files are reached through world::Disk")
random_source = banned(
    r"\brandom_device\b|\bgetrandom\s*\(|\b(?:std::)?s?rand\s*\(",
    "randomness comes from world::Entropy")
sleeps = banned(
    r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\s*\(|(?<![\w.>])::sleep\s*\(",
    "wait for a condition, not for a time")


# --- text ---------------------------------------------------------------------------------------
def leftovers(text):
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(r"\b(?:TODO|FIXME|XXX|HACK)\b", line)
        if found:
            yield number, f"{found.group(0)}: finish it, or write it down in docs/decisions.md"


def long_lines(text):
    """A table that clang-format must leave alone, one case a line, may be wider."""
    most = 100
    for number, line in enumerate(text.splitlines(), 1):
        if "clang-format off" in line:
            most = 140
        elif "clang-format on" in line:
            most = 100
        if len(line) > most:
            yield number, f"{len(line)} columns; at most {most}"


def long_files(text):
    count = len(text.splitlines())
    if count > 400:
        yield count, f"{count} lines; at most 400: give one of its jobs a file of its own"


def pragma_once(text):
    if not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield 1, "a header begins with #pragma once"


def blank_ends(text):
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
    if text and not text.endswith("\n"):
        yield len(text.splitlines()), "the last line has no end"


def bare_memory_order(text):
    """An order on an atomic has its reason in a comment on the line or in the ten before it."""
    lines = text.splitlines()
    code = code_only(text).splitlines()
    for index, line in enumerate(code):
        if re.search(r"\bmemory_order(?:_|::)\w+", line):
            near = lines[max(0, index - 10):index + 1]
            if not any("//" in candidate for candidate in near):
                yield index + 1, "a memory order without its reason and its pairing in a comment"


# --- where each rule holds, and the exceptions with their reasons --------------------------------
PRODUCT = ("core/", "store/", "auth/", "http/")
CODE = (*PRODUCT, "tests/", "bench/")
CPP = (".cpp", ".hpp")
TEXT = (".cpp", ".hpp", ".cmake", ".py", ".sh", ".txt", ".toml", ".md", ".json")

RULES = [
    # name, rule, folders, endings, {path: reason}
    ("co_await", co_await_shapes, CODE, CPP, {}),
    ("detached", asio_detached, CODE, CPP, {}),
    ("clock", reads_clock, (*PRODUCT, "tests/"), CPP, {
        "core/world/clock.cpp": "it is the clock",
        "tests/crash/preload/faults.cpp": "stands in the clock's place",
    }),
    ("disk", touches_disk, PRODUCT, CPP, {
        "core/run/shard.cpp": "wakes a shard through its eventfd",
        "core/run/signals.cpp": "wakes its thread through an eventfd",
        "core/world/disk_posix.cpp": "it is the disk",
        "http/main.cpp": "reads the configuration file, before there is a data directory",
        "http/program/log_writer.cpp": "log lines go to a descriptor of the process, not to a file",
    }),
    ("random", random_source, CODE, CPP, {
        "core/world/entropy.cpp": "it is the source",
    }),
    ("sleep", sleeps, ("tests/",), CPP, {}),
    ("leftover", leftovers, ("",), (*TEXT, "dev"), {
        "tests/tidy/rules.py": "names the words",
        "tests/tidy/tidy_test.py": "shows the words",
    }),
    ("columns", long_lines, ("",), (".cpp", ".hpp", ".cmake", ".py", "CMakeLists.txt"), {}),
    ("lines", long_files, ("",), (".cpp", ".hpp", ".cmake", ".py", ".sh"), {}),
    ("pragma", pragma_once, ("",), (".hpp",), {}),
    ("blanks", blank_ends, ("",), (*TEXT, "dev"), {}),
    ("memory_order", bare_memory_order, ("store/table/", "core/run/"), CPP, {}),
]
