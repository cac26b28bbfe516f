"""What rows of batches do, and how their effects are counted: each kind makes lines, and judges a
job that has ended by what its target knows itself."""

import dataclasses

from batch_stream import encoded
from operations import EXPORT, initiation_of


@dataclasses.dataclass
class Effects:
    """What the targets say of themselves, at rest."""

    upstream: dict      # key -> how often it was acted for
    exports: dict       # context -> {job: status}
    transfers: dict     # transfer -> status


class Kind:
    name = ""
    path = ""
    place = "id"

    def line(self, _batch, row, subject):
        return encoded(row, {self.place: subject})

    def judge(self, batch, effects):
        """Findings, and how many rows have had an effect if that can be said (else None)."""
        raise NotImplementedError


def judge_lines(batch, is_right):
    """`is_right(row, line)`: None, or what is wrong with the line of a row."""
    for row, line in batch.output.lines.items():
        wrong = is_right(row, line)
        if wrong:
            yield f"row {row} is answered {line.status} {line.response}: {wrong}"


class Upstream(Kind):
    """Another server, which keeps keys and counts what it does for each."""

    name, path, place = "upstream", "/v1/customers/:customer", "customer"

    def line(self, batch, row, subject):
        return encoded(row, {self.place: subject}, {"name": f"of {batch.name}"})

    def judge(self, batch, effects):
        acted = {row: effects.upstream.get(f"{batch.id}:{row}", 0) for row in batch.rows}
        findings = [f"row {row} has acted {times} times" for row, times in acted.items()
                    if times > 1]

        def is_right(row, line):
            if line.is_unknown():
                return None if batch.cancels else "nothing makes it unknown"
            if not line.is_good() or acted[row] != 1:
                return f"it has acted {acted[row]} times"
            if line.response["key"] != f"{batch.id}:{row}":
                return "it is another row's answer"
            return None

        findings += judge_lines(batch, is_right)
        findings += [f"row {row} has acted and is not in the output" for row, times in acted.items()
                     if times and row not in batch.output.lines]
        return findings, sum(map(bool, acted.values()))


class MakeExports(Kind):
    """Each row makes an export job in a context of the batch's own."""

    name, path = "make exports", "/v1/contexts/:id/export-jobs"

    def line(self, batch, row, subject):
        return encoded(row, {self.place: batch.context}, EXPORT)

    def judge(self, batch, effects):
        named = [line.response.get("jobId") for line in batch.output.lines.values()
                 if line.is_good()]
        there = effects.exports[batch.context]
        findings = list(judge_lines(batch, lambda row, line: None if line.status == 202 else
                                    "each can be done"))
        if len(set(named)) != len(named):
            findings.append("two rows name the same export")
        if set(named) != there.keys():
            findings.append(f"{len(there)} exports are there, the output names {len(named)}")
        return findings, len(there)


class CancelExports(Kind):
    """Each row cancels an export that no other row and nobody else cancels."""

    name, path = "cancel exports", "/v1/export-jobs/:id/cancel"

    def judge(self, batch, effects):
        there = effects.exports[batch.context]
        findings = list(judge_lines(batch, lambda row, line: None if
                                    line.status == 200 and line.response["status"] == "CANCELED"
                                    and there[batch.rows[row]] == "CANCELED" else
                                    f"it is {there[batch.rows[row]]}"))
        gone = {row for row, job in batch.rows.items() if there[job] == "CANCELED"}
        findings += [f"row {row} has acted and is not in the output"
                     for row in gone - batch.output.lines.keys()]
        return findings, len(gone)


class Initiate(Kind):
    """A second initiation with the same content is refused, as a duplicate: a row that acts twice
    is seen by its answer."""

    name, path = "initiate", "/v1/transfers/initiate"

    def line(self, batch, row, subject):
        account, amount, number = subject
        return encoded(row, None, initiation_of(account, amount, number))

    def judge(self, batch, effects):
        findings = list(judge_lines(batch, lambda row, line: None if line.status == 200 else
                                    "each can be done"))
        named = {line.response.get("initiationId") for line in batch.output.lines.values()}
        if len(named) != len(batch.output.lines):
            findings.append("two rows name the same initiation")
        return findings, None


class Process(Kind):
    """Each row confirms an initiation that nobody else confirms."""

    name, path = "process", "/v1/transfers/process"

    def line(self, batch, row, subject):
        return encoded(row, None, {"initiationId": subject})

    def judge(self, batch, effects):
        named = [line.response.get("transferId") for line in batch.output.lines.values()]
        findings = list(judge_lines(batch, lambda row, line: None if line.status == 200 and
                                    line.response["transferId"] in effects.transfers else
                                    "each can be done"))
        if len(set(named)) != len(named):
            findings.append("two rows name the same transfer")
        return findings, None


class CancelTransfers(Kind):
    """Each row cancels a transfer that the rail may be processing at that moment."""

    name, path = "cancel transfers", "/v1/transfers/:id/cancel"

    def judge(self, batch, effects):
        def is_right(row, line):
            status = effects.transfers[batch.rows[row]]
            if line.status == 200 and line.response["status"] == "CANCELLED" == status:
                return None
            if line.status == 422 and line.response["error"]["code"] == "BTF-0204" and \
                    status != "CANCELLED":
                return None
            return f"it is {status}"

        findings = list(judge_lines(batch, is_right))
        gone = {row for row, one in batch.rows.items() if effects.transfers[one] == "CANCELLED"}
        findings += [f"row {row} has acted and is not in the output"
                     for row in gone - batch.output.lines.keys()]
        return findings, None


KINDS = (Upstream(), MakeExports(), CancelExports(), Initiate(), Process(), CancelTransfers())
