#!/usr/bin/env python3
"""A list of transfers that is longer than the slices in which it is walked, while it grows.
usage: transfer_list_test.py PROGRAM [unittest options]"""

import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from transfer_wire_case import TransferClient, TransferTest, main  # noqa: E402

THREADS, EACH = 4, 540  # more than one slice of 2,000 in all


class LongListTest(TransferTest):
    def make(self, count):
        """So many transfers from each of some accounts, at once; their ids."""
        accounts = [self.account("999.00")[0] for _ in range(THREADS)]
        made = [[] for _ in accounts]

        def run(place):
            client = TransferClient(self.server, self.token)
            for _ in range(count):
                initiation = client.initiate(accounts[place], 0.01).json()["initiationId"]
                made[place].append(client.process(initiation).json()["transferId"])

        threads = [threading.Thread(target=run, args=(place,)) for place in range(THREADS)]
        for thread in threads:
            thread.start()
        return threads, made

    def page(self, query):
        body = self.check(self.client.transfers(query), 200, "list_response")
        return [item["transferId"] for item in body["data"]], body["pagination"]

    def test_pages_of_a_long_list(self):
        threads, made = self.make(EACH)
        while any(thread.is_alive() for thread in threads):
            ids, page = self.page("?limit=200")
            self.assertEqual(ids, sorted(ids, reverse=True))
            self.assertEqual(len(ids), min(200, page["totalCount"]))
        newest = sorted(sum(made, []), reverse=True)
        total = len(newest)
        self.assertEqual(total, THREADS * EACH)
        for offset in (0, 1, 1_900, 1_999, 2_000, 2_001, total - 200, total - 1, total, total + 1):
            for order, wanted in (("desc", newest), ("asc", newest[::-1])):
                ids, page = self.page(f"?sort={order}&limit=200&offset={offset}")
                self.assertEqual(ids, wanted[offset:offset + 200])
                self.assertEqual(page, {"limit": 200, "offset": offset, "returned": len(ids),
                                        "totalCount": total,
                                        "hasNextPage": offset + len(ids) < total})
        oldest = newest[-1]
        self.check(self.client.cancel(oldest), 200, "cancel_response")
        for order in ("asc", "desc"):
            ids, page = self.page(f"?status=CANCELLED&sort={order}")
            self.assertEqual((ids, page["totalCount"]), ([oldest], 1))


if __name__ == "__main__":
    main()
