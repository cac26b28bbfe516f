"""Stores rows with exports_report_tool, reads the nine reports back with Python's csv, json and
xml readers, and compares them with what this script works out from the rows itself:
  readback.py TOOL PROJECT
"""

import csv
import decimal
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import uuid
import xml.etree.ElementTree
from decimal import Decimal

COLUMNS = [
    "transaction_id", "match_group_id", "source_id", "amount", "currency", "status", "date",
    "exception_id", "due_at", "expected_amount", "fee_schedule_id", "fee_schedule_name",
]
LAYOUTS = {
    "MATCHED": (
        ["transaction_id", "match_group_id", "source_id", "amount", "currency", "date"],
        ["TransactionID", "MatchGroupID", "SourceID", "Amount", "Currency", "Date"],
        "matchedItems", "item"),
    "UNMATCHED": (
        ["transaction_id", "source_id", "amount", "currency", "status", "date", "exception_id",
         "due_at"],
        ["TransactionID", "SourceID", "Amount", "Currency", "Status", "Date", "ExceptionID",
         "DueAt"],
        "unmatchedItems", "item"),
    "VARIANCE": (
        ["source_id", "currency", "fee_schedule_id", "fee_schedule_name", "total_expected",
         "total_actual", "net_variance", "variance_pct"],
        None, "varianceRows", "row"),
}

decimal.getcontext().prec = 120


def plain(value):
    """Digits without an exponent; zero has no sign."""
    return f"{abs(value) if value == 0 else value:f}"


def variance_of(rows):
    groups = {}
    for row in rows:
        if row["expected_amount"] == "":
            continue
        key = (row["source_id"], row["currency"], row["fee_schedule_id"].encode())
        group = groups.setdefault(key, [Decimal(0), Decimal(0), ""])
        group[0] += Decimal(row["expected_amount"])
        group[1] += Decimal(row["amount"])
        group[2] = group[2] or row["fee_schedule_name"]
    records = []
    for (source, currency, schedule), (expected, actual, name) in sorted(groups.items()):
        net = actual - expected
        percent = ""
        if expected != 0:
            percent = plain((net * 100 / expected).quantize(Decimal("0.01"),
                                                            decimal.ROUND_HALF_EVEN))
        records.append([source, currency, schedule.decode(), name, plain(expected), plain(actual),
                        plain(net), percent])
    return records


def expected_records(report, rows):
    if report == "VARIANCE":
        return variance_of(rows)
    names = LAYOUTS[report][0]
    return [[row[name] for name in names] for row in rows
            if (row["match_group_id"] != "") == (report == "MATCHED")]


def guarded(cell):
    """The formula guard of the contract, stated once more."""
    if cell[:1] in ("=", "@", "\t", "\r"):
        return "'" + cell
    if cell[:1] in ("+", "-") and not re.fullmatch(r"[+-]\d+(\.\d+)?", cell, re.ASCII):
        return "'" + cell
    return cell


