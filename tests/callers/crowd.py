"""A server with two tenants, a finished export of each, and every kind of caller."""

import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.parse
import uuid

import credentials
from credentials import FOREIGN_TENANT, TENANT

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server, wait_for_status  # noqa: E402

SAMPLE = (ROOT / "examples" / "transactions.csv").read_bytes()
DATES = {"dateFrom": "2026-10-22", "dateTo": "2026-11-21"}
SETTINGS = {"auth.issuer": credentials.ISSUER, "auth.audience": credentials.AUDIENCE,
            "log.level": "debug", "http.threads": 2}


class Tenant:
    """A tenant with a context, and in it a finished export."""

    def __init__(self, server, secret, tenant):
        self.tenant = tenant
        self.token = credentials.token(secret, tenantId=tenant)
        client = Client(server, self.token)
        self.context = client.make_context().json()["id"]
        assert client.upload(self.context, SAMPLE).status == 200
        self.job = client.create(self.context, **DATES).json()["jobId"]
        wait_for_status(client, self.job, "SUCCEEDED")
        url = client.get(f"/v1/export-jobs/{self.job}/download").json()["downloadUrl"]
        self.url = urllib.parse.urlsplit(url)
        self.object = urllib.parse.parse_qs(self.url.query)["object"][0]


def make_key(program, data, tenant, *options):
    """An API key, by the program's own tool."""
    command = [program, "keys", "create", "--data", data, "--tenant", tenant, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Crowd:
    """Everything outlives `stop`, which is called once. No export runs any more: a job that is
    made from now on stays queued."""

    def __init__(self, program, folder, settings=None, arguments=()):
        self.program = program
        self.data = os.path.join(folder, "data")
        first = Server(program, self.data, {**SETTINGS, **(settings or {}), "exports.workers": 1})
        with first:
            with open(self.data + "/jwt.secret", encoding="ascii") as file:
                self.secret = file.read().strip()
            self.owner = Tenant(first, self.secret, TENANT)
            self.foreign = Tenant(first, self.secret, FOREIGN_TENANT)
            self.key = make_key(program, self.data, TENANT)
            self.foreign_key = make_key(program, self.data, FOREIGN_TENANT)
            self.revoked_key = make_key(program, self.data, TENANT)
            self.keys("revoke", json.loads(self.keys("list").splitlines()[-1])["id"])
            first.end()
        self.server = Server(program, self.data,
                             {**SETTINGS, **(settings or {}), "exports.workers": 0},
                             arguments).start()
        self.client = Client(self.server, self.owner.token)

    def keys(self, verb, *arguments):
        command = [self.program, "keys", verb, "--data", self.data, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def token(self, **changed):
        return credentials.token(self.secret, **changed)

    def queued(self):
        return self.client.create(self.owner.context, **DATES).json()["jobId"]

    def signed(self, method, path, tenant=None, obj=None, lifetime=600):
        tenant = tenant or self.owner.tenant
        return credentials.sign_url(self.data, path, tenant, obj or self.owner.object,
                                    int(time.time()) + lifetime, method)

    def stop(self):
        """In order, and the directory is sound."""
        code = self.server.end()
        verified, text = self.server.verify()
        assert (code, verified) == (0, 0), (code, text)


def bearer(credential):
    return [("Authorization", f"Bearer {credential}")]


# Each gives the header fields and the query of a request (method, path) by that caller.
CALLERS = {
    "none": lambda crowd, *_: ([], ""),
    "malformed": lambda crowd, *_: (bearer("not.a.token"), ""),
    "forged": lambda crowd, *_: (bearer(credentials.token("x" * 64)), ""),
    "expired": lambda crowd, *_: (bearer(crowd.token(exp=int(time.time()) - 120)), ""),
    "issuer": lambda crowd, *_: (bearer(crowd.token(iss="https://id.example.evil")), ""),
    "audience": lambda crowd, *_: (bearer(crowd.token(aud=["other"])), ""),
    "tenantless": lambda crowd, *_: (bearer(crowd.token(tenantId=None)), ""),
    "scopeless": lambda crowd, *_: (bearer(crowd.token(scope="batches:read admin")), ""),
    "reader": lambda crowd, *_: (bearer(crowd.token(scope="exports:read")), ""),
    "writer": lambda crowd, *_: (bearer(crowd.token(scope="exports:write")), ""),
    "right": lambda crowd, *_: (bearer(crowd.owner.token), ""),
    "foreign": lambda crowd, *_: (bearer(crowd.foreign.token), ""),
    "key": lambda crowd, *_: (bearer(crowd.key), ""),
    "foreign_key": lambda crowd, *_: (bearer(crowd.foreign_key), ""),
    "revoked_key": lambda crowd, *_: (bearer(crowd.revoked_key), ""),
    "unknown_key": lambda crowd, *_: (bearer("sk_test_" + "0" * 32), ""),
    "url": lambda crowd, method, path: ([], crowd.signed(method, path)),
    "url_method": lambda crowd, method, path: ([], crowd.signed("DELETE", path)),
    "url_foreign": lambda crowd, method, path: ([], crowd.foreign.url.query),
    "url_tenant": lambda crowd, method, path: (
        [], crowd.signed(method, path, tenant=FOREIGN_TENANT)),
    "url_expired": lambda crowd, method, path: ([], crowd.signed(method, path, lifetime=-1)),
    "url_tampered": lambda crowd, method, path: (
        [], crowd.signed(method, path).replace("&key=", "0&key=")),
    "two": lambda crowd, *_: (bearer(crowd.owner.token) * 2, ""),
}


def fill(crowd, route):
    """The path of a route for the owner's things, and a body that is good there."""
    method, pattern = route.split()
    job = crowd.queued() if pattern.endswith("/cancel") else crowd.owner.job
    path = pattern.replace("{contextId}", crowd.owner.context).replace("{jobId}", job)
    if method == "PUT":
        return path, SAMPLE, "text/csv"
    if method == "POST" and not pattern.endswith("/cancel"):
        body = {"name": "n"} if pattern.endswith("contexts") else {"reportType": "MATCHED",
                                                                   "format": "CSV", **DATES}
        return path, json.dumps(body).encode(), "application/json"
    return path, None, None


def absent(crowd, path):
    """The same path with ids that nobody has."""
    for known in (crowd.owner.context, crowd.owner.job):
        path = path.replace(known, str(uuid.UUID(int=uuid.UUID(known).int ^ 0xffffffff)))
    return path
