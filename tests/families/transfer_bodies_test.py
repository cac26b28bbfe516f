#!/usr/bin/env python3
"""What may stand in the requests of transfers: bodies, amounts, texts, headers, paths.
usage: transfer_bodies_test.py PROGRAM [unittest options]"""

import json
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from transfer_wire_case import OTHER_TENANT, RECIPIENT, TENANT, TransferTest, main  # noqa: E402

ABSENT = "0189a2c4-0000-7000-8000-000000000000"
WRITES = ("/v1/transfers/initiate", "/v1/transfers/process", f"/v1/transfers/{ABSENT}/cancel",
          "/v1/transfers/ted-in/poll")


class BodyTest(TransferTest):
    settings = {**TransferTest.settings, "transfers.fee": "1.50"}

    def post(self, path, body, **headers):
        """`body` is bytes, or what becomes JSON. A header that is None is not sent."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, bytes):
            headers = {"Content-Type": "application/json", **headers}
        return self.client.ask("POST", path, body, headers=headers)

    def order(self, account, **more):
        return {"senderAccountId": account, "amount": 10, "purpose": "10", "recipient": RECIPIENT,
                **more}

    def wrong(self, body, *names):
        """An initiation of which the fields with these names, and no others, are refused."""
        return self.refused(self.post("/v1/transfers/initiate", body), 400, "BTF-0001", "fields",
                            sorted(names))

    def test_all_faults_are_told_at_once(self):
        told = self.wrong({}, "senderAccountId", "recipient", "amount", "purpose")["fields"]
        self.assertEqual(set(told.values()), {"is required"})
        self.wrong({"senderAccountId": "x", "amount": -1, "purpose": "12345", "metadata": [],
                    "description": "d" * 141,
                    "recipient": {"ispb": "1234567", "branch": "", "account": "a b",
                                  "accountType": "cacc", "holderName": "", "holderDocument": "1"}},
                   "senderAccountId", "amount", "purpose", "metadata", "description",
                   *[f"recipient.{name}" for name in RECIPIENT])

    def test_wrong_types(self):
        good = self.order(self.account()[0])
        for name, value in {"senderAccountId": 7, "recipient": "x", "amount": "5", "purpose": 10,
                            "description": 1, "metadata": "x"}.items():
            self.wrong({**good, name: value}, name)
        for name in RECIPIENT:
            self.wrong({**good, "recipient": {**RECIPIENT, name: 1}}, f"recipient.{name}")
            self.wrong({**good, "recipient": {**RECIPIENT, name: None}}, f"recipient.{name}")

    def test_a_body_that_is_no_object(self):
        for body in (b"", b"[]", b"7", b"{", b'{"a":1}x', b'{"amount":1,"amount":2}', b"\xff{}",
                     b'"text"', b"[" * 5000, b'{"a":' * 5000):
            for path in WRITES[:3]:
                if body or not path.endswith("cancel"):
                    self.refused(self.post(path, body), 400, "BTF-0001")

    def test_amounts(self):
        account = self.account()[0]
        good = json.dumps(self.order(account, amount=77))

        def ask(text):
            return self.post("/v1/transfers/initiate",
                             good.replace('"amount": 77', f'"amount": {text}').encode())

        # Numbers in, numbers out, without a detour through anything that rounds.
        for text, total in {"0.01": "1.51", "1e2": "101.5", "999999.99": "1000001.49",
                            "10.10": "11.6", "1.10e1": "12.5", "123456.78": "123458.28",
                            "0.29": "1.79", "8.00": "9.5", "1000.50": "1002",
                            "5e-1": "2"}.items():
            answer = ask(text)
            self.check(answer, 200, "initiate_response")
            self.assertIn(f'"feeAmount":1.5,"totalAmount":{total},'.encode(), answer.body, text)
        for text in ("0", "0.00", "0.001", "0.005", "10.001", "-1", "-0.01", "1000000", "1e6",
                     "1e400", "1e999999999", "-1e400", "99999999999999999999", "1e-400", '"5"',
                     "true", "[]", "{}", "null", "NaN", "Infinity", "+1", "01", ".5", "5.", "0x10"):
            self.refused(ask(text), 400, "BTF-0001")

    def test_characters_are_counted_not_bytes(self):
        account = self.account()[0]
        for amount, text in ((1, "é" * 140), (2, "💸" * 140), (3, "")):
            self.initiated(account, amount, description=text)
        for text in ("é" * 141, "💸" * 141, "d" * 141):
            self.wrong(self.order(account, description=text), "description")
        texts = ["💸\u0000\"\\/é\n\u2028" * 17, "e\u0301\ufeff\u007f"]
        for amount, text in enumerate(texts, 1):
            transfer = self.held(account, amount, description=text,
                                 recipient={"holderName": "Conceição \"💸\" </script>"})
            shown = self.shown(transfer)
            self.assertEqual(shown["description"], text)
            self.assertEqual(shown["recipient"]["holderName"], "Conceição \"💸\" </script>")
            self.check(self.client.cancel(transfer, body={"reason": text}), 200, "cancel_response")
            self.assertEqual(self.shown(transfer)["statusHistory"][-1]["reason"], text)

    def test_half_a_character_is_no_text(self):
        account = self.account()[0]
        good = json.dumps(self.order(account, description="HERE")).encode()
        for broken in (b"\\ud83d", b"\\udcb8", b"\xf0\x9f", b"\xc0\x80", b"\xed\xa0\x80"):
            self.refused(self.post("/v1/transfers/initiate", good.replace(b"HERE", broken)), 400,
                         "BTF-0001")

    def test_reasons(self):
        account = self.account()[0]
        for amount, (reason, is_good) in enumerate((("💔" * 500, True), ("💔" * 501, False),
                                                    ("x" * 501, False), (5, False), ([], False),
                                                    (None, True), ("", True)), 1):
            transfer = self.held(account, amount)
            answer = self.client.cancel(transfer, body={"reason": reason})
            if is_good:
                self.check(answer, 200, "cancel_response")
            else:
                self.refused(answer, 400, "BTF-0001", "fields", ["reason"])
            self.assertEqual(self.shown(transfer)["status"], "CANCELLED" if is_good else "CREATED")

    def test_documents(self):
        account = self.account()[0]
        for amount, document in enumerate(("12345678909", "12345678000195", "12ABC34501DE35"), 1):
            self.initiated(account, amount, recipient={"holderDocument": document})
        for document in ("1234567890", "1234567890A", "12ABC34501DEX5", "12abc34501de35", ""):
            self.wrong(self.order(account, recipient={**RECIPIENT, "holderDocument": document}),
                       "recipient.holderDocument")

    def test_metadata(self):
        account = self.account()[0]
        self.wrong(self.order(account, metadata={"a": "x" * 8192}), "metadata")
        metadata = {"a": "x" * 8000, "b": {"c": [None, True, 1.5, -7, "é💸", 12345678901234567]}}
        transfer = self.held(account, 5, metadata=metadata)
        self.assertEqual(self.shown(transfer)["metadata"], metadata)

    def test_signing_members_are_taken_and_not_looked_at(self):
        initiation = self.initiated(self.account()[0])
        answer = self.post("/v1/transfers/process", {
            "initiationId": initiation, "signingArtifactId": ABSENT, "payloadHash": "00" * 32,
            "signature": "AAAA"})
        self.check(answer, 200, "process_response")

    def test_organizations(self):
        paths = [("POST", path) for path in WRITES[:3]]
        paths += [("GET", "/v1/transfers"), ("GET", f"/v1/transfers/{ABSENT}")]
        for method, path in paths:
            for text in (None, "", "x", ABSENT + "0", "{" + TENANT):
                answer = self.client.ask(method, path, headers={"X-Organization-Id": text})
                self.refused(answer, 400, "BTF-0400", "headers", ["X-Organization-Id"])
            self.refused(self.client.ask(method, path, organization=OTHER_TENANT), 403, "BTF-0402",
                         "headers", ["X-Organization-Id"])
        # A poll takes it from the token.
        for text in (None, TENANT, TENANT.upper(), "{" + TENANT + "}"):
            answer = self.client.ask("POST", WRITES[3], headers={"X-Organization-Id": text})
            self.check(answer, 200, "poll_response")
        self.refused(self.client.ask("POST", WRITES[3], organization=OTHER_TENANT), 403, "BTF-0402")

    def test_keys(self):
        for path in WRITES:
            for key in (None, "", " ", "a b", "\u00e9", "x" * 256):
                answer = self.post(path, None, X_Idempotency=key)
                self.refused(answer, 400, "BTF-0001", "headers", ["X-Idempotency"])
        longest = "~!" + "x" * 253
        first, second = (self.client.cancel(ABSENT, key=longest) for _ in range(2))
        self.refused(first, 404, "BTF-0200")
        self.assertEqual((first.body, first.replayed), (second.body, None))
        self.assertEqual(second.replayed, "true")

    def test_a_refusal_of_the_caller_is_not_kept(self):
        key = str(uuid.uuid4())
        answer = self.post(WRITES[1], {"initiationId": ABSENT}, X_Organization_Id=OTHER_TENANT,
                           X_Idempotency=key)
        self.refused(answer, 403, "BTF-0402")
        self.refused(self.client.process(ABSENT, key=key), 404, "BTF-0201")

    def test_paths_methods_and_types(self):
        for method, path in (("GET", "/v1/transfers/x"), ("POST", "/v1/transfers/x/cancel")):
            self.refused(self.client.ask(method, path), 400, "BTF-0001", "paths", ["transferId"])
        for method, path, status in (("GET", "/v1/transfers/a/b", 404),
                                     ("DELETE", "/v1/transfers", 405),
                                     ("PUT", f"/v1/transfers/{ABSENT}", 405)):
            self.refused(self.client.ask(method, path), status, "BTF-0001")
        self.refused(self.post(WRITES[0], b"{}", Content_Type="text/plain"), 415, "BTF-0001")
        self.refused(self.post(WRITES[0], {"description": "x" * (1 << 20)}), 413, "BTF-0001")


if __name__ == "__main__":
    main()
