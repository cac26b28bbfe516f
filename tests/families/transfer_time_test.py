#!/usr/bin/env python3
"""What time does to transfers, on a clock that the test moves: keys live for their 24 hours and no
longer; initiations, the guard, hours and limits keep theirs, whatever restarts come between.
usage: transfer_time_test.py PROGRAM FAULTS_LIBRARY [unittest options]"""

import datetime
import os
import pathlib
import sys
import tempfile
import time

FAMILIES = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FAMILIES))
sys.path.insert(0, str(FAMILIES.parent / "crash"))
from faults import Faults  # noqa: E402
from transfer_wire_case import (OWN_BANK, PROGRAM, Server, TransferClient,  # noqa: E402
                                TransferTest, main, token_by_its_clock)

LIBRARY = os.path.abspath(sys.argv.pop(2))
ABSENT = "0189a2c4-0000-7000-8000-000000000000"
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


class TimeTest(TransferTest):
    settings = {**TransferTest.settings, "rail.submit_delay": "1d"}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.faults = Faults(LIBRARY, f"{self.folder.name}/{self._testMethodName}.page")
        self.server = Server(PROGRAM, f"{self.folder.name}/{self._testMethodName}", self.settings,
                             prefix=self.faults.prefix)
        self.addCleanup(self.server.end)
        self.at(0)

    def at(self, seconds):
        """Kills the server and starts it with the clock so far ahead."""
        self.server.kill()
        self.faults.shift_clock(seconds)
        self.server.start()
        self.client = TransferClient(self.server, token_by_its_clock(self.server))


class KeysTest(TimeTest):
    def asks(self, account, transfer, pending):
        """One ask for each kind of answer that is kept, by its status."""
        client = self.client
        return [(200, lambda: client.initiate(account, 7, key="initiate")),
                (200, lambda: client.process(pending, key="process")),
                (200, lambda: client.cancel(transfer, key="cancel", body={"reason": "💔"})),
                (200, lambda: client.ask("POST", "/v1/transfers/ted-in/poll", key="poll")),
                (400, lambda: client.ask("POST", "/v1/transfers/initiate", {}, key="invalid")),
                (404, lambda: client.cancel(ABSENT, key="unknown")),
                (404, lambda: client.process(ABSENT, key="no-initiation")),
                (422, lambda: client.process(self.too_much, key="no-money")),
                (409, lambda: client.process(self.ended, key="already"))]

    def test_answers_are_replayed_byte_for_byte_for_24_hours(self):
        account, _ = self.account("100.00")
        transfer, pending = self.held(account, 5), self.initiated(account, 6)
        self.too_much = self.initiated(account, 500)
        self.ended = self.initiated(account, 8)
        self.client.cancel(self.processed(self.ended))
        first = []
        for status, ask in self.asks(account, transfer, pending):
            answer = ask()
            self.assertEqual(answer.status, status, answer.body)
            self.assertEqual(answer.replayed, "false" if status == 200 else None)
            first.append(answer.body)
        for seconds in (0, HOUR, DAY - 2 * MINUTE):
            self.at(seconds)
            for (status, ask), body in zip(self.asks(account, transfer, pending), first):
                answer = ask()
                self.assertEqual((answer.status, answer.body, answer.replayed),
                                 (status, body, "true"))
        # The clock goes back: what is asked then is as old as what was asked last.
        self.at(0)
        for (status, ask), body in zip(self.asks(account, transfer, pending), first):
            self.assertEqual(ask().body, body)
        self.at(DAY + 2 * MINUTE)
        for status, ask in self.asks(account, transfer, pending):
            answer = ask()
            self.assertNotEqual(answer.replayed, "true", answer.body)
        # And what the keys had answered for has still happened once.
        self.assertEqual(self.shown(transfer)["status"], "CANCELLED")
        self.assertEqual(self.money(account), ("94.00", "6.00"))

    def test_a_cancel_has_its_first_time_with_any_key(self):
        account, _ = self.account("100.00")
        transfer = self.held(account)
        first = self.client.cancel(transfer, key="one").body
        self.at(HOUR)
        self.assertEqual(self.client.cancel(transfer, key="one").body, first)
        self.assertEqual(self.client.cancel(transfer, key="two", body={"reason": "again"}).body,
                         first)
        self.at(3 * DAY)
        self.assertEqual(self.client.cancel(transfer, key="one").body, first)
        self.assertEqual(len(self.shown(transfer)["statusHistory"]), 2)


