"""Whether transactions explain a cut that was read while they were under way.

A transaction goes through its stages in one order. When a cut was read, it was in a stage between
the last that was seen in a read which had ended by then and the first of a read that began later:
mostly there is one such stage, and few transactions that have a choice. A balance is explained if
some choice gives it. Where choices are too many to try, the balance has at least to lie between the
least and the most that they allow; `narrow` and `wide` count which it was.
"""

TRIED = 4096  # different sums, before an account is only held between two bounds


class Between:
    def __init__(self):
        self.base = {}       # account -> (available, onHold), of what was over at a rest
        self.open = {}       # transaction -> what was seen of it, in the order of asking
        self.cuts = []
        self.narrow = self.wide = 0

    def note(self, seen):
        """False for one that has gone back: of two reads, the later shows the earlier stage."""
        known = self.open.setdefault(seen.movement.id, [])
        earlier = [one.movement.stage() for one in known if one.ended <= seen.began]
        known.append(seen)
        return not earlier or max(earlier) <= seen.movement.stage()

    def judge(self):
        """All cuts since the last rest; all transactions have been seen since. Begins anew."""
        lives = []
        for known in self.open.values():
            last = max(known, key=lambda one: one.movement.stage())
            lives.append((known, last.movement.stages()))
        for cut in self.cuts:
            yield from self._judge_cut(cut, lives)
        self.cuts = []
        for name, known in list(self.open.items()):
            if known[-1].movement.is_over():
                for account, money in known[-1].movement.stages()[-1].items():
                    self.base[account] = add(self.base.get(account, (0, 0)), money)
                del self.open[name]
            else:
                self.open[name] = known[-1:]

    def _judge_cut(self, cut, lives):
        certain, choices = dict(self.base), {}
        for known, stages in lives:
            least, most = stages_at(known, len(stages) - 1, cut)
            possible = stages[least:most + 1]
            for account in {name for stage in possible for name in stage}:
                here = list(dict.fromkeys(stage.get(account, (0, 0)) for stage in possible))
                if len(here) == 1:
                    certain[account] = add(certain.get(account, (0, 0)), here[0])
                else:
                    choices.setdefault(account, []).append(here)
        for account, balance in cut.balances.items():
            found = (balance.available, balance.on_hold)
            if not self._is_explained(found, certain.get(account, (0, 0)),
                                      choices.get(account, [])):
                yield (f"{balance.alias} has {found} at LSN {cut.lsn}, which no transactions "
                       f"explain: {certain.get(account, (0, 0))} and {choices.get(account, [])}")
        for account in certain.keys() - cut.balances.keys():
            if certain[account] != (0, 0):
                yield f"account {account} has moved money and is in no cut"

    def _is_explained(self, found, certain, choices):
        sums = {certain}
        for here in choices:
            sums = {add(one, money) for one in sums for money in here}
            if len(sums) > TRIED:
                break
        else:
            self.narrow += 1
            return found in sums
        self.wide += 1
        parts = [(certain,), *choices]
        for value in (lambda money: money[0] + money[1], lambda money: money[1]):
            least = sum(min(map(value, here)) for here in parts)
            most = sum(max(map(value, here)) for here in parts)
            if not least <= value(found) <= most:
                return False
        return True


def stages_at(known, last, cut):
    """The first and the last stage in which a transaction may have been at the cut."""
    least = max((one.movement.stage() for one in known if one.ended <= cut.began), default=0)
    most = min((one.movement.stage() for one in known if one.began >= cut.ended), default=last)
    return least, max(least, most)


def add(one, other):
    return one[0] + other[0], one[1] + other[1]
