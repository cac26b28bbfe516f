#!/usr/bin/env python3
"""No secret in any log, metric, answer, tool's output or command line. A server with marked secrets
at its most verbose is taken through successes and failures of every kind, and whatever it left
behind is searched for each of them in every form (markers.py).

What may show what: a download answer holds the signed URL that it is asked for; a new API key is
printed once; `belay log dump` names idempotency keys, which are no credentials.
usage: secrets_test.py PROGRAM [unittest options]"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import credentials
import raw
from crowd import DATES, SAMPLE, Crowd, bearer
from markers import Markers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from belay_client import wait_for  # noqa: E402

PROGRAM = os.path.abspath(sys.argv.pop(1))
SECRET = "MARKED-jwt-secret-5b0c9d2f7e61a3884d2c-of-sixty-four-octets-0001"
JWKS_SECRET = "MARKED-oct-secret-90aa7c13f2e84b6d9b1f-of-sixty-four-octets-0002"
IDEMPOTENCY_KEY = "MARKED-idempotency-key-31f7a9c2e5d84b60"
BODY = "MARKED-body-c2b7e9f04d1a4e52a7b8c6d5"


def jwks(secret):
    return json.dumps({"keys": [{"kty": "oct", "kid": "o",
                                 "k": credentials.base64url(secret.encode())}]})


class RunningTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        cls.markers = markers = Markers()
        os.mkdir(folder / "data")
        (folder / "data" / "jwt.secret").write_text(markers.add("the JWT secret", SECRET) + "\n")
        cls.jwks = folder / "jwks.json"
        cls.jwks.write_text(jwks(markers.add("the JWKS secret", JWKS_SECRET)))
        cls.crowd = crowd = Crowd(PROGRAM, cls.folder.name, {"auth.jwks_file": str(cls.jwks)})
        for name, key in (("the API key", crowd.key), ("the revoked key", crowd.revoked_key),
                          ("the foreign key", crowd.foreign_key)):
            markers.add(name, key)
        markers.add("the URL key", credentials.url_keys(crowd.data)[1].hex())
        markers.add_token("the token", crowd.owner.token)
        markers.add("an idempotency key", IDEMPOTENCY_KEY)
        markers.add("a body", BODY)
        cls.answers = {}

    @classmethod
    def tearDownClass(cls):
        if cls.crowd.server.process is not None:
            cls.crowd.server.kill()
        cls.folder.cleanup()

    def ask(self, method, path, fields=(), body=None, content_type="application/json"):
        answer = raw.exchange(self.crowd.server.port, method, path, fields, body, content_type)
        self.answers[f"{method} {path[:60]} {len(self.answers)}"] = answer[3] + answer[2]
        return answer

    def succeed(self, credential):
        """All of the family's verbs, some with an idempotency key, replayed and clashing."""
        auth = bearer(credential)
        keyed = [*auth, ("X-Idempotency-Key", IDEMPOTENCY_KEY + credential[-4:])]
        body = json.dumps({"name": BODY}).encode()
        made = json.loads(self.ask("POST", "/v1/contexts", auth, body)[2])["id"]
        # The answer has the name that it was asked to give: it is searched for credentials only.
        self.answers.popitem()
        path = f"/v1/contexts/{made}"
        self.ask("PUT", f"{path}/transactions", keyed, SAMPLE, "text/csv")
        job = json.dumps({"reportType": "MATCHED", "format": "CSV", **DATES}).encode()
        for request in (job, job, job.replace(b"CSV", b"XML")):
            answer = self.ask("POST", f"{path}/export-jobs", keyed, request)
        self.assertEqual(answer[0], 409)
        queued = json.loads(self.ask("POST", f"{path}/export-jobs", auth, job)[2])["jobId"]
        self.ask("POST", f"/v1/export-jobs/{queued}/cancel", keyed)
        self.ask("POST", f"/v1/export-jobs/{queued}/cancel", keyed)
        for place in (f"{path}/export-jobs", "/v1/export-jobs", f"/v1/export-jobs/{queued}"):
            self.ask("GET", place, auth)
        return queued

    def go_wrong(self):
        """Credentials where they do not belong, and requests that are refused at every stage."""
        crowd = self.crowd
        add = self.markers.add
        token = crowd.owner.token
        expired = self.markers.add_token("the expired token", crowd.token(exp=1, jti="e" * 40))
        forged = self.markers.add_token("the forged token",
                                        credentials.token("x" * 64, jti="f" * 40))
        unknown = add("an unknown key", "sk_live_" + "7Qz9" * 8)
        password = add("a password", base64.b64encode(b"user:MARKED-password-6f2e").decode() +
                       "0123456789")
        hidden = add("a hidden value", "MARKED-hidden-value-e1d2c3b4a5968778")
        for credential in (expired, forged, unknown, crowd.revoked_key, token + "x", token[:-9]):
            self.ask("GET", "/v1/contexts", bearer(credential))
        self.ask("GET", "/v1/contexts", [("Authorization", f"Basic {password}")])
        self.ask("GET", "/v1/contexts", bearer(token) + bearer(crowd.key))
        self.ask("GET", f"/v1/contexts?access_token={token}&key={crowd.key}&q={hidden}")
        self.ask("GET", f"/v1/export-jobs?cursor={hidden}", bearer(token))
        self.ask("GET", "/nowhere", [*bearer(token), ("Cookie", hidden), ("X-Secret", hidden)])
        self.ask("DELETE", "/v1/contexts", bearer(token))
        self.ask("GET", "/v1/contexts", [*bearer(token), ("Host", hidden)])
        self.ask("GET", "/v1/contexts", [*bearer(token), ("Bad Name", hidden)])
        self.ask("GET", "/v1/contexts", [*bearer(token), ("X-Long", hidden * 2000)])
        self.ask("GET", "/v1/contexts?" + hidden * 500, bearer(token))
        self.ask("POST", "/v1/contexts", bearer(token), hidden.encode())
        self.ask("POST", "/v1/contexts", bearer(token), b'{"name": 7, "x": "%s"}' % hidden.encode())
        self.ask("POST", "/v1/contexts", bearer(token), b"{}", "text/" + hidden)
        self.ask("POST", "/v1/contexts", [*bearer(token), ("X-Idempotency-Key", hidden + " !")],
                 b'{"name":"n"}')
        place = f"/v1/contexts/{crowd.owner.context}"
        self.ask("PUT", f"{place}/transactions", bearer(token), b"transaction_id\n" +
                 hidden.encode(), "text/csv")
        self.ask("PUT", f"{place}/transactions", bearer(token), b'{"transaction_id":"%s"}' %
                 hidden.encode(), "application/x-ndjson")

    def fetch(self):
        """Signed URLs: the answer that makes one may show it, and nothing else may."""
        job = self.crowd.owner.job
        answer = self.ask("GET", f"/v1/export-jobs/{job}/download", bearer(self.crowd.owner.token))
        url = json.loads(answer[2])["downloadUrl"]
        self.answers.popitem()
        query = url.partition("?")[2]
        signature = dict(pair.split("=") for pair in query.split("&"))["signature"]
        self.markers.add("a URL's signature", signature)
        path = f"/v1/export-files/{job}"
        for good, bad in (("", "x"), ("", "&x=1"), ("", "&signature=" + signature)):
            self.assertEqual(self.ask("GET", f"{path}?{query}{good}")[0], 200)
            self.assertEqual(self.ask("GET", f"{path}?{query}{bad}")[0], 403)
        self.ask("GET", f"/v1/export-files/{self.crowd.foreign.job}?{query}")
        old = self.crowd.signed("GET", path, lifetime=-5)
        self.markers.add("an old signature", old.partition("signature=")[2].partition("&")[0])
        self.assertEqual(self.ask("GET", f"{path}?{old}")[0], 403)

    def break_keys(self):
        """The operator's files go bad while the server runs."""
        short = self.markers.add("a short secret", "MARKED-oct-secret-of-only-31-octets-0"[:32])
        log = self.crowd.server
        for bad in (jwks(short[:31]), '{"keys":[' + short, json.dumps(
                {"keys": [{"kty": "oct", "kid": short, "k": "AA"}] * 2})):
            told = log.log_text().count("a file of keys is not good")
            self.jwks.write_text(bad)
            wait_for(lambda: log.log_text().count("a file of keys is not good") > told)
        self.jwks.write_text(jwks(JWKS_SECRET))
        wait_for(lambda: log.log_text().count("other keys are in force"))

    def surfaces(self):
        """Everything that the server and its tools have said."""
        server = self.crowd.server
        for place in ("/metrics", "/health/ready", "/health/live"):
            yield place, raw.exchange(server.port, "GET", place)[2]
        process = pathlib.Path(f"/proc/{server.process.pid}")
        yield "the command line", (process / "cmdline").read_bytes()
        for thread in (process / "task").iterdir():
            yield "a thread's name", (thread / "comm").read_bytes()
        self.crowd.stop()
        yield "the log", pathlib.Path(server.log_path).read_bytes()
        for command in (["log", "dump", server.data], ["verify", server.data],
                        ["keys", "list", "--data", server.data]):
            done = subprocess.run([PROGRAM, *command], capture_output=True, check=True)
            yield " ".join(command[:2]), done.stdout + done.stderr
        keys = {"jwt.secret": "the JWT secret", "url.keys": "the URL key"}
        for path in sorted(pathlib.Path(server.data).rglob("*")):
            if path.is_file() and path.name not in keys and path.name != "api_keys.json":
                # Without the zeroed blocks of a segment, which are most of it.
                yield f"the file {path.name}", path.read_bytes().replace(bytes(4096), b"")

    def test_what_is_secret_stays_so(self):
        for credential in (self.crowd.owner.token, self.crowd.key):
            self.succeed(credential)
        self.fetch()
        self.go_wrong()
        self.break_keys()
        self.assertIn('"level":"debug"', self.crowd.server.log_text())
        found = []
        for name, octets in [*self.answers.items(), *self.surfaces()]:
            on_disk = name.startswith(("the file", "log dump"))
            but = ("an idempotency key", "a body") if on_disk else ()
            found += [f"{name}: {what}" for what in self.markers.found_in(octets, but)]
        self.assertEqual(found, [], "\n" + "\n".join(found))


