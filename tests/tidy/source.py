"""C++ text as the rules see it: comments and literals blanked, every line still in its place."""

import re

_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*(?:\\\n[^\n]*)*|/\*.*?\*/)
  | (?P<raw>\bR"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<number>\b\d(?:'?[\w.])*)
  | (?P<character>'(?:[^'\\\n]|\\.)+')
    """,
    re.VERBOSE | re.DOTALL,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_only(text):
    """The text without comments, and with empty literals in place of literals."""

    def replacement(match):
        found = match.group(0)
        if match.lastgroup == "number":
            return found
        if match.group("comment") is not None:
            return _blank(found)
        quote = "'" if found.startswith("'") else '"'
        return quote + _blank(found[1:-1]) + quote

    return _TOKEN.sub(replacement, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
