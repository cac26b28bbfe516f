"""Reads again and again, remembers what it has read, and judges it."""

import random

from audit.between import Between
from audit.books import Books
from audit.cuts import judge_cut, judge_next
from audit.money import Wrong
from audit.paths import ENDED, judge_path, judge_step
from audit.reading import Reader

RESTS = 50  # times that a rest is looked for
LOOKED_AT = 4  # transfers of each kind at each look


class Auditor:
    """Not for several threads. It outlives starts of the server: what it has read stays true."""

    def __init__(self, tenant, ledger, get, seed=0):
        self.reader = Reader(get, tenant, ledger)
        self.random = random.Random(seed)
        self.between = Between()
        self.last_cut = None
        self.movements = {}   # transaction -> as it was read last
        self.transfers = {}   # transfer -> as it was read last
        self.counts = dict.fromkeys(("cuts", "transfers read", "transactions read", "rests"), 0)

    def look(self):
        """While anything may be under way: a cut between two looks at transactions, and some
        transfers."""
        return self._judged(self._look())

    def settle(self, whole=False):
        """At rest: everything that may have changed since the last rest, or everything."""
        return self._judged(self._settle(whole))

    @staticmethod
    def _judged(findings):
        try:
            return list(findings)
        except Wrong as wrong:
            return [str(wrong)]

    def _look(self):
        yield from self._walk(whole=False)
        cut, findings = self._cut()
        yield from findings
        self.between.cuts.append(cut)
        yield from self._walk(whole=False)
        names = self.reader.newest_transfers(LOOKED_AT)
        if self.transfers:
            names += self.random.choices(list(self.transfers), k=LOOKED_AT)
        for name in dict.fromkeys(names):
            yield from self._read_transfer(name)

    def _settle(self, whole):
        for _ in range(RESTS):
            before, findings = self._cut()
            yield from findings
            yield from self._walk(whole)
            yield from self._read_transfers(whole)
            yield from self._read_open(before.ended)
            cut, findings = self._cut()
            yield from findings
            if cut.lsn == before.lsn:
                break
        else:
            raise Wrong("it does not come to rest")
        self.counts["rests"] += 1
        self.between.cuts.append(cut)
        yield from self.between.judge()
        yield from Books(cut, self.movements, self.transfers, self.reader.aliases).judge()

    def _cut(self):
        cut = self.reader.cut()
        self.counts["cuts"] += 1
        findings = list(judge_cut(cut))
        if self.last_cut is not None:
            findings += judge_next(self.last_cut, cut)
        self.last_cut = cut
        return cut, findings

    # Transactions.

    def _walk(self, whole):
        """The newest transactions, back to where all are over already."""
        read = set()
        for page in self.reader.transaction_pages():
            is_news = False
            for seen in page:
                if seen.movement.id in read:
                    yield f"transaction {seen.movement.id} is listed twice"
                read.add(seen.movement.id)
                is_news |= not self._is_settled(seen.movement.id)
                yield from self._note(seen)
            if not is_news and not whole:
                return
        if whole:
            for name in self.movements.keys() - read:
                yield f"transaction {name} is not listed any more"

    def _is_settled(self, name):
        return name in self.movements and name not in self.between.open

    def _note(self, seen):
        self.counts["transactions read"] += 1
        one = seen.movement
        known = self.movements.get(one.id)
        if known is not None and known.is_over():
            if one != known:
                yield f"transaction {one.id} was over as {known} and is {one}"
            if one.id not in self.between.open:
                return
        self.movements[one.id] = one
        if not self.between.note(seen):
            yield f"transaction {one.id} has gone back to {one.status}"

    def _read_open(self, since):
        """Those that were not read at this rest."""
        for name, known in list(self.between.open.items()):
            if known[-1].began < since:
                yield from self._note(self.reader.transaction(name))

    # Transfers.

    def _read_transfer(self, name):
        transfer = self.reader.transfer(name)
        self.counts["transfers read"] += 1
        if transfer["transferId"] != name:
            yield f"transfer {name} is answered as {transfer['transferId']}"
        yield from judge_path(transfer)
        known = self.transfers.get(name)
        if known is not None:
            yield from judge_step(known, transfer)
        self.transfers[name] = transfer
        yield from self._read_after(transfer)

    def _read_after(self, transfer):
        """A transfer that has ended: its hold, read after it, has ended too."""
        name = transfer.get("midazTransactionId")
        if name is None or transfer["status"] not in ENDED or self._is_settled(name):
            return
        seen = self.reader.transaction(name)
        yield from self._note(seen)
        if not seen.movement.is_over():
            yield f"transfer {transfer['transferId']} is {transfer['status']} and its hold stands"

    def _read_transfers(self, whole):
        listed = self.reader.transfers()
        for name in self.transfers.keys() - listed.keys():
            yield f"transfer {name} was there and is not listed"
        for name, item in listed.items():
            known = self.transfers.get(name)
            if whole or known is None or known["status"] != item["status"] or \
                    known["status"] not in ENDED or self.random.random() < 0.01:
                yield from self._read_transfer(name)
            now = self.transfers[name]
            for field in ("type", "status", "amount", "feeAmount", "createdAt"):
                if now[field] != item[field]:
                    yield (f"transfer {name} is listed with {field} {item[field]} and is "
                           f"{now[field]}")
