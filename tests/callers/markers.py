"""Secrets that can be found again: a marker is a text that nothing but itself contains, and is
looked for in every form in which a careless line of code would show it."""

import base64
import hashlib
import urllib.parse

PART = 16  # characters of a secret that must not be seen either


def _forms(secret):
    """Texts by which the secret, or enough of it, can be recognised."""
    octets = secret.encode()
    yield "as it is", secret
    yield "its begin", secret[:PART]
    yield "its end", secret[-PART:]
    yield "percent-encoded", urllib.parse.quote(secret, safe="")
    yield "in hex", octets.hex()
    yield "in HEX", octets.hex().upper()
    # Base64 of a text that holds it somewhere: one form for each place modulo three.
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + octets).decode().rstrip("=")
        core = whole[-(-shift * 8 // 6):-2]
        yield "in base64", core
        yield "in base64url", core.replace("+", "-").replace("/", "_")
    digest = hashlib.sha256(octets).digest()
    yield "its SHA-256", digest.hex()[:PART]
    yield "its SHA-256 in base64", base64.b64encode(digest).decode()[:PART]
    yield "its SHA-256 in base64url", base64.urlsafe_b64encode(digest).decode()[:PART]


class Markers:
    def __init__(self):
        self._secrets = {}

    def add(self, name, secret):
        """Keeps it; gives it back."""
        assert len(secret) >= 2 * PART, (name, secret)
        self._secrets[name] = secret
        return secret

    def add_token(self, name, token):
        """A token's payload and signature: its header is everybody's."""
        _, payload, signature = token.split(".")
        # The payload begins with the tenant, which is no secret.
        self.add(f"{name}'s payload", payload[-2 * PART:])
        self.add(f"{name}'s signature", signature)
        return token

    def found_in(self, octets, but=()):
        """["the name in this form: what is around it"…]"""
        text = octets.decode("latin-1")
        found = []
        for name, secret in self._secrets.items():
            if name in but:
                continue
            for form, shown in _forms(secret):
                at = text.find(shown)
                if at >= 0:
                    found.append(f"{name} {form}: …{text[max(0, at - 60):at + 60]}…")
                    break
        return found
