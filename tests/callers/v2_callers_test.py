#!/usr/bin/env python3
"""Who may call the routes under /v2: every route by every kind of credential; live and test objects
of one account, and those of two accounts, do not see each other; a URL's signature is for one
thing.
usage: v2_callers_test.py PROGRAM [unittest options]"""

import json
import os
import sys
import tempfile
import unittest
import urllib.parse
import uuid

import credentials
import raw
import routes
from credentials import FOREIGN_TENANT, TENANT
from crowd import SETTINGS, bearer, make_key

sys.path.insert(0, str(routes.ROOT / "tests" / "support"))
from belay_client import Server, wait_for  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
VERSION = ("Stripe-Version", "2026-08-26.preview")

# One row a route, one column a caller. A route that is not here fails the test. The objects are of
# the owner's live mode: what is his of the other mode is 404 to him, as is another account's.
CALLERS = ["none", "forged", "scopeless", "reader", "writer", "right", "test_mode", "foreign",
           "live_key", "test_key", "restricted_key", "scopeless_key", "foreign_key", "revoked_key"]
TABLE = """
                                       |n f s r w|r t f|l t r s f|r
POST /v2/core/batch_jobs               |1 1 3 3 2|2 2 2|2 2 3 3 2|1
GET  /v2/core/batch_jobs/{id}          |1 1 3 2 3|2 4 4|2 4 2 3 4|1
POST /v2/core/batch_jobs/{id}/cancel   |1 1 3 3 2|2 4 4|2 4 3 3 4|1
PUT  /v2/core/batch_job_files/{id}     |3 3 3 3 3|3 3 3|3 3 3 3 3|3
GET  /v2/core/batch_job_files/{id}     |3 3 3 3 3|3 3 3|3 3 3 3 3|3
GET  /v2/core/events                   |1 1 3 2 3|2 2 2|2 2 2 3 2|1
GET  /v2/core/events/{id}              |1 1 3 2 3|2 4 4|2 4 2 3 4|1
GET  /v2/core/event_destinations       |1 1 3 2 3|2 2 2|2 2 2 3 2|1
POST /v2/core/event_destinations       |1 1 3 3 2|2 2 2|2 2 3 3 2|1
GET  /v2/core/event_destinations/{id}  |1 1 3 2 3|2 4 4|2 4 2 3 4|1
POST /v2/core/event_destinations/{id}  |1 1 3 3 2|2 4 4|2 4 3 3 4|1
POST /v2/core/event_destinations/{id}/disable|1 1 3 3 2|2 4 4|2 4 3 3 4|1
POST /v2/core/event_destinations/{id}/enable|1 1 3 3 2|2 4 4|2 4 3 3 4|1
POST /v2/core/event_destinations/{id}/ping|1 1 3 3 2|2 4 4|2 4 3 3 4|1
DELETE /v2/core/event_destinations/{id}|1 1 3 3 2|2 4 4|2 4 3 3 4|1
"""
DESTINATION = {"name": "hooks", "type": "webhook_endpoint", "event_payload": "thin",
               "enabled_events": ["v2.core.batch_job.completed"],
               "webhook_endpoint": {"url": "https://hooks.example/batches"}}
ENDPOINT = {"path": "/v1/transfers/:id/cancel", "http_method": "post"}
STATUS = {"2": 200, "1": 401, "3": 403, "4": 404}


def expected():
    """{(route, caller): status}"""
    table = {}
    for line in TABLE.splitlines():
        if line.strip() and line[0] != " ":
            route, _, cells = line.partition("|")
            statuses = [STATUS[cell] for cell in cells.replace("|", " ").split()]
            assert len(statuses) == len(CALLERS), line
            table.update({(" ".join(route.split()), caller): status
                          for caller, status in zip(CALLERS, statuses)})
    return table


def comparable(answer):
    """All but what is of this one request."""
    line, fields, content = raw.comparable(answer)
    return line, [pair for pair in fields if "request-id" not in pair[0].lower()], content