class InitiationsTest(TimeTest):
    settings = {**TimeTest.settings, "transfers.initiation_window": "24h",
                "transfers.duplicate_window": "300s"}

    def test_they_may_be_confirmed_for_24_hours(self):
        account, _ = self.account("100.00")
        early, late = self.initiated(account, 1), self.initiated(account, 2)
        self.at(DAY - 2 * MINUTE)
        transfer = self.processed(early)
        self.at(DAY + 2 * MINUTE)
        for _ in range(2):
            self.refused(self.client.process(late), 410, "BTF-0202")
        # Of one that was confirmed in time the answer is the transfer, whenever it is asked.
        self.assertEqual(self.processed(early), transfer)
        self.assertEqual(self.money(account), ("99.00", "1.00"))

    def test_the_guard_stands_for_its_window(self):
        account, _ = self.account("100.00")
        self.initiated(account, 1)
        self.at(4 * MINUTE)
        self.refused(self.client.initiate(account, 1), 409, "BTF-0012")
        self.at(6 * MINUTE)
        self.initiated(account, 1)
        self.refused(self.client.initiate(account, 1), 409, "BTF-0012")


class LimitsTest(TimeTest):
    settings = {**TimeTest.settings, "transfers.daily_count": 2, "transfers.timezone": "UTC"}

    def test_a_day_s_limit_is_new_on_the_next_day_and_a_cancel_gives_back_its_own_day(self):
        noon = DAY // 2 - time.time() % DAY  # so that no midnight comes by itself
        self.at(noon)
        account, _ = self.account("1000.00")
        first = self.held(account, 1)
        self.held(account, 2)
        self.refused(self.client.initiate(account, 3), 422, "BTF-0011", "fields", ["limit"])
        self.at(noon + DAY)
        held = [self.held(account, 4), self.held(account, 5)]
        # What was used yesterday is given back to yesterday.
        self.check(self.client.cancel(first), 200, "cancel_response")
        self.refused(self.client.initiate(account, 6), 422, "BTF-0011")
        self.check(self.client.cancel(held[0]), 200, "cancel_response")
        self.held(account, 7)
        numbers = {self.shown(each)["confirmationNumber"] for each in [first, *held]}
        self.assertEqual(len(numbers), 3)


class HoursTest(TimeTest):
    settings = {**TimeTest.settings, "transfers.operating_hours": "06:30-17:00",
                "transfers.timezone": "UTC"}

    def test_open_and_closed(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        monday = (now + datetime.timedelta(days=7 - now.weekday())).replace(
            hour=0, minute=0, second=0, microsecond=0)
        account, _ = self.account("1000.00")
        _, friend = self.account("1.00")
        for day, hour, minute, is_open in ((0, 6, 20, False), (0, 6, 40, True), (4, 16, 50, True),
                                           (4, 17, 10, False), (5, 12, 0, False)):
            moment = monday + datetime.timedelta(days=day, hours=hour, minutes=minute)
            self.at((moment - now).total_seconds())
            answer = self.client.initiate(account, 1 + day + hour)
            if is_open:
                self.check(answer, 200, "initiate_response")
                continue
            error = self.refused(answer, 422, "BTF-0010", "fields",
                                 ["currentTime", "operatingHours"])
            self.assertEqual(error["fields"]["operatingHours"], "Mon-Fri 06:30-17:00 UTC")
            self.assertEqual(error["fields"]["currentTime"][:15], moment.isoformat()[:15])
            self.held(account, 1 + day + hour, recipient={"ispb": OWN_BANK, "account": friend})


if __name__ == "__main__":
    main()
