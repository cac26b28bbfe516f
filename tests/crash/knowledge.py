"""What the checker of histories knows of each job, key and context."""

import bisect
import dataclasses
import math
from typing import Optional


@dataclasses.dataclass
class Job:
    context: Optional[str] = None
    form: Optional[tuple] = None
    began: float = -math.inf      # of the create that is known to have made it
    known: float = math.inf       # from here on it is there
    made: bool = False            # by a create that was answered
    seen: dict = dataclasses.field(default_factory=dict)  # state -> the earliest end of an answer
    final: Optional[dict] = None  # how it looks since it has ended
    cancels: int = 0              # that were answered 200 and executed
    digest: Optional[str] = None  # of its file
    tenant: Optional[str] = None  # of who has made it, or was the first to see it


@dataclasses.dataclass
class Key:
    answered: float = math.inf    # from here on its answer is known
    asked: Optional[str] = None
    status: int = 0
    body: str = ""
    executed: int = 0
    all_asked: set = dataclasses.field(default_factory=set)  # by what may have been executed
    burst: Optional["Burst"] = None  # which has it, while its outcome is unknown


@dataclasses.dataclass
class Context:
    known: float = math.inf
    uploads: dict = dataclasses.field(default_factory=dict)  # digest -> number
    began: dict = dataclasses.field(default_factory=dict)    # number -> the earliest began
    rows: dict = dataclasses.field(default_factory=dict)     # number -> rows as acknowledged
    expected: dict = dataclasses.field(default_factory=dict)  # number -> rows by reportType
    # (time, number): from then on >= number
    floor: list = dataclasses.field(default_factory=list)
    keys: set = dataclasses.field(default_factory=set)       # of creates: (path, key)
    lost: int = 0                                            # creates without a key
    tenant: Optional[str] = None


class Burst:
    """Creates that were sent in one write and whose answers were lost, in their order. They are
    logged in this order, so that those that have survived are the first ones: of no two may the
    later be there and the earlier not."""

    def __init__(self, names):
        self.names = names
        self.survived = {}  # name -> bool

    def learn(self, name, survived):
        self.survived[name] = survived
        place = self.names.index(name)
        for other, its in self.survived.items():
            at = self.names.index(other)
            if (at < place and survived and not its) or (at > place and its and not survived):
                yield (f"a hole: of two creates sent one behind the other, key "
                       f"{self.names[min(at, place)][1]} is lost and key "
                       f"{self.names[max(at, place)][1]} is not")


def rising(points):
    """Of (time, number) those that raise the number."""
    kept = []
    for at, number in sorted(points):
        if not kept or number > kept[-1][1]:
            kept.append((at, number))
    return kept


def floor_at(points, time):
    """The number of the last point before `time`."""
    place = bisect.bisect_left(points, (time, -1))
    return points[place - 1][1] if place else None
