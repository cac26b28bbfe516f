#!/usr/bin/env python3
"""Every route by every kind of caller, with the status that each is due; one 401 for every cause;
and what is another tenant's looks, octet for octet, like what is not there.
usage: callers_test.py PROGRAM [unittest options]"""

import os
import sys
import tempfile
import unittest

import raw
import routes
from crowd import CALLERS, Crowd, absent, fill

PROGRAM = os.path.abspath(sys.argv.pop(1))

# One row a route, one column a caller (crowd.CALLERS). A route that is not here fails the test: add
# its row. 401 comes before 403, both before anything that the route itself looks at.
TABLE = """
                                         |n m f e i a t|s r w|r f|k f r u|u m f t e t|t
                                         |o a o x s u e|c e r|i o|e o e n|r e o e x a|w
                                         |n l r p s d n|o a i|g r|y r v k|l t r n p m|o
                                         |e f g i u i a|p d t|h e|  e o n|  h e a i p|
GET  /health/live                        |2 2 2 2 2 2 2|2 2 2|2 2|2 2 2 2|2 2 2 2 2 2|0
GET  /health/ready                       |2 2 2 2 2 2 2|2 2 2|2 2|2 2 2 2|2 2 2 2 2 2|0
GET  /metrics                            |2 2 2 2 2 2 2|2 2 2|2 2|2 2 2 2|2 2 2 2 2 2|0
POST /belay/v1/echo                      |1 1 1 1 1 1 1|2 2 2|2 2|2 2 1 1|1 1 1 1 1 1|0
POST /v1/contexts                        |1 1 1 1 1 1 1|3 3 c|c c|c c 1 1|1 1 1 1 1 1|0
GET  /v1/contexts                        |1 1 1 1 1 1 1|3 2 3|2 2|2 2 1 1|1 1 1 1 1 1|0
GET  /v1/contexts/{contextId}            |1 1 1 1 1 1 1|3 2 3|2 4|2 4 1 1|1 1 1 1 1 1|0
PUT  /v1/contexts/{contextId}/transactions|1 1 1 1 1 1 1|3 3 2|2 4|2 4 1 1|1 1 1 1 1 1|0
POST /v1/contexts/{contextId}/export-jobs|1 1 1 1 1 1 1|3 3 a|a 4|a 4 1 1|1 1 1 1 1 1|0
GET  /v1/contexts/{contextId}/export-jobs|1 1 1 1 1 1 1|3 2 3|2 4|2 4 1 1|1 1 1 1 1 1|0
GET  /v1/export-jobs                     |1 1 1 1 1 1 1|3 2 3|2 2|2 2 1 1|1 1 1 1 1 1|0
GET  /v1/export-jobs/{jobId}             |1 1 1 1 1 1 1|3 2 3|2 4|2 4 1 1|1 1 1 1 1 1|0
POST /v1/export-jobs/{jobId}/cancel      |1 1 1 1 1 1 1|3 3 2|2 4|2 4 1 1|1 1 1 1 1 1|0
GET  /v1/export-jobs/{jobId}/download    |1 1 1 1 1 1 1|3 2 3|2 4|2 4 1 1|1 1 1 1 1 1|0
GET  /v1/export-files/{jobId}            |3 3 3 3 3 3 3|3 3 3|3 3|3 3 3 3|2 3 3 4 3 3|0
"""
STATUS = {"2": 200, "c": 201, "a": 202, "0": 400, "1": 401, "3": 403, "4": 404}


def expected():
    """{(route, caller): status}"""
    table = {}
    for line in TABLE.splitlines():
        if line.strip() and line[0] != " ":
            route, _, cells = line.partition("|")
            statuses = [STATUS[cell] for cell in cells.replace("|", " ").split()]
            assert len(statuses) == len(CALLERS), line
            name = " ".join(route.split())
            for caller, status in zip(CALLERS, statuses):
                assert (name, caller) not in table, line
                table[name, caller] = status
    return table


class CallersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.crowd = Crowd(PROGRAM, cls.folder.name, arguments=["--debug-echo"])
        cls.table = expected()

    @classmethod
    def tearDownClass(cls):
        cls.crowd.stop()
        cls.folder.cleanup()

    def ask(self, route, caller, method=None, place=lambda path: path):
        path, body, content_type = fill(self.crowd, route)
        path = place(path)
        method = method or route.split()[0]
        # A URL that is signed for GET is good for HEAD.
        fields, query = CALLERS[caller](self.crowd, method.replace("HEAD", "GET"), path)
        return raw.exchange(self.crowd.server.port, method, path + (f"?{query}" if query else ""),
                            fields, body, content_type)

    def test_the_table_has_every_route_of_the_source_and_no_other(self):
        others = {route for route in routes.routes() if routes.is_of_neither(route)}
        self.assertEqual({route for route, _ in self.table}, others)

    def test_the_router_has_the_routes_that_the_source_names(self):
        others = {route for route in routes.routes() if routes.is_of_neither(route)}
        for pattern in {route.split()[1] for route in others}:
            some = next(r for r in sorted(routes.routes()) if r.split()[1] == pattern)
            path, _, _ = fill(self.crowd, some)
            status, fields, _, _ = raw.exchange(self.crowd.server.port, "OPTIONS", path)
            allow = set(dict(fields)["Allow"].split(", "))
            methods = routes.methods_of(pattern) | {"OPTIONS"}
            methods |= {"HEAD"} if "GET" in methods else set()
            self.assertEqual((status, allow), (204, methods), pattern)

    def test_every_route_answers_every_caller_as_it_should(self):
        for (route, caller), status in self.table.items():
            answer = self.ask(route, caller)
            self.assertEqual(answer[0], status, (route, caller, answer[2]))

    def test_head_is_judged_as_get(self):
        for (route, caller), status in self.table.items():
            if route.startswith("GET "):
                answer = self.ask(route, caller, method="HEAD")
                self.assertEqual((answer[0], answer[2]), (status, b""), (route, caller))

    def test_one_401_for_every_caller_and_route_of_a_family(self):
        families = {}
        for (route, caller), status in self.table.items():
            if status == 401:
                answer = self.ask(route, caller)
                family = route.split()[1].split("/")[1]
                families.setdefault(family, set()).add(repr(raw.comparable(answer)))
                self.assertEqual(dict(answer[1])["WWW-Authenticate"], "Bearer")
        self.assertEqual(set(families), {"v1", "belay"})
        for family, answers in families.items():
            self.assertEqual(len(answers), 1, (family, answers))

    def test_one_403_for_every_caller_without_the_scope(self):
        answers = set()
        for (route, caller), status in self.table.items():
            if status == 403 and caller in ("scopeless", "reader", "writer"):
                answers.add(repr(raw.comparable(self.ask(route, caller))))
        self.assertEqual(len(answers), 1, answers)

    def test_what_is_anothers_looks_like_what_is_not_there(self):
        seen = 0
        for (route, caller), status in self.table.items():
            if status == 404 and caller in ("foreign", "foreign_key"):
                foreign = self.ask(route, caller)
                nothing = self.ask(route, caller, place=lambda path: absent(self.crowd, path))
                self.assertEqual(raw.comparable(foreign), raw.comparable(nothing), route)
                seen += 1
        self.assertGreaterEqual(seen, 14)

    def test_a_list_holds_nothing_of_another_tenant(self):
        for route in ("GET /v1/contexts", "GET /v1/export-jobs"):
            for caller, mine, theirs in (("right", self.crowd.owner, self.crowd.foreign),
                                         ("foreign", self.crowd.foreign, self.crowd.owner)):
                body = self.ask(route, caller)[2].decode()
                own, other = ((mine.context, theirs.context) if route.endswith("contexts")
                              else (mine.job, theirs.job))
                self.assertIn(own, body)
                self.assertNotIn(other, body)

    def test_a_signed_url_is_nobody_elses_and_for_no_longer(self):
        path = f"/v1/export-files/{self.crowd.owner.job}"
        query = self.crowd.signed("GET", path)

        def status(query, path=path, method="GET"):
            return raw.exchange(self.crowd.server.port, method, f"{path}?{query}")[0]

        self.assertEqual(status(query), 200)
        self.assertEqual(status(query, method="HEAD"), 200)  # by the grant of GET
        self.assertEqual(status(query, f"/v1/export-files/{self.crowd.foreign.job}"), 403)
        self.assertEqual(status(query, path.replace("export-files", "export%2Dfiles")), 403)
        self.assertEqual(status(self.crowd.signed("GET", path, lifetime=8 * 86400)), 403)
        parameters = query.split("&")
        for at in range(len(parameters)):
            self.assertEqual(status("&".join(parameters[:at] + parameters[at + 1:])), 403)
            self.assertEqual(status(query + "&" + parameters[at]), 403)
        self.assertEqual(status("&".join(reversed(parameters))), 200)
        self.assertEqual(status(query + "&x=1"), 403)
        for at, octet in enumerate(query):
            if octet not in "&=":
                changed = query[:at] + ("1" if octet == "0" else "0") + query[at + 1:]
                self.assertEqual(status(changed), 403, changed)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
