"""Money as whole minor units, exact; and what a ledger transaction says that it moved."""

import collections
import dataclasses
import decimal
import json

PLACES = 2
OUTSIDE = "@external/"


class Wrong(Exception):
    """An answer that cannot be what it should be."""


def parse(body):
    """JSON whose fractions are not rounded."""
    try:
        return json.loads(body, parse_float=decimal.Decimal)
    except ValueError as error:
        raise Wrong(f"an answer is not JSON: {body[:200]!r}") from error


def minor(value):
    """Of a JSON number, or of the text of a decimal."""
    try:
        scaled = decimal.Decimal(value).scaleb(PLACES)
    except (decimal.InvalidOperation, TypeError, ValueError) as error:
        raise Wrong(f"{value!r} is not an amount") from error
    if scaled != scaled.to_integral_value():
        raise Wrong(f"{value!r} has more than {PLACES} places")
    return int(scaled)


@dataclasses.dataclass(frozen=True)
class Movement:
    """A ledger transaction; each kind of operation has what it came to per account."""

    id: str
    status: str
    amount: int
    held: dict
    released: dict
    debited: dict
    credited: dict

    def stages(self):
        """What it adds to (available, onHold) of each account, one stage of its life after the
        other: before it was, on hold if it was held, and as it is now."""
        stages = [{}]
        if self.held:
            stages.append({account: (-amount, amount) for account, amount in self.held.items()})
        if self.status == "CANCELED":
            stages.append({})
        elif self.status == "APPROVED":
            last = {account: (-amount, 0) for account, amount in self.debited.items()}
            for account, amount in self.credited.items():
                last[account] = (last.get(account, (0, 0))[0] + amount, 0)
            stages.append(last)
        return stages

    def stage(self):
        """The number of the last of stages()."""
        return len(self.stages()) - 1

    def is_over(self):
        return self.status != "PENDING"


KINDS = {"ON_HOLD": "held", "RELEASE": "released", "DEBIT": "debited", "CREDIT": "credited"}


def movement(document):
    sums = {name: collections.Counter() for name in KINDS.values()}
    aliases = {}
    for operation in document["operations"]:
        if operation["type"] not in KINDS:
            raise Wrong(f"transaction {document['id']} has an operation {operation['type']}")
        amount = minor(operation["amount"]["value"])
        if amount <= 0:
            raise Wrong(f"transaction {document['id']} has an operation of {amount}")
        sums[KINDS[operation["type"]]][operation["accountId"]] += amount
        aliases[operation["accountId"]] = operation["accountAlias"]
    return Movement(document["id"], document["status"]["code"], minor(document["amount"]),
                    **{name: dict(found) for name, found in sums.items()}), aliases


def judge_movement(one):
    """Whether what it moved is what its status says, and in balance."""
    what = f"transaction {one.id}, {one.status},"
    if one.status == "PENDING":
        if one.released or one.debited or one.credited:
            yield f"{what} has moved more than a hold"
        if sum(one.held.values()) != one.amount:
            yield f"{what} of {one.amount} holds {sum(one.held.values())}"
    elif one.status == "CANCELED":
        if one.released != one.held or not one.held:
            yield f"{what} held {one.held} and released {one.released}"
        if one.debited or one.credited:
            yield f"{what} has moved money"
    elif one.status == "APPROVED":
        if one.released:
            yield f"{what} has released {one.released}"
        if one.held and one.held != one.debited:
            yield f"{what} held {one.held} and took {one.debited}"
        if not sum(one.debited.values()) == sum(one.credited.values()) == one.amount:
            yield f"{what} of {one.amount} takes {one.debited} and gives {one.credited}"
    else:
        yield f"{what} has a status that there is not"