class StartTest(unittest.TestCase):
    """Starts that are refused, each because of a file or setting that holds a secret."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.markers = Markers()
        self.marker = self.markers.add("the secret", "MARKED-4f1d8e6b2c9a7035-is-not-to-be-seen")

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="latin-1") as file:
            file.write(text)
        return path

    def refused(self, *arguments, environment=None, what):
        command = [PROGRAM, "serve", "--data", self.folder.name + "/data", "--listen",
                   "127.0.0.1:0", "--set", "log.level=debug", *arguments]
        done = subprocess.run(command, capture_output=True, timeout=60,
                              env={**os.environ, **(environment or {})})
        self.assertNotEqual(done.returncode, 0, what)
        said = done.stdout + done.stderr
        self.assertGreater(len(said), 20, what)
        found = self.markers.found_in(said)
        self.assertEqual(found, [], (what, said))
        return said.decode()

    def test_settings_that_are_not_known(self):
        self.refused("--config", self.write("a.toml", f'[auth]\njwt_secret = "{self.marker}"\n'),
                     what="a secret where no setting is")
        self.refused("--config", self.write("b.toml", f'[auth]\nissuer = "{self.marker}\n'),
                     what="TOML that is not closed")
        self.refused(environment={"BELAY_AUTH__JWT_SECRET": self.marker},
                     what="a secret in the environment")
        self.refused("--set", f"auth.jwt_secret={self.marker}", what="a secret in a flag")

    def test_files_of_secrets_that_are_not_good(self):
        short = self.marker[:31]
        self.refused("--jwt-secret-file", self.write("short", short), what="a short secret")
        for name, text in (("torn.json", '{"keys":[{"kty":"oct","k":"' + self.marker),
                           ("short.json", jwks(short)),
                           ("twice.json", '{"keys":[{"kid":"%s"},{"kid":"%s"}]}' %
                            (self.marker, self.marker))):
            self.refused("--set", "auth.jwks_file=" + self.write(name, text), what=name)
        for name in ("api_keys.json", "url.keys"):
            self.write("data/" + name, '{"version": 1, "keys": [{"id": "a", "secret": "%s", '
                       '"hash": "%s"}]}' % (self.marker, self.marker))
            self.refused(what=name)
            os.remove(f"{self.folder.name}/data/{name}")

    def test_keys_of_certificates_that_are_not_good(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True,
                           cwd=self.folder.name)

        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost", "-days", "2")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                "other.pem")
        openssl("pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.pem", "-passout",
                "pass:" + self.marker)
        place = pathlib.Path(self.folder.name)
        for name in ("key.pem", "other.pem", "locked.pem"):
            for line in (place / name).read_text().splitlines()[1:-1]:
                if len(line) >= 40:
                    self.markers.add(f"a line of {name}", line)
        (place / "torn.pem").write_text((place / "key.pem").read_text()[:-80])
        (place / "words.pem").write_text(self.marker)
        for name in ("other.pem", "locked.pem", "torn.pem", "words.pem", "none.pem"):
            self.refused("--tls-cert", str(place / "cert.pem"), "--tls-key", str(place / name),
                         what=name)
        self.refused("--tls-cert", str(place / "key.pem"), "--tls-key", str(place / "key.pem"),
                     what="the key in place of the certificate")


class ToolsTest(unittest.TestCase):
    def test_a_key_is_printed_once_and_a_token_only_where_asked(self):
        with tempfile.TemporaryDirectory() as folder:
            markers = Markers()
            made = subprocess.run([PROGRAM, "keys", "create", "--data", folder, "--tenant",
                                   credentials.TENANT], check=True, capture_output=True, text=True)
            key = markers.add("the key", made.stdout.strip())
            self.assertEqual(markers.found_in(made.stderr.encode()), [])
            stored = pathlib.Path(folder, "api_keys.json")
            listed = subprocess.run([PROGRAM, "keys", "list", "--data", folder], check=True,
                                    capture_output=True)
            self.assertEqual(markers.found_in(listed.stdout + listed.stderr), [])
            self.assertNotIn(key, stored.read_text())
            self.assertEqual(stored.stat().st_mode & 0o077, 0)
            # Whoever has the key at hand, and not its id, gives the key: it is not repeated.
            refused = subprocess.run([PROGRAM, "keys", "revoke", "--data", folder, key],
                                     capture_output=True, timeout=60)
            self.assertNotEqual(refused.returncode, 0)
            self.assertEqual(markers.found_in(refused.stdout + refused.stderr), [])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
