#!/usr/bin/env python3
"""Writes examples/transactions.csv, or the file named: a month of transactions as a reconciliation
would hold them. The seed is fixed, so the same script writes the same bytes.

What it puts in on purpose, because files like it have it: names with commas, quotes and accents,
one that looks like a formula, refunds, empty cells, times with an offset, groups of three.
"""

import csv
import datetime
import random
import sys
import uuid
from decimal import ROUND_HALF_EVEN, Decimal

SEED = 20261122
LAST_DAY = datetime.date(2026, 11, 21)
DAYS = 30
ROWS = 4000
CENT = Decimal("0.01")

COLUMNS = [
    "transaction_id", "match_group_id", "source_id", "amount", "currency", "status", "date",
    "exception_id", "due_at", "expected_amount", "fee_schedule_id", "fee_schedule_name",
]

# Which currencies a source settles in, how often it appears, and the fees it is charged by.
SOURCES = [
    ("ledger", ["BRL", "USD", "EUR"], 30, []),
    ("acquirer", ["BRL"], 25, ["fs-acq-debit", "fs-acq-credit"]),
    ("bank", ["BRL"], 20, ["fs-ted", "fs-pix"]),
    ("gateway", ["USD", "EUR"], 15, ["fs-gateway-eu", "fs-gateway-us"]),
    ("marketplace", ["BRL", "USD"], 10, ["fs-marketplace"]),
]

FEE_SCHEDULES = {
    "fs-acq-debit": ("Débito à vista, 1,49 %", Decimal("0.0149")),
    "fs-acq-credit": ("Crédito \"parcelado\", 3,19 %", Decimal("0.0319")),
    "fs-ted": ("TED São Paulo", Decimal("0.0008")),
    "fs-pix": ("=PIX(grátis)", Decimal("0.0000")),
    "fs-gateway-eu": ("Gateway Europe, Zürich", Decimal("0.0140")),
    "fs-gateway-us": ("Gateway \"US\"", Decimal("0.0290")),
    "fs-marketplace": ("Comissão loja; promoção", Decimal("0.1200")),
}

UNMATCHED_STATUSES = ["PENDING", "PENDING", "UNMATCHED", "UNMATCHED", "UNMATCHED", "DISPUTED"]


def identifier(chance):
    """A UUID of version 4 from the seeded generator."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def amount_of(chance):
    """Mostly small amounts, some large ones; two decimals."""
    return (Decimal(str(round(chance.lognormvariate(4.5, 1.3), 4))) + 1).quantize(CENT)


def date_of(chance):
    """Most sources give a day, some a time in São Paulo."""
    day = LAST_DAY - datetime.timedelta(days=chance.randrange(DAYS))
    if chance.random() < 0.75:
        return day, day.isoformat()
    clock = datetime.time(chance.randrange(9, 18), chance.randrange(60), chance.randrange(60))
    return day, f"{day.isoformat()}T{clock.isoformat()}-03:00"


def cells_of_fee(chance, schedules, amount):
    """What the fee schedule says should have arrived; now and then something else has."""
    if not schedules or chance.random() < 0.15:
        return {}
    schedule = chance.choice(schedules)
    name, rate = FEE_SCHEDULES[schedule]
    expected = amount
    if chance.random() < 0.12:
        expected = (amount * (1 + rate)).quantize(CENT, ROUND_HALF_EVEN)
    return {
        "expected_amount": str(expected),
        "fee_schedule_id": schedule,
        "fee_schedule_name": name,
    }


def make_rows():
    chance = random.Random(SEED)
    ids = {name: identifier(chance) for name, *_ in SOURCES}
    weights = [weight for _, _, weight, _ in SOURCES]

    def row(number, source, currency, amount, date):
        name, _, _, schedules = source
        cells = {
            "transaction_id": f"{name}-{date[0]:%Y%m%d}-{number:06d}",
            "source_id": ids[name],
            "amount": str(amount),
            "currency": currency,
            "date": date[1],
        }
        cells.update(cells_of_fee(chance, schedules, amount))
        return cells

    rows = []
    while len(rows) < ROWS:
        source = chance.choices(SOURCES, weights)[0]
        currency = chance.choice(source[1])
        amount = amount_of(chance)
        if chance.random() < 0.04:
            amount = -amount  # a refund
        date = date_of(chance)
        if chance.random() < 0.7:
            # A group: the ledger's row and the source's, sometimes settled in two parts.
            group = identifier(chance)
            parts = [amount]
            if chance.random() < 0.1:
                first = (amount / 3).quantize(CENT)
                parts = [first, amount - first]
            made = [row(len(rows), SOURCES[0], currency, amount, date)]
            for part in parts:
                made.append(row(len(rows) + len(made), source, currency, part, date))
            for cells in made:
                cells["match_group_id"] = group
                cells["status"] = "MATCHED"
            rows.extend(made)
        else:
            cells = row(len(rows), source, currency, amount, date)
            cells["status"] = chance.choice(UNMATCHED_STATUSES)
            if cells["status"] != "PENDING":
                cells["exception_id"] = identifier(chance)
                due = date[0] + datetime.timedelta(days=chance.choice([2, 5, 10, 30]))
                cells["due_at"] = due.isoformat()
            rows.append(cells)
    rows.sort(key=lambda cells: (cells["date"][:10], cells["transaction_id"]))
    return rows


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "examples/transactions.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(make_rows())


if __name__ == "__main__":
    main()
