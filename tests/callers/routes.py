"""The routes of the program, read out of its source: a table of callers that leaves one out, or
names one that is gone, fails. What is read here is held against the router of a running server by
callers_test.py (OPTIONS of every path)."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

# json(Method::post, "/v1/contexts", …) and .method = Method::put, .pattern = "/v1/…"
_ROUTE = re.compile(r'(?:\bjson\(|\.method\s*=\s*)(?:wire::)?Method::(\w+),\s*'
                    r'(?:\.pattern\s*=\s*)?"(/[^"]*)"')
# Each route has exactly one handler, named by one of these.
_HANDLER = re.compile(r"\b(?:buffered|streaming)<&")


def routes():
    """{"GET /v1/contexts", …}"""
    found = set()
    for path in sorted((ROOT / "http").rglob("*.cpp")):
        source = path.read_text()
        named = [f"{method.upper()} {pattern}" for method, pattern in _ROUTE.findall(source)]
        handlers = len(_HANDLER.findall(source))
        if len(named) != handlers:
            raise AssertionError(f"{path}: {handlers} handlers, but {len(named)} routes that "
                                 "routes.py can read")
        if found & set(named):
            raise AssertionError(f"{path}: a route that is elsewhere, too")
        found |= set(named)
    return found


def methods_of(pattern):
    return {route.split()[0] for route in routes() if route.split()[1] == pattern}
