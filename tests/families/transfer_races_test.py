#!/usr/bin/env python3
"""Transfers that are asked for several things at once, and what a cancel comes to in every state.
usage: transfer_races_test.py PROGRAM [unittest options]"""

import pathlib
import random
import sys
import threading
import uuid
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from transfer_wire_case import (OTHER_TENANT, OWN_BANK, SCOPES, TENANT,  # noqa: E402
                                TransferClient, TransferTest, main)

ENDED = {"COMPLETED", "REJECTED", "FAILED", "CANCELLED"}


class RaceTest(TransferTest):
    def at_once(self, asks):
        """Asks from as many connections in the same moment; the answers, in the asks' order."""
        barrier, answers = threading.Barrier(len(asks)), [None] * len(asks)

        def run(place, ask):
            client = TransferClient(self.server, self.token)
            client.get("/health/live")
            barrier.wait()
            answers[place] = ask(client)

        threads = [threading.Thread(target=run, args=each) for each in enumerate(asks)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def sum_of_ledger(self):
        found = self.client.get(f"{self.ledger()}/balances").json()
        self.assertNotIn("next_cursor", found)
        return sum(Decimal(item["available"]) + Decimal(item["onHold"]) for item in found["items"])


class HeldTest(RaceTest):
    settings = {**RaceTest.settings, "transfers.fee": "0.50"}

    def test_one_initiation_makes_one_transfer(self):
        account, _ = self.account("100.00")
        for _ in range(5):
            initiation = self.initiated(account, 1)
            answers = self.at_once([lambda client: client.process(initiation)] * 8)
            bodies = {answer.body for answer in answers}
            self.assertEqual({answer.status for answer in answers}, {200}, bodies)
            self.assertEqual(len(bodies), 1)
        self.assertEqual(self.money(account), ("92.50", "7.50"))

    def test_one_key_executes_once(self):
        account, _ = self.account("100.00")
        initiation = self.initiated(account, 1)
        ways = [lambda client: client.initiate(account, 1, key=str(self.id()) + "initiate"),
                lambda client: client.process(initiation, key=str(self.id()) + "process"),
                lambda client: client.cancel(uuid.UUID(int=7), key=str(self.id()) + "cancel")]
        for way, status in zip(ways, (200, 200, 404)):
            answers = self.at_once([way] * 8)
            self.assertEqual({answer.status for answer in answers}, {status})
            self.assertEqual(len({answer.body for answer in answers}), 1)
            self.assertEqual(sum(answer.replayed == "true" for answer in answers), 7)

    def test_a_cancel_among_cancels_releases_once(self):
        account, _ = self.account("100.00")
        transfer = self.held(account, 60)
        answers = self.at_once([lambda client: client.cancel(transfer)] * 12)
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(len({answer.body for answer in answers}), 1)
        self.assertEqual(self.money(account), ("100.00", "0.00"))
        self.assertEqual(len(self.shown(transfer)["statusHistory"]), 2)

    def test_the_last_of_an_account_is_held_once(self):
        account, _ = self.account("100.00")
        asked = [self.initiated(account, 33) for _ in range(8)]
        answers = self.at_once([lambda client, each=each: client.process(each) for each in asked])
        good = [answer for answer in answers if answer.status == 200]
        self.assertEqual(len(good), 2, [answer.body for answer in answers])
        for answer in answers:
            if answer not in good:
                self.refused(answer, 422, "BTF-0013")
        self.assertEqual(self.money(account), ("33.00", "67.00"))
        # The refused ones were refused for want of money alone.
        self.check(self.client.cancel(good[0].json()["transferId"]), 200, "cancel_response")
        left = [each for each, answer in zip(asked, answers) if answer not in good]
        self.processed(left[0])
        self.refused(self.client.process(left[1]), 422, "BTF-0013")
        self.assertEqual(self.money(account), ("33.00", "67.00"))

    def test_process_among_cancels_of_others(self):
        account, _ = self.account("100.00")
        for _ in range(5):
            held = [self.held(account, 10) for _ in range(5)]
            asked = [self.initiated(account, 9) for _ in range(4)]
            asks = [lambda client, each=each: client.cancel(each) for each in held]
            asks += [lambda client, each=each: client.process(each) for each in asked]
            answers = self.at_once(asks)
            self.assertEqual({answer.status for answer in answers}, {200},
                             [answer.body for answer in answers])
            for answer in answers[5:]:
                self.client.cancel(answer.json()["transferId"])
        self.assertEqual(self.money(account), ("100.00", "0.00"))
        self.assertEqual(self.sum_of_ledger(), 0)


class DrivenTest(RaceTest):
    settings = {**RaceTest.settings, "rail.submit_delay": "20ms", "rail.accept_delay": "20ms",
                "rail.settle_delay": "20ms", "transfers.fee": "0.50",
                "rail.outcomes": "2.00=rejected,3.00=failed"}
    transfers = 60

    def test_a_cancel_against_the_rail(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        choose = random.Random(seed)
        account, _ = self.account("1000.00")
        friend, alias = self.account("0.01")
        plan = [(choose.choice((1, 2, 3)), choose.random() < 0.3, choose.randrange(90))
                for _ in range(self.transfers)]
        made = []
        for amount, is_within, delay in plan:
            party = {"ispb": OWN_BANK, "account": alias} if is_within else {}
            made.append((self.held(account, amount, recipient=party), amount, is_within, delay))

        def pursue(transfer, delay):
            def ask(client):
                threading.Event().wait(delay / 1000)  # somewhere on its way
                return [client.cancel(transfer), client.cancel(transfer)]
            return ask

        answers = self.at_once([pursue(transfer, delay) for transfer, _, _, delay in made])
        paid = within = Decimal(0)
        for (transfer, amount, is_within, _), pair in zip(made, answers):
            for _ in range(2000):
                shown = self.shown(transfer)
                if shown["status"] in ENDED:
                    break
            states = [entry["status"] for entry in shown["statusHistory"]]
            if pair[0].status == 200:
                self.assertEqual((shown["status"], pair[1].body), ("CANCELLED", pair[0].body))
                self.assertNotIn("PROCESSING", states)
            for answer in pair:
                if answer.status != 200:
                    error = self.refused(answer, 422, "BTF-0204", "fields",
                                         ["currentStatus", "allowedStatuses"])
                    self.assertIn(error["fields"]["currentStatus"], states)
                    self.assertNotIn(error["fields"]["currentStatus"],
                                     error["fields"]["allowedStatuses"])
                    self.assertNotIn("CANCELLED", states)
            if shown["status"] == "COMPLETED":
                paid += Decimal(amount) + Decimal("0.50")
                within += amount if is_within else 0
        self.assertEqual(self.money(account), (str(Decimal("1000.00") - paid), "0.00"))
        self.assertEqual(self.money(friend), (str(Decimal("0.01") + within), "0.00"))
        self.assertEqual(self.sum_of_ledger(), 0)


class StatesTest(RaceTest):
    """What a cancel comes to, by type and state."""

    settings = {**RaceTest.settings, "rail.submit_delay": "0s", "rail.accept_delay": "0s",
                "rail.settle_delay": "1h", "rail.slow_delay": "1h", "rail.outcomes": "7.00=slow"}

    def refuse(self, transfer, status, allowed):
        self.wait_for(transfer, status)
        before = self.client.transfer(transfer).body
        error = self.refused(self.client.cancel(transfer), 422, "BTF-0204", "fields",
                             ["currentStatus", "allowedStatuses"])
        self.assertEqual(error["fields"], {"currentStatus": status, "allowedStatuses": allowed})
        self.assertEqual(self.client.transfer(transfer).body, before)

    def test_on_the_rail(self):
        account, _ = self.account("100.00")
        pending = self.held(account, 7)
        self.wait_for(pending, "PENDING")
        self.refuse(self.held(account, 8), "PROCESSING", ["CREATED", "PENDING"])
        self.check(self.client.cancel(pending), 200, "cancel_response")
        self.assertEqual(self.money(account), ("92.00", "8.00"))

    def test_within_the_institution(self):
        account, _ = self.account("100.00")
        _, alias = self.account("1.00")
        transfer = self.held(account, 8, recipient={"ispb": OWN_BANK, "account": alias})
        self.refuse(transfer, "PROCESSING", ["CREATED"])

    def test_from_another_bank(self):
        _, alias = self.account("1.00")
        fed = self.client.post("/belay/v1/rail/inbound", {
            "controlNumber": uuid.uuid4().hex[:20], "amount": 5, "recipientAccount": alias})
        self.assertEqual(fed.status, 202, fed.body)
        polled = self.check(self.client.ask("POST", "/v1/transfers/ted-in/poll"), 200,
                            "poll_response")
        self.assertEqual(polled, {"tenantId": TENANT, "outcome": "success", "processed": 1})
        found = self.check(self.client.transfers("?type=TED_IN"), 200, "list_response")["data"]
        self.refuse(found[0]["transferId"], "PROCESSING", [])

    def test_p2p_needs_an_account_of_the_institution(self):
        account, own = self.account("100.00")
        other = self.server.token(OTHER_TENANT, scopes=SCOPES)
        _, theirs = self.account("1.00", TransferClient(self.server, other, OTHER_TENANT))
        for alias in ("@nobody", own, theirs, "@external/BRL"):
            self.refused(self.client.initiate(account, recipient={"ispb": OWN_BANK,
                                                                  "account": alias}),
                         400, "BTF-0001", "fields", ["recipient.account"])


if __name__ == "__main__":
    main()