def xml_form(cell):
    """What XML 1.0 cannot hold is replaced."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", cell)


def check(what, found, expected):
    if found == expected:
        return
    print(f"{what}: {len(found)} records, {len(expected)} expected")
    for index, (one, other) in enumerate(zip(found, expected)):
        if one != other:
            print(f"record {index}:\n  found    {one}\n  expected {other}")
            break
    sys.exit(1)


def read_back(directory, rows):
    for report, (names, json_names, xml_list, xml_item) in LAYOUTS.items():
        expected = expected_records(report, rows)
        assert expected, report
        base = os.path.join(directory, report)
        with open(base + ".csv", encoding="utf-8", newline="") as file:
            found = list(csv.reader(file, strict=True))
        check(report + ".csv", found, [names] + [[guarded(c) for c in r] for r in expected])
        with open(base + ".json", encoding="utf-8") as file:
            objects = json.load(file)
        keys = json_names or names
        check(report + ".json", objects,
              [dict(zip(keys, (cell or None for cell in record))) for record in expected])
        root = xml.etree.ElementTree.parse(base + ".xml").getroot()
        assert root.tag == xml_list
        items = [(item.tag, [(child.tag, child.text) for child in item]) for item in root]
        check(report + ".xml", items,
              [(xml_item, [(name, xml_form(cell)) for name, cell in zip(names, record) if cell])
               for record in expected])


def store(tool, path, form):
    directory = tempfile.TemporaryDirectory()
    outcome = subprocess.run([tool, path, form, directory.name], capture_output=True, text=True,
                             check=False)
    if outcome.returncode != 0:
        sys.exit(f"{path}: {outcome.stderr}")
    return directory, int(outcome.stdout)


def hostile_rows(seed):
    """Rows whose texts are made of what each format finds hard."""
    chance = random.Random(seed)
    pieces = ["=", "+", "-", "@", "\t", "\r", "\n", "\r\n", ",", '"', "'", "<", ">", "&", "]]>",
              "\\", "/", "\x01", "\x1f", "\x7f", "\x85", "\u2028", "\ufffe", "\uffff", "é", "漢",
              "😀", "a", "1", "0", " ", "<!--", "&amp;"]

    def text(pieces_max):
        return "".join(chance.choice(pieces) for _ in range(chance.randrange(pieces_max + 1)))

    def amount():
        digits = chance.choice([1, 3, 9, 20])
        value = str(chance.randrange(10 ** digits))
        decimals = chance.choice([0, 0, 2, 2, 5])
        tail = "".join(chance.choice("0123456789") for _ in range(decimals))
        shown = value + ("." + tail if tail else "")
        return "-" + shown if chance.random() < 0.3 and Decimal(shown) != 0 else shown

    sources = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(4)]
    rows = []
    for number in range(1500):
        row = {name: "" for name in COLUMNS}
        row["transaction_id"] = text(10) + str(number)
        row["match_group_id"] = text(8) if chance.random() < 0.5 else ""
        row["source_id"] = chance.choice(sources)
        row["amount"] = amount()
        row["currency"] = chance.choice(["BRL", "USD"])
        row["status"] = text(6)
        row["date"] = chance.choice(["2026-11-01", "2026-11-02T10:00:00Z",
                                     "2026-11-02T10:00:00.123-03:00"])
        row["exception_id"] = text(6)
        row["due_at"] = chance.choice(["", "2026-12-01"])
        row["expected_amount"] = amount() if chance.random() < 0.7 else ""
        row["fee_schedule_id"] = chance.choice(["", "é", "<fs>", "\uffff", "=1", "fs"])
        row["fee_schedule_name"] = text(10)
        rows.append(row)
    return rows


def main():
    tool, project = sys.argv[1:3]
    sample = os.path.join(project, "examples", "transactions.csv")
    with tempfile.TemporaryDirectory() as scratch:
        again = os.path.join(scratch, "again.csv")
        script = os.path.join(project, "scripts", "make_sample_transactions.py")
        subprocess.run([sys.executable, script, again], check=True)
        with open(sample, "rb") as one, open(again, "rb") as other:
            assert one.read() == other.read(), "the sample is what its script makes"

        with open(sample, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        directory, count = store(tool, sample, "csv")
        assert count == len(rows) >= 4000
        read_back(directory.name, rows)

        seed = 7
        print(f"seed {seed}")
        rows = hostile_rows(seed)
        as_csv = os.path.join(scratch, "hostile.csv")
        with open(as_csv, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        as_ndjson = os.path.join(scratch, "hostile.ndjson")
        with open(as_ndjson, "w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=random.Random(len(row["status"])).random()
                                      < 0.5) + "\n")
        for path, form in ((as_csv, "csv"), (as_ndjson, "ndjson")):
            directory, count = store(tool, path, form)
            assert count == len(rows)
            read_back(directory.name, rows)
    print("every report was read back")


if __name__ == "__main__":
    main()
