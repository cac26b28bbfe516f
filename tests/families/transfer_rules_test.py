#!/usr/bin/env python3
"""Lists, limits, hours, the guard against duplicates, licences and the rail, asked of the running
program.

usage: transfer_rules_test.py PROGRAM [unittest options]"""

import datetime
import pathlib
import sys
import threading
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from transfer_wire_case import (OWN_BANK, TENANT, TransferClient, TransferTest, main)  # noqa: E402


class ListTest(TransferTest):
    def test_filters_pages_and_order(self):
        account, _ = self.account("1000.00")
        _, friend = self.account("1.00")
        made = [self.held(account, 1 + place) for place in range(7)]
        within = self.held(account, 50, recipient={"ispb": OWN_BANK, "account": friend})
        self.client.cancel(made[0])

        def ids(query):
            body = self.check(self.client.transfers(query), 200, "list_response")
            return [item["transferId"] for item in body["data"]], body["pagination"]

        all_of_them, page = ids("")
        self.assertEqual(all_of_them, [within, *reversed(made)])
        self.assertEqual(page, {"limit": 50, "offset": 0, "returned": 8, "totalCount": 8,
                                "hasNextPage": False})
        self.assertEqual(ids("?sortOrder=asc")[0], [*made, within])
        self.assertEqual(ids("?status=CANCELLED")[0], [made[0]])
        self.assertEqual(ids("?type=P2P")[0], [within])
        self.assertEqual(ids("?type=TED_IN")[0], [])
        self.assertEqual(ids("?minAmount=3&maxAmount=4.00")[0], [made[3], made[2]])
        for order in ("asc", "desc"):
            seen, offset = [], 0
            while True:
                found, page = ids(f"?limit=3&offset={offset}&sort={order}")
                seen += found
                self.assertEqual(page["totalCount"], 8)
                if not page["hasNextPage"]:
                    break
                offset += len(found)
            self.assertEqual(seen, all_of_them if order == "desc" else all_of_them[::-1])
        self.assertEqual(ids("?offset=100")[1]["returned"], 0)
        self.assertEqual(ids("?offset=100&sort=asc")[1]["returned"], 0)
        now = datetime.datetime.now(datetime.timezone.utc)
        later = (now + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.assertEqual(ids(f"?startDate={later}")[0], [])
        self.assertEqual(len(ids(f"?endDate={later}")[0]), 8)

    def test_what_a_list_refuses(self):
        for query, code, name in (("type=X", "BTF-0002", "type"),
                                  ("status=created", "BTF-0002", "status"),
                                  ("startDate=yesterday", "BTF-0002", "startDate"),
                                  ("toDate=2026-13-01T00:00:00Z", "BTF-0002", "toDate"),
                                  ("minAmount=0", "BTF-0002", "minAmount"),
                                  ("maxAmount=1000000", "BTF-0002", "maxAmount"),
                                  ("minAmount=2&maxAmount=1", "BTF-0002", "maxAmount"),
                                  ("limit=0", "BTF-0001", "limit"),
                                  ("limit=201", "BTF-0001", "limit"),
                                  ("offset=-1", "BTF-0001", "offset"),
                                  ("sortOrder=up", "BTF-0001", "sortOrder"),
                                  ("limit=1&limit=2", "BTF-0001", "limit")):
            self.refused(self.client.transfers("?" + query), 400, code, "queryParams", [name])


class LimitTest(TransferTest):
    settings = {**TransferTest.settings, "transfers.daily_limit": "100.00",
                "transfers.account_daily_count": 3}

    def test_limits_are_used_up_once_and_given_back_by_a_cancel(self):
        one, _ = self.account("1000.00")
        two, _ = self.account("1000.00")
        self.refused(self.client.initiate(one, 100.01), 422, "BTF-0011", "fields", ["limit"])
        # Six confirmations race for the last of the day.
        asked = [self.initiated(account, 40) for account in (one, two) * 3]
        seen = []

        def run(initiation):
            seen.append(TransferClient(self.server, self.token).process(initiation))

        threads = [threading.Thread(target=run, args=(each,)) for each in asked]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        good = [answer.json()["transferId"] for answer in seen if answer.status == 200]
        self.assertEqual(len(good), 2, [answer.body for answer in seen])
        for answer in seen:
            if answer.status != 200:
                self.refused(answer, 422, "BTF-0011", "fields", ["limit"])
        self.client.cancel(good[0])
        last = self.held(one, 60)
        self.client.cancel(good[1])
        self.client.cancel(last)
        held = [self.held(one, 1) for _ in range(3)]
        error = self.refused(self.client.initiate(one, 1), 422, "BTF-0011", "fields", ["limit"])
        self.assertEqual(error["fields"]["limit"], "account daily limit")
        self.restart()
        self.refused(self.client.initiate(one, 1), 422, "BTF-0011")
        self.client.cancel(held[0])
        self.held(one, 1)


class GuardTest(TransferTest):
    settings = {**TransferTest.settings, "transfers.duplicate_window": "1h"}

    def test_the_twin_is_refused_until_a_cancel(self):
        account, _ = self.account("100.00")
        transfer = self.held(account, 5, description="one")
        self.refused(self.client.initiate(account, 5, description="two"), 409, "BTF-0012")
        self.initiated(account, 5.01)
        self.initiated(account, 5, recipient={"account": "999"})
        self.restart()
        self.refused(self.client.initiate(account, 5), 409, "BTF-0012")
        self.client.cancel(transfer)
        self.initiated(account, 5)

    def test_of_many_twins_at_once_one_is_taken(self):
        account, _ = self.account("100.00")
        seen = []

        def run():
            seen.append(TransferClient(self.server, self.token).initiate(account, 7).status)

        threads = [threading.Thread(target=run) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(seen), [200] + [409] * 11)


class ClosedTest(TransferTest):
    # A minute that is over: closed, whenever this runs.
    hour = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=12)).hour
    settings = {**TransferTest.settings, "transfers.timezone": "UTC",
                "transfers.operating_hours": f"{hour:02}:00-{hour:02}:01"}

    def test_outside_of_the_hours_only_p2p(self):
        account, _ = self.account("100.00")
        _, friend = self.account("1.00")
        error = self.refused(self.client.initiate(account), 422, "BTF-0010", "fields",
                             ["currentTime", "operatingHours"])
        self.assertEqual(error["fields"]["operatingHours"],
                         f"Mon-Fri {self.hour:02}:00-{self.hour:02}:01 UTC")
        self.held(account, 5, recipient={"ispb": OWN_BANK, "account": friend})


