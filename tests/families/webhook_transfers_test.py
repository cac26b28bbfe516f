#!/usr/bin/env python3
"""The events of transfers, as subscribers get them: every one of transfers.md 2.8 that a client can
bring about, in the order of its transfer, in the contract's envelope, signed.
usage: webhook_transfers_test.py PROGRAM [unittest options]"""

import json
import uuid

from transfer_wire_case import TENANT, TransferTest, main
from belay_client import wait_for
from webhook_receiver import Receiver

CANCELLED, COMPLETED, REJECTED, FAILED = 10, 20, 30, 40
EXPECTED = {
    CANCELLED: ["transfer.initiated", "transfer.processing", "transfer.cancelled"],
    COMPLETED: ["transfer.initiated", "transfer.processing"],
    REJECTED: ["transfer.initiated", "transfer.processing", "transfer.rejected"],
    FAILED: ["transfer.initiated", "transfer.processing", "transfer.failed"],
}


class EventsTest(TransferTest):
    settings = {**TransferTest.settings, "webhooks.allow_private": "true",
                "rail.submit_delay": "300ms", "rail.accept_delay": "50ms",
                "rail.settle_delay": "50ms",
                "rail.outcomes": f"{REJECTED}.00=rejected,{FAILED}.00=failed"}

    def test_each_transfer_tells_its_own_story(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        made = self.client.ask("POST", "/v1/webhooks",
                               {"name": "all", "endpointUrl": receiver.url()})
        self.assertEqual(made.status, 201, made.body)
        secret = made.json()["signingSecret"]
        account, _ = self.account("1000.00")
        transfers = {amount: [self.held(account, amount) for _ in range(5)]
                     for amount in (CANCELLED,)}
        for transfer in transfers[CANCELLED]:
            self.assertEqual(self.client.cancel(transfer, key=str(uuid.uuid4())).status, 200)
        for amount, status in ((COMPLETED, "COMPLETED"), (REJECTED, "REJECTED"),
                               (FAILED, "FAILED")):
            transfers[amount] = [self.held(account, amount) for _ in range(5)]
            for transfer in transfers[amount]:
                self.wait_for(transfer, status)

        def story(transfer):
            return [one.event for one in receiver.deliveries()
                    if one.json()["data"]["transferId"] == transfer]

        for amount, all_of_it in transfers.items():
            for transfer in all_of_it:
                wanted = EXPECTED[amount]
                wait_for(lambda transfer=transfer, wanted=wanted:
                         story(transfer)[:len(wanted)] == wanted, what=f"{wanted}")
        for one in receiver.deliveries():
            body = json.loads(one.body)
            self.assertEqual((body["event"], body["organizationId"]), (one.event, TENANT))
            self.assertEqual(one.signatures(), ([one.v1(secret)], [one.standard(secret)]))
        ids = [one.id for one in receiver.deliveries()]
        self.assertEqual(len(ids), len(set(ids)))


if __name__ == "__main__":
    main()
