"""At rest: transfers, ledger transactions and balances tell one story.

Two accounts of the balances are made, neither of which uses the other: one adds up what the
ledger's transactions did, the other what the states of the transfers say that must have been done.
"""

import collections

from audit.money import OUTSIDE, judge_movement, minor

EXTERNAL = OUTSIDE + "BRL"
FEES = EXTERNAL + "/fees"

# What became of the hold of a transfer that goes out.
HOLD = {"CREATED": "PENDING", "PENDING": "PENDING", "PROCESSING": "PENDING",
        "COMPLETED": "APPROVED", "CANCELLED": "CANCELED", "REJECTED": "CANCELED",
        "FAILED": "CANCELED"}


class Books:
    """`movements` and `transfers` by id; `aliases`: account -> alias."""

    def __init__(self, cut, movements, transfers, aliases):
        self.cut, self.movements, self.transfers = cut, movements, transfers
        self.account = {alias: account for account, alias in aliases.items()}
        self.account.update((balance.alias, account) for account, balance in cut.balances.items())

    def judge(self):
        for one in self.movements.values():
            yield from judge_movement(one)
        named = collections.Counter(transfer["midazTransactionId"]
                                    for transfer in self.transfers.values()
                                    if "midazTransactionId" in transfer)
        for name, times in named.items():
            if times > 1:
                yield f"transaction {name} belongs to {times} transfers"
        for transfer in self.transfers.values():
            yield from self._judge_transfer(transfer)
        free = [one for name, one in self.movements.items() if name not in named]
        funds, returns = self._sort_out(free)
        yield from self._judge_returns(returns)
        yield from self._judge_balances()
        yield from self._judge_expected(funds)

    def legs(self, *pairs):
        """{account: amount} without the zeros."""
        sums = collections.Counter()
        for account, amount in pairs:
            if amount:
                sums[account] += amount
        return dict(sums)

    def _judge_transfer(self, transfer):
        name, status = transfer["transferId"], transfer["status"]
        amount, fee = minor(transfer["amount"]), minor(transfer["feeAmount"])
        comes_in = transfer["type"] == "TED_IN"
        if minor(transfer["totalAmount"]) != (amount - fee if comes_in else amount + fee):
            yield f"transfer {name} of {amount} with a fee of {fee} is {transfer['totalAmount']}"
        if comes_in and not was_completed(transfer):
            if "midazTransactionId" in transfer:
                yield f"transfer {name}, TED_IN, is {status} and has a transaction"
            return
        one = self.movements.get(transfer.get("midazTransactionId"))
        if one is None:
            yield f"transfer {name}, {status}, has no transaction in the ledger"
            return
        wanted = "APPROVED" if comes_in else HOLD[status]
        if one.status != wanted:
            yield f"transfer {name} is {status} and its transaction {one.id} is {one.status}"
        if comes_in:
            held, taken = {}, self.legs((self.account.get(EXTERNAL), amount))
            given = self.legs((transfer["recipientAccountId"], amount - fee),
                              (self.account.get(FEES), fee))
        else:
            held = taken = self.legs((transfer["senderAccountId"], amount + fee))
            where = (transfer["recipientAccountId"] if transfer["type"] == "P2P"
                     else self.account.get(EXTERNAL))
            given = self.legs((where, amount), (self.account.get(FEES), fee))
        if one.held != held:
            yield f"transfer {name} holds {one.held}, not {held}"
        if one.status == "APPROVED" and (one.debited, one.credited) != (taken, given):
            yield (f"transfer {name} moved {one.debited} to {one.credited}, not {taken} to "
                   f"{given}")

    def _sort_out(self, free):
        """Of the transactions without a transfer: money that was brought in, and the rest."""
        funds, returns = [], []
        outside = self.account.get(EXTERNAL)
        for one in free:
            comes_in = one.status == "APPROVED" and set(one.debited) == {outside} and not one.held
            (funds if comes_in else returns).append(one)
        return funds, returns

    def _judge_returns(self, returns):
        """What is left are the returns of transfers that were charged back, each once."""
        found = collections.Counter(
            (one.status, *(tuple(sorted(legs.items()))
                           for legs in (one.held, one.debited, one.credited))) for one in returns)
        wanted = collections.Counter()
        for transfer in self.transfers.values():
            if was_completed(transfer) and transfer["status"] == "FAILED":
                amount, fee = minor(transfer["amount"]), minor(transfer["feeAmount"])
                taken = self.legs((transfer["recipientAccountId"], amount - fee),
                                  (self.account.get(FEES), fee))
                given = self.legs((self.account.get(EXTERNAL), amount))
                wanted[("APPROVED", (), tuple(sorted(taken.items())),
                        tuple(sorted(given.items())))] += 1
        for what, times in (found - wanted).items():
            yield f"{times} transactions belong to no transfer: {what}"
        for what, times in (wanted - found).items():
            yield f"{times} transfers were charged back and their money was not: {what}"

    def _judge_balances(self):
        available, holds = collections.Counter(), collections.Counter()
        for one in self.movements.values():
            for account, (free, held) in one.stages()[-1].items():
                available[account] += free
                holds[account] += held
        for account, balance in self.cut.balances.items():
            if balance.on_hold != holds[account]:
                yield (f"{balance.alias} has {balance.on_hold} on hold, its live transactions hold "
                       f"{holds[account]}")
            if balance.available != available[account]:
                yield (f"{balance.alias} has {balance.available} available, its transactions come "
                       f"to {available[account]}")
        for account in available.keys() - self.cut.balances.keys():
            yield f"transactions move money of {account}, which is not there"

    def _judge_expected(self, funds):
        """By the states of the transfers."""
        total, holds = collections.Counter(), collections.Counter()
        for one in funds:
            total.subtract(one.debited)
            total.update(one.credited)
        outside, fees = self.account.get(EXTERNAL), self.account.get(FEES)
        for transfer in self.transfers.values():
            amount, fee = minor(transfer["amount"]), minor(transfer["feeAmount"])
            if transfer["type"] == "TED_IN":
                if transfer["status"] == "COMPLETED":
                    total[outside] -= amount
                    total[transfer["recipientAccountId"]] += amount - fee
                    total[fees] += fee
            elif transfer["status"] == "COMPLETED":
                total[transfer["senderAccountId"]] -= amount + fee
                total[transfer["recipientAccountId"] if transfer["type"] == "P2P"
                      else outside] += amount
                total[fees] += fee
            elif HOLD[transfer["status"]] == "PENDING":
                holds[transfer["senderAccountId"]] += amount + fee
        for account, balance in self.cut.balances.items():
            if (balance.available + balance.on_hold, balance.on_hold) != (total[account],
                                                                          holds[account]):
                yield (f"{balance.alias} has {balance.available} and {balance.on_hold} on hold; by "
                       f"its transfers it has {total[account] - holds[account]} and "
                       f"{holds[account]}")


def was_completed(transfer):
    return any(entry["status"] == "COMPLETED" for entry in transfer["statusHistory"])
