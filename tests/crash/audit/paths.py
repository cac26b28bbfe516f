"""The paths of transfers, and what a transfer that was read again may have become."""

from event import reachable

STEPS = {
    "TED_OUT": {
        "CREATED": {"PENDING", "CANCELLED"},
        "PENDING": {"PROCESSING", "REJECTED", "FAILED", "CANCELLED"},
        "PROCESSING": {"COMPLETED", "REJECTED", "FAILED"},
        "COMPLETED": set(), "REJECTED": set(), "FAILED": set(), "CANCELLED": set()},
    "P2P": {
        "CREATED": {"PROCESSING", "CANCELLED"},
        "PROCESSING": {"COMPLETED", "FAILED"},
        "COMPLETED": set(), "FAILED": set(), "CANCELLED": set()},
    "TED_IN": {
        "RECEIVED": {"PROCESSING"}, "PROCESSING": {"COMPLETED", "FAILED"},
        "COMPLETED": {"FAILED"}, "FAILED": set()},
}
AFTER = {kind: reachable(steps) for kind, steps in STEPS.items()}
FIRST = {"TED_OUT": "CREATED", "P2P": "CREATED", "TED_IN": "RECEIVED"}
CANCELLABLE = {"TED_OUT": ["CREATED", "PENDING"], "P2P": ["CREATED"], "TED_IN": []}
ENDED = {"COMPLETED", "REJECTED", "FAILED", "CANCELLED"}

# What never changes once a transfer is there.
FIXED = ("type", "senderAccountId", "recipientAccountId", "recipient", "sender", "amount",
         "feeAmount", "totalAmount", "confirmationNumber", "description", "metadata", "createdAt")


def judge_path(transfer):
    """A transfer by itself."""
    what = f"transfer {transfer['transferId']}"
    if transfer["type"] not in STEPS:
        yield f"{what} is of a type {transfer['type']}"
        return
    steps = STEPS[transfer["type"]]
    history = transfer["statusHistory"]
    walked = [entry["status"] for entry in history]
    if not walked or walked[0] != FIRST[transfer["type"]]:
        yield f"{what} begins as {walked}"
        return
    for before, after in zip(walked, walked[1:]):
        if after not in steps.get(before, set()):
            yield f"{what}, {transfer['type']}, goes from {before} to {after}"
    if walked[-1] != transfer["status"]:
        yield f"{what} is {transfer['status']} and its history ends with {walked[-1]}"
    times = [entry["timestamp"] for entry in history]
    if times != sorted(times):
        yield f"{what} has a history out of order: {times}"
    if transfer["createdAt"] != times[0] or transfer["updatedAt"] < times[-1]:
        yield f"{what} was created and updated at other times than its history says"
    if ("COMPLETED" in walked) != ("completedAt" in transfer):
        yield f"{what} is {transfer['status']} with completedAt {transfer.get('completedAt')}"


def judge_step(before, after):
    """One transfer, read twice, the second time after the first was answered."""
    what = f"transfer {before['transferId']}"
    for name in FIXED:
        if before.get(name) != after.get(name):
            yield f"{what} changes its {name} from {before.get(name)} to {after.get(name)}"
    passed = before["statusHistory"]
    if after["statusHistory"][:len(passed)] != passed:
        yield f"{what} had the history {passed} and has {after['statusHistory']}"
    may_end_again = before["type"] == "TED_IN" and before["status"] == "COMPLETED"
    if before["status"] in ENDED and not may_end_again and before != after:
        yield f"{what} has ended as {before} and is {after}"
