"""What is known of a batch job, and the laws that nothing that was seen of it may break.

Which function judges what:

  judge_seen     a job goes only on; its counts do not fall; what a cancel was answered stays so
  judge_ended    an ended job stays as it is, its output too
  judge_output   the output has each row at most once, only rows of the input, all of them if the
                 job is complete; the counts and the size are those of its lines
  judge_cancel   after the answer to a cancel only rows that were under way have had an effect
"""

import dataclasses
import hashlib
import json
from typing import Optional

from batch_client import LIVE
from batch_stream import counts

RANKS = {"ready_for_upload": 0, "validating": 1, "in_progress": 2, "cancelling": 3}
ENDS = {"complete", "canceled"}  # that a job of these tests may come to
UNKNOWN = "outcome_unknown"


@dataclasses.dataclass
class Line:
    status: int
    response: dict

    def is_good(self):
        return 200 <= self.status < 300

    def is_unknown(self):
        error = self.response.get("error") if isinstance(self.response, dict) else None
        return self.status == 504 and bool(error) and error.get("code") == UNKNOWN


@dataclasses.dataclass
class Output:
    lines: dict      # row -> Line
    repeated: list
    digest: str

    @staticmethod
    def read(lines):
        """Of lines as they come; the last one may not lack its end."""
        found, repeated, digest = {}, [], hashlib.sha256()
        for raw in lines:
            digest.update(raw)
            line = json.loads(raw)
            assert raw.endswith(b"\n") and line.keys() == {"id", "response", "status"}, raw
            if line["id"] in found:
                repeated.append(line["id"])
            found[line["id"]] = Line(line["status"], line["response"])
        return Output(found, repeated, digest.hexdigest())


@dataclasses.dataclass
class Batch:
    """`rows`: row -> what it acts on. `fate`: when it is to be canceled: never (None), as soon as
    it is seen in a status, or when so many of its rows have ended."""

    name: str
    kind: object
    rows: dict
    fate: object = None
    skips: bool = False
    version: str = ""
    pace: Optional[int] = None
    context: Optional[str] = None
    id: Optional[str] = None
    seen: Optional[dict] = None       # the newest
    cancels: int = 0                  # that were sent
    cancelled: bool = False           # one was answered 200
    effects_then: Optional[int] = None  # how many there were after the answer at the latest
    under_way_max: int = 0            # rows that could be under way then
    end: Optional[dict] = None
    output: Optional[Output] = None

    def is_ended(self):
        return self.seen is not None and self.seen["status"] not in LIVE

    def lines(self):
        return (self.kind.line(self, row, subject) for row, subject in self.rows.items())


def essence(job):
    """What does not change any more of an ended job: all but what is new at every look."""
    details = json.loads(json.dumps(job["status_details"]))
    for part in details.values():
        part.get("output_file", {}).pop("download_url", None)
    return {**job, "status_details": details}


def judge_seen(batch, job):
    """Of one look after the other, each begun after the one before was answered."""
    status, before = job["status"], batch.seen
    if status not in RANKS and status not in ENDS:
        yield f"is {status}"
    if job["id"] != batch.id or set(job["status_details"]) - {status}:
        yield f"is shown as {job}"
    if batch.cancelled and status not in ("cancelling", "canceled"):
        yield f"was canceled and is {status}"
    if status in ("cancelling", "canceled") and not batch.cancels:
        yield f"is {status} and nobody has asked for it"
    if before is not None:
        if RANKS.get(status, 9) < RANKS.get(before["status"], 9):
            yield f"was {before['status']} and is {status}"
        if before["status"] not in LIVE:
            yield from judge_ended(before, job)
        old, new = counts(before), counts(job)
        if old and new and (new[0] < old[0] or new[1] < old[1]):
            yield f"counted {old} and counts {new}"
    batch.seen = job


def judge_ended(before, job):
    if essence(before) != essence(job):
        yield f"had ended as {essence(before)} and is {essence(job)}"


def judge_output(batch, job, output):
    lines, status = output.lines, job["status"]
    if batch.output is not None and output.digest != batch.output.digest:
        yield "has another output than it had"
    if output.repeated:
        yield f"has {len(output.repeated)} rows more than once: {output.repeated[:5]}"
    if lines.keys() - batch.rows.keys():
        yield f"has rows that were not asked for: {sorted(lines.keys() - batch.rows.keys())[:5]}"
    missing = batch.rows.keys() - lines.keys()
    if status == "complete" and missing:
        yield f"is complete without {len(missing)} rows: {sorted(missing)[:5]}"
    good = sum(line.is_good() for line in lines.values())
    if counts(job) != (good, len(lines) - good):
        yield f"counts {counts(job)}, and {good} of {len(lines)} lines are of success"
    batch.end, batch.output = job, output


def judge_cancel(batch, effects):
    """`effects`: how many rows have had one in the end."""
    if batch.effects_then is not None and effects > batch.effects_then + batch.under_way_max:
        yield (f"{effects} rows have had an effect; when its cancel was answered "
               f"{batch.effects_then} had, and {batch.under_way_max} may have been under way")