class V2CallersTest(unittest.TestCase):
    destination = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.folder.name + "/data", SETTINGS).start()
        with open(cls.server.data + "/jwt.secret", encoding="ascii") as file:
            secret = file.read().strip()

        def token(**changed):
            return credentials.token(secret, **changed)

        def key(*options, tenant=TENANT):
            return make_key(PROGRAM, cls.server.data, tenant, *options)

        cls.credentials = {
            "none": None, "forged": credentials.token("x" * 64),
            "scopeless": token(scope="exports:read transfers:write"),
            "reader": token(scope="batches:read"),
            "writer": token(scope="batches:write transfers:write"),
            "right": token(), "test_mode": token(livemode=False),
            "foreign": token(tenantId=FOREIGN_TENANT),
            "live_key": key("--mode", "live"), "test_key": key(),
            "restricted_key": key("--mode", "live", "--restricted", "--scope", "batches:read"),
            "scopeless_key": key("--mode", "live", "--restricted", "--scope", "exports:read"),
            "foreign_key": key("--mode", "live", tenant=FOREIGN_TENANT),
            "revoked_key": "sk_live_" + "0" * 32}
        # A key that another process made is known once its file was looked at.
        cls.wait_for_keys()
        cls.table = expected()

    @classmethod
    def tearDownClass(cls):
        code = cls.server.end()
        verified, text = cls.server.verify()
        cls.folder.cleanup()
        assert (code, verified) == (0, 0), (code, text)

    @classmethod
    def wait_for_keys(cls):
        for caller in ("live_key", "test_key", "restricted_key", "scopeless_key", "foreign_key"):
            wait_for(lambda caller=caller: cls.exchange(
                caller, "GET", f"/v2/core/batch_jobs/{uuid.uuid4()}")[0] != 401, what=caller)

    @classmethod
    def exchange(cls, caller, method, path, body=None, fields=(VERSION,)):
        credential = cls.credentials[caller]
        return raw.exchange(cls.server.port, method, path,
                            [*(bearer(credential) if credential else []), *fields],
                            None if body is None else json.dumps(body).encode(),
                            None if body is None else "application/json")

    def batch(self, caller="right"):
        return self.made(caller, "POST", "/v2/core/batch_jobs", {"endpoint": ENDPOINT})

    def made(self, caller, *request):
        answer = self.exchange(caller, *request)
        self.assertEqual(answer[0], 200, answer[2])
        return json.loads(answer[2])

    def object_of(self, pattern):
        """The id of a live object of the owner that stands in the path."""
        if "batch_job" in pattern:
            return self.batch()["id"]
        if "destinations" not in pattern:
            job = self.batch()["id"]
            listed = self.made("right", "GET", f"/v2/core/events?object_id={job}")
            return listed["data"][0]["id"]
        if self.destination is None:
            self.destination = self.made("right", "POST", "/v2/core/event_destinations",
                                         DESTINATION)["id"]
        return self.destination

    def ask(self, route, caller, fields=(VERSION,)):
        method, pattern = route.split()
        path = (pattern.replace("{id}", self.object_of(pattern)) if "{id}" in pattern
                else pattern)
        body = {} if method == "POST" else None
        if pattern.endswith("batch_jobs"):
            body = {"endpoint": ENDPOINT}
        elif pattern.endswith("destinations") and method == "POST":
            body = DESTINATION
        elif method == "PUT":
            return raw.exchange(self.server.port, method, path,
                                bearer(self.credentials[caller] or "none"), b"{}\n",
                                "application/jsonlines")
        return self.exchange(caller, method, path, body, fields)

    def test_the_table_has_every_route_of_the_source_and_no_other(self):
        self.assertEqual({route for route, _ in self.table},
                         {route for route in routes.routes() if routes.is_of_v2(route)})

    def test_the_router_has_the_routes_that_the_source_names(self):
        for pattern in {route.split()[1] for route, _ in self.table}:
            path = pattern.replace("{id}", str(uuid.uuid4()))
            status, fields, _, _ = raw.exchange(self.server.port, "OPTIONS", path)
            methods = routes.methods_of(pattern) | {"OPTIONS"}
            methods |= {"HEAD"} if "GET" in methods else set()
            self.assertEqual((status, set(dict(fields)["Allow"].split(", "))), (204, methods),
                             pattern)

    def test_every_route_answers_every_caller_as_it_should(self):
        for (route, caller), status in self.table.items():
            answer = self.ask(route, caller)
            self.assertEqual(answer[0], status, (route, caller, answer[2]))
            self.forget(route, caller, answer)

    def forget(self, route, caller, answer):
        """An account has 16 destinations at most."""
        if answer[0] == 200 and route.startswith("DELETE"):
            self.destination = None
        elif answer[0] == 200 and route == "POST /v2/core/event_destinations":
            made = json.loads(answer[2])["id"]
            self.made(caller if caller != "writer" else "right", "DELETE",
                      f"/v2/core/event_destinations/{made}")

    def test_who_may_call_comes_before_what_is_asked(self):
        for (route, caller), status in self.table.items():
            if status in (401, 403) and "files" not in route:
                self.assertEqual(self.ask(route, caller, fields=())[0], status, (route, caller))
        answer = self.ask("POST /v2/core/batch_jobs", "right", fields=())
        self.assertEqual((answer[0], json.loads(answer[2])["error"]["code"]),
                         (400, "stripe_api_version_not_provided"))

    def test_one_401_for_every_cause(self):
        answers = {repr(comparable(self.ask(route, caller)))
                   for (route, caller), status in self.table.items() if status == 401}
        self.assertEqual(len(answers), 1, answers)

    def test_the_other_mode_and_the_other_account_are_as_if_they_were_not(self):
        job = self.batch()["id"]
        absent = "batchv2_" + "".join(chr(ord(c) ^ 1) if c.isdigit() else c for c in job[8:])
        for method, path in (("GET", "/v2/core/batch_jobs/{}"),
                             ("POST", "/v2/core/batch_jobs/{}/cancel")):
            for caller in ("test_mode", "foreign", "test_key", "foreign_key"):
                answers = [self.exchange(caller, method, path.format(name),
                                         {} if method == "POST" else None)
                           for name in (job, absent)]
                self.assertEqual([answer[0] for answer in answers], [404, 404])
                told = [comparable(answer) for answer in answers]
                self.assertEqual(repr(told[0]).replace(job, absent), repr(told[1]))
        self.assertEqual(json.loads(self.exchange("right", "GET", f"/v2/core/batch_jobs/{job}")[2])
                         ["status"], "ready_for_upload")

    def test_a_key_says_of_which_mode_its_objects_are(self):
        for caller, livemode in (("right", True), ("test_mode", False), ("live_key", True),
                                 ("test_key", False)):
            made = self.batch(caller)
            self.assertIs(made["livemode"], livemode, caller)
            self.assertEqual(self.exchange(caller, "GET",
                                           f"/v2/core/batch_jobs/{made['id']}")[0], 200)
        self.assertTrue(self.credentials["test_key"].startswith("sk_test_"))
        self.assertTrue(self.credentials["live_key"].startswith("sk_live_"))
        self.assertTrue(self.credentials["restricted_key"].startswith("rk_live_"))

    def test_an_upload_url_is_for_one_job_and_one_method(self):
        made, other = self.batch(), self.batch()
        url = urllib.parse.urlsplit(made["status_details"]["ready_for_upload"]["upload_url"]["url"])

        def upload(path, query, method="PUT"):
            return raw.exchange(self.server.port, method, f"{path}?{query}", [],
                                b"" if method == "GET" else b'{"id":"a"}\n',
                                None if method == "GET" else "application/jsonlines")[0]

        self.assertEqual(upload(url.path.replace(made["id"], other["id"]), url.query), 403)
        self.assertEqual(upload(url.path, url.query, "GET"), 403)
        for at, octet in enumerate(url.query):
            if octet not in "&=":
                changed = (url.query[:at] + ("1" if octet == "0" else "0") + url.query[at + 1:])
                self.assertEqual(upload(url.path, changed), 403, changed)
        parameters = url.query.split("&")
        for at in range(len(parameters)):
            self.assertEqual(upload(url.path, "&".join(parameters[:at] + parameters[at + 1:])), 403)
        self.assertEqual(upload(url.path, url.query + "&x=1"), 403)
        self.assertEqual(upload(url.path, url.query), 200)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
