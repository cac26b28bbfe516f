#!/usr/bin/env python3
"""Every code of the transfers' errors, reached on the wire; who may ask what; what a key is for.
usage: transfers_test.py PROGRAM FAULTS_LIBRARY [unittest options]"""

import os
import pathlib
import re
import sys
import tempfile
import time
import unittest
import uuid

FAMILIES = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FAMILIES))
sys.path.insert(0, str(FAMILIES.parent / "crash"))
from faults import Faults  # noqa: E402
from transfer_wire_case import (OTHER_TENANT, PROGRAM, ROOT, SCOPES, TENANT, Server,  # noqa: E402
                                TransferClient, TransferTest, main, token_by_its_clock)

LIBRARY = os.path.abspath(sys.argv.pop(2))
ABSENT = "0189a2c4-0000-7000-8000-000000000000"
DAY = 24 * 3600


class CodesTest(TransferTest):
    """A server for each test; together they reach every code of the table."""

    reached = set()
    ran = 0

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        if cls.ran < len(unittest.defaultTestLoader.getTestCaseNames(cls)):
            return  # only some were asked for
        table = (ROOT / "http/families/transfers/errors.hpp").read_text()
        known = set(re.findall(r'"(BTF-\d{4})"', table))
        assert cls.reached == known, sorted(cls.reached ^ known)

    def setUp(self):
        CodesTest.ran += 1

    def serve(self, **settings):
        settings = {name.replace("__", "."): value for name, value in settings.items()}
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.faults = Faults(LIBRARY, folder.name + "/faults")
        self.server = Server(PROGRAM, folder.name + "/data", {**self.settings, **settings},
                             prefix=self.faults.prefix)
        self.addCleanup(self.server.end)
        self.server.start()
        self.client = self.teller()

    def teller(self, tenant=TENANT, scopes=SCOPES):
        return TransferClient(self.server, token_by_its_clock(self.server, tenant, scopes), tenant)

    def restart_after(self, seconds):
        """A clock that jumps while the server runs is none of its business."""
        self.server.kill()
        self.faults.end()
        self.faults.shift_clock(seconds)
        self.server.start()
        self.client = self.teller()

    def refused(self, answer, status, code, place=None, names=None):
        error = super().refused(answer, status, code, place, names)
        CodesTest.reached.add(code)
        return error

    def test_initiations_and_confirmations(self):
        self.serve(transfers__duplicate_window="1h", transfers__daily_limit="700.00",
                   transfers__fee="1.00")
        account, _ = self.account("100.00")
        self.refused(self.client.ask("POST", "/v1/transfers/initiate", {}), 400, "BTF-0001")
        self.refused(self.client.initiate(ABSENT), 404, "BTF-0500", "fields", ["senderAccountId"])
        self.refused(self.client.initiate(account, 700.01), 422, "BTF-0011", "fields", ["limit"])
        late, early = self.initiated(account, 5), self.initiated(account, 6)
        self.refused(self.client.initiate(account, 5), 409, "BTF-0012")
        self.refused(self.client.process("x"), 400, "BTF-0001", "fields", ["initiationId"])
        self.refused(self.client.process(ABSENT), 404, "BTF-0201")
        # The amount alone would be there; with its fee it is not.
        self.refused(self.client.process(self.initiated(account, 99.01)), 422, "BTF-0013")
        self.assertEqual(self.money(account), ("100.00", "0.00"))
        transfer = self.processed(early)
        self.assertEqual(self.processed(early), transfer)
        self.assertEqual(self.money(account), ("93.00", "7.00"))
        self.check(self.client.cancel(transfer), 200, "cancel_response")
        error = self.refused(self.client.process(early), 409, "BTF-0203", "fields",
                             ["currentStatus", "transferId"])
        self.assertEqual(error["fields"], {"transferId": transfer, "currentStatus": "CANCELLED"})
        self.restart_after(DAY - 60)
        still = self.initiated(account, 8)
        self.restart_after(DAY + 60)
        self.refused(self.client.process(late), 410, "BTF-0202")
        self.processed(still)

    def test_the_limit_is_that_of_the_confirmation(self):
        self.serve(transfers__account_daily_count=1)
        account, _ = self.account()
        first, second = self.initiated(account), self.initiated(account)
        self.processed(first)
        error = self.refused(self.client.process(second), 422, "BTF-0011", "fields", ["limit"])
        self.assertEqual(error["fields"]["limit"], "account daily limit")

    def test_out_of_hours(self):
        self.serve(transfers__operating_hours="00:00-00:01", transfers__timezone="UTC")
        account, _ = self.account()
        self.restart_after(DAY // 2 - time.time() % DAY)  # it is noon
        self.refused(self.client.initiate(account), 422, "BTF-0010", "fields",
                     ["currentTime", "operatingHours"])

    def test_cancels_and_lookups(self):
        self.serve(rail__submit_delay="0s", rail__accept_delay="0s", rail__settle_delay="1h")
        account, _ = self.account()
        for answer in (self.client.cancel(ABSENT), self.client.transfer(ABSENT)):
            self.refused(answer, 404, "BTF-0200")
        self.refused(self.client.transfers("?type=X"), 400, "BTF-0002", "queryParams", ["type"])
        transfer = self.held(account)
        self.wait_for(transfer, "PROCESSING")
        error = self.refused(self.client.cancel(transfer), 422, "BTF-0204", "fields",
                             ["currentStatus", "allowedStatuses"])
        self.assertEqual(error["fields"], {"currentStatus": "PROCESSING",
                                           "allowedStatuses": ["CREATED", "PENDING"]})
        self.assertEqual(error["message"], "Transfer cannot be cancelled in its current status. "
                         "Only CREATED or PENDING transfers can be cancelled.")

    def test_callers(self):
        self.serve(transfers__unlicensed=OTHER_TENANT)
        client, other = self.client, self.teller(OTHER_TENANT)
        reader = self.teller(scopes=["transfers:read"])
        stranger = self.teller(scopes=["exports:read", "exports:write"])
        nobody = TransferClient(self.server, None)
        forger = TransferClient(self.server, "x.y.z")
        writes = [lambda by: by.ask("POST", "/v1/transfers/initiate", {}),
                  lambda by: by.process(ABSENT), lambda by: by.cancel(ABSENT),
                  lambda by: by.ask("POST", "/v1/transfers/ted-in/poll")]
        reads = [lambda by: by.transfer(ABSENT), lambda by: by.transfers()]
        for ask in writes + reads:
            self.refused(ask(nobody), 401, "BTF-0401")
            self.refused(ask(forger), 401, "BTF-0401")
            self.refused(ask(stranger), 403, "BTF-0405")
        for ask in writes:
            self.refused(ask(reader), 403, "BTF-0405")
        for ask in writes[:3]:
            self.refused(ask(other), 403, "BTF-0403")
        self.refused(client.ask("GET", "/v1/transfers", headers={"X-Organization-Id": None}), 400,
                     "BTF-0400", "headers", ["X-Organization-Id"])
        self.refused(client.ask("GET", "/v1/transfers", organization=OTHER_TENANT), 403,
                     "BTF-0402", "headers", ["X-Organization-Id"])

    def test_another_organization_s_is_as_if_it_never_was(self):
        self.serve()
        account, _ = self.account()
        transfer, initiation = self.held(account), self.initiated(account)
        other = self.teller(OTHER_TENANT)
        self.assertEqual(other.transfer(transfer).body, other.transfer(ABSENT).body)
        self.assertEqual(other.cancel(transfer).body, other.cancel(ABSENT).body)
        self.assertEqual(other.process(initiation).body, other.process(ABSENT).body)
        self.assertEqual(other.initiate(account).body, other.initiate(ABSENT).body)
        self.assertEqual(other.transfers().json()["pagination"]["totalCount"], 0)
        self.assertEqual(self.shown(transfer)["status"], "CREATED")
        self.assertEqual(self.money(account), ("989.50", "10.50"))

    def test_a_key_is_for_one_request_of_its_organization(self):
        self.serve()
        account, _ = self.account()
        first = self.client.initiate(account, 5, key="k")
        self.check(first, 200, "initiate_response")
        self.assertEqual(first.replayed, "false")
        again = self.client.initiate(account, 5, key="k")
        self.assertEqual((again.status, again.body, again.replayed), (200, first.body, "true"))
        client = self.client
        for answer in (client.initiate(account, 6, key="k"), client.process(ABSENT, key="k"),
                       client.ask("POST", "/v1/transfers/initiate?a=1", {}, key="k"),
                       client.ask("POST", "/v1/transfers/initiate", {}, key="k"),
                       client.cancel(ABSENT, key="k"),
                       client.ask("POST", "/v1/transfers/ted-in/poll", key="k")):
            self.refused(answer, 422, "BTF-0001", "headers", ["X-Idempotency"])
            self.assertIsNone(answer.replayed)
        self.refused(self.teller(OTHER_TENANT).process(ABSENT, key="k"), 404, "BTF-0201")

    def test_too_many_requests(self):
        self.serve(limits__enabled="true", limits__transfers_cancel="1 per 24h")
        self.refused(self.client.cancel(ABSENT), 404, "BTF-0200")
        answer = self.client.cancel(ABSENT)
        error = self.refused(answer, 429, "BTF-0001")
        self.assertEqual(error["title"], "Invalid input")
        self.assertEqual(error["message"], "Too many requests. Retry after the interval indicated "
                         "by the `Retry-After` header.")
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        self.assertEqual((answer.headers["x-ratelimit-limit"],
                          answer.headers["x-ratelimit-remaining"]), ("1", "0"))

    def test_a_ledger_that_is_not_there(self):
        self.serve()
        port = self.server.port
        self.server.end()  # now nothing listens there
        self.serve(ledger__midaz_url=f"http://127.0.0.1:{port}", transfers__ledger=ABSENT,
                   ledger__midaz_timeout="100ms", http__commit_timeout="500ms")
        initiation = self.initiated(ABSENT, 5)
        answer = self.client.process(initiation, key="k")
        self.refused(answer, 503, "BTF-2000")
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        # The embedded ledger is not asked instead, and not shown: what it held would be nobody's.
        ledgers = f"/v1/organizations/{TENANT}/ledgers"
        for path in (ledgers, f"{ledgers}/{ABSENT}/balances"):
            self.assertEqual(self.client.get(path).status, 404, path)
        self.assertEqual(self.client.post(ledgers, {"name": "n"}).status, 404)

    def test_a_disk_that_is_slow(self):
        self.serve(http__commit_timeout="300ms")
        account, _ = self.account()
        initiation, key = self.initiated(account), str(uuid.uuid4())
        self.faults.rule("delay", "pwrite fsync fdatasync", "/data/log/", times=0, argument=1500)
        answer = self.client.process(initiation, key=key)
        self.refused(answer, 503, "BTF-2001")
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        self.restart_after(0)
        # The key finds out; whatever it was, it is once.
        answer = self.client.process(initiation, key=key)
        transfer = self.check(answer, 200, "process_response")["transferId"]
        self.assertEqual(self.processed(initiation), transfer)
        self.assertEqual(self.money(account), ("989.50", "10.50"))


if __name__ == "__main__":
    main()
