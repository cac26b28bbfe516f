"""The API, as far as the auditor reads it."""

import dataclasses
import time

from audit.money import OUTSIDE, Wrong, minor, movement, parse


@dataclasses.dataclass(frozen=True)
class Balance:
    alias: str
    asset: str
    available: int
    on_hold: int
    version: int

    def is_outside(self):
        return self.alias.startswith(OUTSIDE)


@dataclasses.dataclass(frozen=True)
class Cut:
    """All balances of the ledger at one moment between `began` and `ended`."""

    began: float
    ended: float
    lsn: int
    balances: dict  # account -> Balance


@dataclasses.dataclass(frozen=True)
class Seen:
    """A transaction, as it was at one moment between `began` and `ended`."""

    began: float
    ended: float
    movement: object


class Reader:
    """`get(path)` gives (status, body); its own exceptions pass through."""

    PAGE = 100
    TRANSFERS = 200

    def __init__(self, get, tenant, ledger):
        self.get = get
        self.ledger = f"/v1/organizations/{tenant}/ledgers/{ledger}"
        self.aliases = {}

    def ask(self, path):
        status, body = self.get(path)
        if status != 200:
            raise Wrong(f"GET {path} is answered {status}: {body[:300]!r}")
        return parse(body)

    def cut(self):
        began = time.monotonic()
        page = self.ask(self.ledger + "/balances?limit=1000")
        ended = time.monotonic()
        if page.get("next_cursor"):
            raise Wrong("the ledger has more accounts than one cut shows")
        balances = {}
        for item in page["items"]:
            if item["accountId"] in balances:
                raise Wrong(f"account {item['alias']} is twice in one cut")
            balances[item["accountId"]] = Balance(
                item["alias"], item["assetCode"], minor(item["available"]), minor(item["onHold"]),
                int(item["version"]))
        return Cut(began, ended, int(page["lsn"]), balances)

    def _seen(self, document, began, ended):
        one, aliases = movement(document)
        self.aliases.update(aliases)
        return Seen(began, ended, one)

    def transaction(self, name):
        began = time.monotonic()
        document = self.ask(f"{self.ledger}/transactions/{name}")
        return self._seen(document, began, time.monotonic())

    def transaction_pages(self):
        """Newest first, one page after the other."""
        cursor = ""
        while cursor is not None:
            began = time.monotonic()
            page = self.ask(f"{self.ledger}/transactions?limit={self.PAGE}{cursor}")
            ended = time.monotonic()
            yield [self._seen(document, began, ended) for document in page["items"]]
            following = page.get("next_cursor")
            cursor = f"&cursor={following}" if following else None

    def transfers(self):
        """Every transfer as the list has it, by its id; at rest it is whole."""
        found = {}
        while True:
            page = self.ask(f"/v1/transfers?limit={self.TRANSFERS}&offset={len(found)}"
                            "&sortOrder=asc")
            for item in page["data"]:
                if item["transferId"] in found:
                    raise Wrong(f"transfer {item['transferId']} is listed twice")
                found[item["transferId"]] = item
            facts = page["pagination"]
            if facts["returned"] != len(page["data"]):
                raise Wrong(f"a page of {len(page['data'])} transfers says {facts}")
            if not facts["hasNextPage"]:
                if facts["totalCount"] != len(found):
                    raise Wrong(f"{len(found)} transfers are listed, {facts['totalCount']} counted")
                return found
            if not page["data"]:
                raise Wrong("an empty page of transfers has a next one")

    def newest_transfers(self, limit):
        return [item["transferId"] for item in
                self.ask(f"/v1/transfers?limit={limit}&sortOrder=desc")["data"]]

    def transfer(self, name):
        return self.ask(f"/v1/transfers/{name}")
