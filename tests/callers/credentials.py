"""Credentials of every kind, good and bad, made without the program under test: its own tools must
not be the measure of what it accepts."""

import base64
import hashlib
import hmac
import json
import struct
import time

ISSUER = "https://id.example"
AUDIENCE = "belay"
TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"
FOREIGN_TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
HS256 = '{"alg":"HS256","typ":"JWT"}'


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(**changed):
    """Claims that are good for an hour; a claim that is changed to None is left out."""
    now = int(time.time())
    made = {"tenantId": TENANT, "sub": "tester", "iat": now, "exp": now + 3600, "iss": ISSUER,
            "aud": AUDIENCE, **changed}
    return {name: value for name, value in made.items() if value is not None}


def sign(secret, header, payload, digest=hashlib.sha256):
    """A token over any header and payload, texts or octets, under any secret."""
    def octets(part):
        return part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part

    signed = base64url(octets(header)) + "." + base64url(octets(payload))
    mac = hmac.new(octets(secret), signed.encode(), digest).digest()
    return signed + "." + base64url(mac)


def token(secret, **changed):
    return sign(secret, HS256, json.dumps(claims(**changed)))


def url_keys(data):
    """The ring of a data directory: (id, secret) of the key that signs."""
    with open(data + "/url.keys", encoding="ascii") as file:
        last = json.load(file)["keys"][-1]
    return last["id"], from_base64url(last["secret"])


def sign_url(data, path, tenant, obj, expires, method="GET"):
    """The query of a signed URL, by the description of its format alone (auth/signed_url.hpp)."""
    key, secret = url_keys(data)
    fields = ["belay-url", "1", method, path, str(expires), key, obj, tenant]
    signed = b"".join(struct.pack("<I", len(field)) + field.encode() for field in fields)
    mac = base64url(hmac.new(secret, signed, hashlib.sha256).digest())
    return (f"expires={expires}&key={key}&object={obj}&signature={mac}&tenant={tenant}"
            "&version=1")
