#!/usr/bin/env python3
"""Hostile tokens over the wire (reliability 6.1): every class meets the same 401, octet for octet,
so that nobody learns how far he came. What each is refused for inside is auth's own test
(tests/auth/hostile_token_test.cpp); here it is only that none comes through and none is told apart.
usage: hostile_test.py PROGRAM [unittest options]"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import credentials
import raw
from credentials import HS256, base64url, claims, sign
from crowd import Crowd

PROGRAM = os.path.abspath(sys.argv.pop(1))
P256_ORDER = bytes.fromhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")


def openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True,
                          input=given).stdout


class PublicKeys:
    """A pair of each type: private keys as PEM, public ones as PEM, DER and JWK."""

    def __init__(self):
        self.private = {
            "RSA": openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
            "EC": openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
            "OKP": openssl("genpkey", "-algorithm", "ED25519")}
        self.pem = {name: openssl("pkey", "-pubout", given=key)
                    for name, key in self.private.items()}
        self.der = {name: openssl("pkey", "-pubout", "-outform", "DER", given=key)
                    for name, key in self.private.items()}
        # SubjectPublicKeyInfo ends with the key itself: a point, or SEQUENCE {modulus, exponent}.
        point, self.okp = self.der["EC"][-64:], self.der["OKP"][-32:]
        at = self.der["RSA"].index(b"\x02\x82\x01\x01\x00") + 5
        self.modulus = self.der["RSA"][at:at + 256]
        self.point = point
        self.jwks = {"keys": [
            {"kty": "RSA", "kid": "r", "alg": "RS256", "n": base64url(self.modulus), "e": "AQAB"},
            {"kty": "EC", "kid": "p", "crv": "P-256", "x": base64url(point[:32]),
             "y": base64url(point[32:])},
            {"kty": "OKP", "kid": "e", "crv": "Ed25519", "x": base64url(self.okp)}]}


def with_signature(header, payload, signature):
    return base64url(header.encode()) + "." + base64url(payload) + "." + base64url(signature)


def hostile(secret, keys):
    """[(class, token)…]; each differs from a good token in one thing."""
    good = json.dumps(claims()).encode()
    token = sign(secret, HS256, good)
    head, body, mac = token.split(".")
    made = []

    def add(kind, *tokens):
        made.extend((kind, each) for each in tokens)

    def headers(kind, *texts):
        add(kind, *(sign(secret, text, good) for text in texts))

    def payloads(kind, *texts):
        add(kind, *(sign(secret, HS256, text) for text in texts))

    for name in ("none", "None", "NONE", "nOnE"):
        header = '{"alg":"%s"}' % name
        add("alg none", with_signature(header, good, b""), sign(secret, header, good))
    headers("alg missing, null, array, other case", "{}", '{"alg":null}', '{"alg":["HS256"]}',
            '{"alg":"hs256"}', '{"alg":256}', '{"Alg":"HS256"}')
    for name in ("RSA", "EC", "OKP"):
        pem = keys.pem[name]
        stripped = b"".join(pem.splitlines()[1:-1])
        for key in (pem, pem.rstrip(), stripped, keys.der[name]):
            add(f"HMAC under the {name} key", sign(key, HS256, good),
                *(sign(key, '{"alg":"HS256","kid":"%s"}' % kid, good) for kid in "rpe"))
    add("HMAC under the numbers of a key", *(sign(key, HS256, good) for key in (
        keys.modulus, base64url(keys.modulus), keys.point, keys.point[:32], keys.okp)))
    for kid, other in (("r", "ES256"), ("r", "PS256"), ("p", "RS256"), ("e", "ES256"),
                       ("p", "EdDSA")):
        add("alg of another key", with_signature('{"alg":"%s","kid":"%s"}' % (other, kid), good,
                                                 b"\1" * 64))
    headers("kid", *('{"alg":"HS256","kid":%s}' % kid for kid in (
        '"unknown"', '"../../../../dev/null"', '"r\\u0000"', '"\' OR 1=1 --"', '"r; sleep 9"',
        '"https://evil.example/k"', '""', "7", "{}", "null", '["r"]')))
    headers("kid of 20 kB", '{"alg":"HS256","kid":"%s"}' % ("k" * 20_000))
    for member in ('"jwk":{"kty":"oct","k":"%s"}' % base64url(b"k" * 32),
                   '"jku":"https://evil.example/k"', '"x5u":"https://evil.example/c"',
                   '"x5c":["MIIB"]'):
        add("keys in the token", sign("k" * 32, '{"alg":"HS256",%s}' % member, good),
            with_signature('{"alg":"RS256","kid":"r",%s}' % member, good, b"\1" * 256))
    headers("crit, b64, zip, cty, typ", *('{"alg":"HS256",%s}' % member for member in (
        '"crit":["exp"],"exp":1', '"crit":[]', '"crit":["b64"],"b64":false', '"zip":"DEF"',
        '"cty":"JWT"', '"typ":"dpop+jwt"', '"typ":7')))
    zero, one, ones = bytes(32), bytes(31) + b"\1", b"\xff" * 32
    numbers = (zero, one, P256_ORDER, ones)
    add("ES256 with impossible numbers", *(
        with_signature('{"alg":"ES256","kid":"p"}', good, r + s) for r in numbers for s in numbers))
    add("ES256 of another size", *(with_signature('{"alg":"ES256","kid":"p"}', good, b"\1" * size)
                                   for size in (0, 63, 65, 96)))
    add("ES256 in DER", with_signature('{"alg":"ES256","kid":"p"}', good, b"\x30\x06\2\1\1\2\1\1"))
    add("EdDSA identity and zero", *(with_signature('{"alg":"EdDSA","kid":"e"}', good, point + zero)
                                     for point in (b"\1" + bytes(31), zero)))
    add("RS256 of no secret", *(with_signature('{"alg":"RS256","kid":"r"}', good, number)
                                for number in (bytes(255) + b"\1", bytes(256), keys.modulus,
                                               b"\0" + b"\1" * 256, b"\1" * 255)))
    octets = credentials.from_base64url(mac)
    add("HMAC truncated or under an empty key", *(
        f"{head}.{body}.{base64url(octets[:size])}" for size in (0, 1, 16, 31)),
        sign(b"", HS256, good), sign(b"\0", HS256, good),
        sign(secret, HS256, good, hashlib.sha512))
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = last[last.index(mac[-1]) + 1]
    add("another base64", token + "=", f"{head}=.{body}.{mac}",
        f"{head[:3]}+{head[4:]}.{body}.{mac}", f"{head[:3]}/{head[4:]}.{body}.{mac}",
        f"{head}. {body}.{mac}", token[:-1] + other)
    add("segments", f"{head}.{body}", f"{token}.", f"{token}.x", f"{token}.x.y", "." * 5000, "..",
        head, f"{head}..{mac}")
    headers("names twice in the header", '{"alg":"none","alg":"HS256"}',
            '{"alg":"HS256","\\u0061lg":"HS256"}', '{"alg":"HS256","kid":"a","kid":"b"}')
    text = good.decode()
    payloads("names twice in the claims", text[:-1] + ',"sub":"root"}',
             text[:-1] + ',"s\\u0075b":"root"}', text[:-1] + ',"x":{"a":1,"a":1}}')
    payloads("not UTF-8, BOM, NUL in a name, not an object", good[:-1] + b',"x":"\xff"}',
             b"\xef\xbb\xbf" + good, text[:-1] + ',"sub\\u0000":1}', "[]", "null", "", text + "x",
             text[:-1] + ',"x":' + "[" * 40 + "]" * 40 + "}")
    until = '"exp": %d' % claims()["exp"]
    for bad in ('"%d"' % claims()["exp"], "true", "null", "1e999", "18446744073709551617", "-1",
                "1", "[9999999999]"):
        payloads("exp", text.replace(until, f'"exp": {bad}'))
    payloads("exp missing, nbf to come", json.dumps(claims(exp=None)),
             json.dumps(claims(nbf=claims()["exp"])))
    for iss in ("https://id.exampl", "https://id.example/", "HTTPS://ID.EXAMPLE",
                ["https://id.example"], {"https://id.example": 1}, ""):
        payloads("iss", json.dumps(claims(iss=iss)))
    for aud in ("bela", "belays", "Belay", {"belay": True}, [], [["belay"]], ["other"], 7, ""):
        payloads("aud", json.dumps(claims(aud=aud)))
    for tenant in (None, "", [credentials.TENANT], {}, 7, "*",
                   "00000000-0000-0000-0000-000000000000"):
        payloads("tenant", json.dumps(claims(tenantId=tenant)))
    payloads("two tenants", json.dumps({**claims(), "tenant_id": credentials.FOREIGN_TENANT}))
    return made


class HostileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.keys = PublicKeys()
        path = pathlib.Path(cls.folder.name, "jwks.json")
        path.write_text(json.dumps(cls.keys.jwks))
        cls.crowd = Crowd(PROGRAM, cls.folder.name, {"auth.jwks_file": str(path)})

    @classmethod
    def tearDownClass(cls):
        cls.crowd.stop()
        cls.folder.cleanup()

    def ask(self, *values):
        return raw.exchange(self.crowd.server.port, "GET", "/v1/contexts",
                            [("Authorization", value) for value in values])

    def test_the_good_ones_come_through(self):
        good = json.dumps(claims()).encode()
        folder = self.folder.name
        tokens = [sign(self.crowd.secret, HS256, good),
                  sign(self.crowd.secret, '{"alg":"HS512"}', good, hashlib.sha512)]
        dgst = ["dgst", "-sha256", "-sign"]
        for name, header, how in (("RSA", '{"alg":"RS256","kid":"r"}', dgst),
                                  ("OKP", '{"alg":"EdDSA","kid":"e"}', None)):
            signed = base64url(header.encode()) + "." + base64url(good)
            key, text = pathlib.Path(folder, name), pathlib.Path(folder, "signed")
            key.write_bytes(self.keys.private[name])
            text.write_text(signed)
            made = (openssl(*how, str(key), str(text)) if how else
                    openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(text)))
            tokens.append(f"{signed}.{base64url(made)}")
        for token in tokens:
            self.assertEqual(self.ask(f"Bearer {token}")[0], 200, token)

    def test_every_class_meets_one_401(self):
        first = raw.comparable(self.ask())
        self.assertEqual(first[0], b"HTTP/1.1 401 Unauthorized")
        made = hostile(self.crowd.secret, self.keys)
        for kind, token in made:
            answer = raw.comparable(self.ask(f"Bearer {token}"))
            self.assertEqual(answer, first, (kind, token[:300]))
        for value in ("Bearer", "Bearer ", "Basic dTpw", "Token x", "Bearerx",
                      self.crowd.owner.token, f"Bearer {self.crowd.owner.token},x",
                      f"Bearer {self.crowd.owner.token} x", f"Bearer\t{self.crowd.owner.token}",
                      f"Bearer {self.crowd.revoked_key}", "Bearer sk_test_", "Bearer sk_live_x"):
            self.assertEqual(raw.comparable(self.ask(value)), first, value)
        self.assertIn(("WWW-Authenticate", "Bearer"), first[1])
        kinds = {kind for kind, _ in made}
        print(f"{len(made)} hostile tokens of {len(kinds)} classes", flush=True)

    def test_what_was_refused_is_not_remembered_as_good(self):
        """The cache of tokens: a good one in between changes nothing for a bad one."""
        token = self.crowd.owner.token
        bad = token[:-1] + ("A" if token[-1] != "A" else "B")
        for _ in range(3):
            self.assertEqual(self.ask(f"Bearer {token}")[0], 200)
            self.assertEqual(self.ask(f"Bearer {bad}")[0], 401)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
