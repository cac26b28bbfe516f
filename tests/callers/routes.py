"""The routes of the program, read out of its source: a table of callers that leaves one out, or
names one that is gone, fails. What is read here is held against the router of a running server by
callers_test.py (OPTIONS of every path)."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

# json(Method::post, "/v1/contexts", …), write(Method::put, "/v1/…", …) and
# .method = Method::put, .pattern = "/v1/…"
_ROUTE = re.compile(r'(?:\b(?:json|write)\(|\.method\s*=\s*)(?:wire::)?Method::(\w+),\s*'
                    r'(?:\.pattern\s*=\s*)?"(/[^"]*)"')
# post("/v1/…", …): the name says the method.
_NAMED = re.compile(r'\b(post|get|read|write|route)\(\s*"(/[^"]*)"')
_METHODS = {"post": "POST", "get": "GET", "read": "GET", "write": "POST", "route": "POST"}
# constexpr std::string_view one = "/v2/…": a path that several routes have.
_PATH = re.compile(r'constexpr std::string_view (\w+) = "(/[^"]*)"')
# Each route has exactly one handler, named by one of these.
_HANDLER = re.compile(r"\b(?:buffered|streaming)<&")


def routes():
    """{"GET /v1/contexts", …}"""
    found = set()
    for path in sorted((ROOT / "http").rglob("*.cpp")):
        source = path.read_text()
        for name, pattern in _PATH.findall(source):
            source = re.sub(rf"(?<=[(, ]){name}(?=,)", f'"{pattern}"', source)
        named = [f"{method.upper().rstrip('_')} {pattern}"
                 for method, pattern in _ROUTE.findall(source)]
        named += [f"{_METHODS[name]} {pattern}" for name, pattern in _NAMED.findall(source)]
        handlers = len(_HANDLER.findall(source))
        if len(named) != handlers:
            raise AssertionError(f"{path}: {handlers} handlers, but {len(named)} routes that "
                                 "routes.py can read")
        if found & set(named):
            raise AssertionError(f"{path}: a route that is elsewhere, too")
        found |= set(named)
    return found


# The routes of transfers, their ledger, their rail and webhooks: money_callers_test.py has their
# callers, v2_callers_test.py those under /v2, callers_test.py those of all others.
MONEY = ("/v1/transfers", "/v1/webhooks", "/v1/organizations", "/belay/v1/rail")


def is_about_money(route):
    return route.split()[1].startswith(MONEY)


def is_of_v2(route):
    return route.split()[1].startswith("/v2/")


def is_of_neither(route):
    return not is_about_money(route) and not is_of_v2(route)


def methods_of(pattern):
    return {route.split()[0] for route in routes() if route.split()[1] == pattern}
