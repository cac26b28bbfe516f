"""What every cut has to be, by itself and after the one before it."""

import collections


def judge_cut(cut):
    sums = collections.Counter()
    for balance in cut.balances.values():
        sums[balance.asset] += balance.available + balance.on_hold
        if not balance.is_outside() and balance.available < 0:
            yield f"{balance.alias} has {balance.available} available at LSN {cut.lsn}"
        if balance.on_hold < 0:
            yield f"{balance.alias} has {balance.on_hold} on hold at LSN {cut.lsn}"
    for asset, total in sums.items():
        if total != 0:
            yield f"the balances of {asset} add up to {total} at LSN {cut.lsn}"


def judge_next(before, after):
    """`after` was asked for when `before` had been answered."""
    if after.lsn < before.lsn:
        yield f"LSN {after.lsn} follows {before.lsn}"
    for account, balance in before.balances.items():
        now = after.balances.get(account)
        if now is None:
            yield f"{balance.alias} is gone at LSN {after.lsn}"
        elif now.version < balance.version:
            yield f"{balance.alias} falls from version {balance.version} to {now.version}"
        elif now.version == balance.version and now != balance:
            yield f"{balance.alias} changes from {balance} to {now} without a new version"
        elif after.lsn == before.lsn and now != balance:
            yield f"{balance.alias} is {balance} and {now} at one LSN"
