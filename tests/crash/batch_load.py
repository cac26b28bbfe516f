"""Users of batch jobs, one job after the other each: create, upload, look, maybe cancel, read the
output. They stop when their connection is cut, and go on with the same job at the next start."""

import random
import threading

from batch_history import Output, judge_cancel, judge_output, judge_seen
from batch_stream import Lost, StreamClient, counts
from operations import Operations
from wire import Lost as CutOff

LOOK_SECONDS = 0.004


class User(threading.Thread):
    """Made anew for each start, with the memory of the one before. `fresh`: jobs to be made, shared
    by all users; `upstream`: the stand-in."""

    def __init__(self, name, fresh, upstream, seed):
        super().__init__(name=f"user {name}")
        self.label, self.fresh, self.upstream = name, fresh, upstream
        self.random = random.Random(seed)
        self.batch, self.ended = None, []
        self.findings, self.failure = [], None
        self.client = self.operations = None
        self.under_way_max = 0

    def again(self, server, token, under_way_max):
        following = User(self.label, self.fresh, self.upstream, self.random.random())
        following.batch, following.ended = self.batch, self.ended
        following.under_way_max = under_way_max
        following.client = StreamClient(server, token)
        following.operations = Operations(server, token, connections=1)
        return following

    def run(self):
        try:
            while not self.findings and self.take_one():
                self.step(self.batch)
        except (Lost, CutOff):
            pass
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure
        finally:
            self.client.close()
            self.operations.close()

    def take_one(self):
        if self.batch is None and self.fresh:
            self.batch = self.fresh.pop()
        if self.batch is None and self.ended:
            self.look_back()
        return self.batch is not None

    def note(self, batch, found):
        self.findings += [f"{batch.name} ({batch.id}): {what}" for what in found]

    def step(self, batch):
        self.client.version = batch.version
        if batch.id is None:
            self.create(batch)
        self.look(batch)
        status = batch.seen["status"]
        if batch.is_ended():
            self.read(batch)
            self.ended.append(batch)
            self.batch = None
            if self.random.random() < 0.5:
                self.look_back()
        elif not batch.cancelled and self.is_fated(batch):
            self.cancel(batch)
        elif status == "ready_for_upload":
            answer = self.client.upload_stream(batch.seen, batch.lines())
            if answer.status != 200:
                self.note(batch, [f"upload: {answer.status} {answer.body!r}"])
        else:
            # Looks are not what is tried here.
            threading.Event().wait(LOOK_SECONDS)

    def create(self, batch):
        more = {} if batch.pace is None else {"maximum_rps": batch.pace}
        answer = self.client.create_batch(
            batch.kind.path, headers={"Idempotency-Key": batch.name}, skip_validation=batch.skips,
            metadata={"name": batch.name}, **more)
        assert answer.status == 200, (answer.status, answer.body)
        batch.id = answer.json()["id"]

    def look(self, batch):
        self.note(batch, judge_seen(batch, self.client.job(batch.id)))

    def is_fated(self, batch):
        if batch.fate is None or isinstance(batch.fate, str):
            return batch.fate == batch.seen["status"]
        done = counts(batch.seen)
        return done is not None and sum(done) >= batch.fate

    def cancel(self, batch):
        batch.cancels += 1
        key = {"Idempotency-Key": f"cancel-{batch.name}"} if self.random.random() < 0.7 else {}
        answer = self.client.cancel_batch(batch.id, **key)
        if answer.status == 200:
            batch.cancelled = True
            batch.under_way_max = self.under_way_max
            self.note(batch, judge_seen(batch, answer.json()))
            batch.effects_then = self.effects_of(batch)
            return
        code = answer.json()["error"]["code"]
        if (answer.status, code) != (400, "batch_api_non_cancellable_job"):
            self.note(batch, [f"cancel: {answer.status} {answer.body!r}"])
        self.look(batch)
        if not batch.is_ended():
            self.note(batch, [f"cannot be canceled and is {batch.seen['status']}"])

    def effects_of(self, batch):
        """How many rows have had an effect by now; None if that cannot be said."""
        if batch.kind.name == "upstream":
            return sum(key.startswith(batch.id) for key in self.upstream.effects())
        if batch.kind.name == "make exports":
            return sum(1 for _ in self.operations.listed_exports(batch.context))
        return None

    def read(self, batch):
        job = batch.seen
        self.note(batch, judge_output(batch, job, Output.read(self.client.output_lines(job))))

    def look_back(self):
        """What has ended is as it was."""
        batch = self.random.choice(self.ended)
        self.client.version = batch.version
        self.look(batch)
        self.read(batch)


def judge_effects(batches, effects):
    """Of jobs that have ended, at rest."""
    for batch in batches:
        findings, number = batch.kind.judge(batch, effects)
        if number is not None:
            findings += judge_cancel(batch, number)
        yield from (f"{batch.name} ({batch.id}): {what}" for what in findings)