class LicenceTest(TransferTest):
    settings = {**TransferTest.settings, "transfers.unlicensed": TENANT}

    def test_an_organization_without_a_licence(self):
        account, _ = self.account("1.00")
        self.refused(self.client.initiate(account), 403, "BTF-0403")
        self.check(self.client.transfers(), 200, "list_response")


class RailTest(TransferTest):
    settings = {**TransferTest.settings, "rail.submit_delay": "50ms", "rail.accept_delay": "50ms",
                "rail.settle_delay": "50ms", "rail.slow_delay": "1h", "transfers.fee": "1.00",
                "rail.outcomes": "13.00=rejected,14.00=failed,15.00=slow"}

    def history(self, transfer):
        return [entry["status"] for entry in self.shown(transfer)["statusHistory"]]

    def test_the_paths_and_their_money(self):
        account, _ = self.account("100.00")
        friend, alias = self.account("1.00")
        settled = self.held(account, 10)
        shown = self.wait_for(settled, "COMPLETED")
        self.assertIn("completedAt", shown)
        self.assertTrue(shown["controlNumber"])
        self.assertEqual(self.history(settled), ["CREATED", "PENDING", "PROCESSING", "COMPLETED"])
        self.assertEqual(self.money(account), ("89.00", "0.00"))
        for amount, status in ((13, "REJECTED"), (14, "FAILED")):
            self.wait_for(self.held(account, amount), status)
        self.assertEqual(self.money(account), ("89.00", "0.00"))
        within = self.held(account, 20, recipient={"ispb": OWN_BANK, "account": alias})
        self.wait_for(within, "COMPLETED")
        self.assertEqual(self.history(within), ["CREATED", "PROCESSING", "COMPLETED"])
        self.assertEqual((self.money(account)[0], self.money(friend)[0]), ("68.00", "21.00"))
        error = self.refused(self.client.cancel(settled), 422, "BTF-0204", "fields",
                             ["currentStatus", "allowedStatuses"])
        self.assertEqual(error["fields"], {"currentStatus": "COMPLETED",
                                           "allowedStatuses": ["CREATED", "PENDING"]})

    def test_a_pending_transfer_can_be_cancelled_a_processing_one_cannot(self):
        account, _ = self.account("100.00")
        slow = self.held(account, 15)
        state = self.wait_for(slow, "PENDING")["status"]
        self.assertEqual(state, "PENDING")
        self.check(self.client.cancel(slow), 200, "cancel_response")
        self.assertEqual(self.money(account), ("100.00", "0.00"))

    def test_money_that_comes_in_and_is_taken_back(self):
        account, alias = self.account("1.00")
        message = {"controlNumber": str(uuid.uuid4())[:18], "amount": 30, "recipientAccount": alias,
                   "sender": {"ispb": "60701190", "branch": "0001", "account": "55",
                              "accountType": "CACC", "holderName": "Carla",
                              "holderDocument": "12345678909"}}
        fed = self.client.post("/belay/v1/rail/inbound", message)
        self.assertEqual(fed.status, 202, fed.body)
        polled = self.client.ask("POST", "/v1/transfers/ted-in/poll", key="poll-1")
        self.assertEqual(self.check(polled, 200, "poll_response")["processed"], 1)
        again = self.client.ask("POST", "/v1/transfers/ted-in/poll", key="poll-1")
        self.assertEqual((again.body, again.replayed), (polled.body, "true"))
        self.client.post("/belay/v1/rail/inbound", message)
        empty = self.client.ask("POST", "/v1/transfers/ted-in/poll")
        self.assertEqual(self.check(empty, 200, "poll_response")["processed"], 0)
        found = self.check(self.client.transfers("?type=TED_IN"), 200, "list_response")["data"]
        self.assertEqual(len(found), 1)
        transfer = found[0]["transferId"]
        self.wait_for(transfer, "COMPLETED")
        self.assertEqual(self.history(transfer), ["RECEIVED", "PROCESSING", "COMPLETED"])
        self.assertEqual(self.money(account)[0], "30.00")
        error = self.refused(self.client.cancel(transfer), 422, "BTF-0204")
        self.assertEqual(error["fields"]["allowedStatuses"], [])
        taken = self.client.post("/belay/v1/rail/chargeback", {"transferId": transfer})
        self.assertEqual(taken.status, 202, taken.body)
        self.wait_for(transfer, "FAILED")
        self.assertEqual(self.money(account)[0], "1.00")


if __name__ == "__main__":
    main()
