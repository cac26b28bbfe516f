#!/usr/bin/env python3
"""Makes examples/transactions.csv: a month of card and transfer settlements that two systems should
agree on, and mostly do. The same bytes every time.

usage: make_transactions.py > transactions.csv
"""

import csv
import random
import sys

SEED = 20261001
PAIRS = 1700  # found in both systems: two rows, one match group
SINGLES = 600  # found in one only

SOURCES = {  # currency of each
    "6f0a1c52-93b7-4c1e-8a70-2d1f5be09c11": "BRL",
    "b3d94e07-5a2f-4f66-9c38-7e04aa61d2f5": "BRL",
    "21c7e8b9-0d44-4b0a-b6a1-93f2c85e7d30": "USD",
    "e58b2f6d-7c19-48d3-a4e5-60b17d92ca84": "EUR",
}
FEES = [("fee-card-std", "Card, standard", 0.0199), ("fee-card-ent", "Card, enterprise", 0.0129),
        ("fee-ted", "TED, per transfer", 0.0)]
COLUMNS = ["transaction_id", "match_group_id", "source_id", "amount", "currency", "status", "date",
           "exception_id", "due_at", "expected_amount", "fee_schedule_id", "fee_schedule_name"]


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def main():
    dice = random.Random(SEED)
    rows = []

    def add(group, source, cents, status, day, exception="", due="", expected=None, fee=None):
        schedule, name = (fee[0], fee[1]) if fee else ("", "")
        rows.append([f"tx_{len(rows) + 1:06d}", group, source, money(cents), SOURCES[source],
                     status, f"2026-10-{day:02d}", exception, due,
                     "" if expected is None else money(expected), schedule, name])

    sources = list(SOURCES)
    for pair in range(1, PAIRS + 1):
        source = dice.choice(sources)
        day = dice.randint(1, 30)
        cents = int(dice.lognormvariate(9.2, 1.1)) + 100
        fee = dice.choice(FEES)
        expected = cents - round(cents * fee[2])
        # One pair in twelve settles for a little more or less than was expected.
        actual = expected + (dice.randint(-500, 500) if dice.random() < 1 / 12 else 0)
        group = f"mg_{pair:05d}"
        add(group, source, max(actual, 1), "MATCHED", day, expected=expected, fee=fee)
        add(group, source, max(actual, 1), "MATCHED", min(day + dice.randint(0, 1), 31))
    for single in range(1, SINGLES + 1):
        source = dice.choice(sources)
        day = dice.randint(1, 31)
        cents = int(dice.lognormvariate(8.7, 1.3)) + 100
        if dice.random() < 0.3:
            add("", source, cents, "EXCEPTION", day, f"ex_{single:05d}",
                f"2026-11-{dice.randint(1, 28):02d}")
        else:
            add("", source, cents, "PENDING", day)
    # As they would arrive: by day, systems mixed.
    rows.sort(key=lambda row: (row[COLUMNS.index("date")], row[0][-2:], row[0]))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)


if __name__ == "__main__":
    main()
