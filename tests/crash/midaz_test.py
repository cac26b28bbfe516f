#!/usr/bin/env python3
"""Transfers whose money a Midaz holds: whatever that Midaz, the network and belay's own death do to
the calls between them, every transfer comes to an end, and what was held for it was held once and
released or committed once.

usage: midaz_test.py PROGRAM [PART ...]

BELAY_TEST_SIZE=full makes the storm ten times as long; BELAY_TEST_SEED repeats one.
"""

import concurrent.futures
import os
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from midaz_scene import (  # noqa: E402
    AT_THE_END, BEFORE_THE_END, FAILED, LEDGER, PATIENCE, REJECTED, TENANT, Scene, Teller, wait_for)
from midaz_storm import storm  # noqa: E402


def fault_name(fault):
    return ", ".join(f"{name} {value}" for name, value in fault.items())


def without_trouble(program, folder):
    scene = Scene(program, folder, **{"rail.submit_delay": "50ms"})
    teller = scene.teller
    first = teller.held(100)
    scene.wait(first, "COMPLETED")
    for amount, status in ((REJECTED, "REJECTED"), (FAILED, "FAILED")):
        scene.wait(teller.held(amount), status)
    assert scene.midaz.state()["calls"] == {"balances": 1, "hold": 3, "commit": 1, "cancel": 2}
    detail = teller.see(first).json()
    assert detail["midazTransactionId"] in scene.midaz.state()["transactions"], detail
    scene.audit()


def within_the_ledger(program, folder):
    """A P2P transfer: its recipient is an account of the same ledger, by its alias."""
    scene = Scene(program, folder, **{"rail.submit_delay": "10ms", "transfers.ispb": "12345678"})
    scene.midaz.control(accounts=[{"organization": TENANT, "ledger": LEDGER, "alias": "other"}])
    transfer = scene.teller.held(100, ispb="12345678", account="other")
    scene.wait(transfer, "COMPLETED")
    balances = {one["alias"]: one for one in scene.midaz.state()["accounts"].values()}
    assert float(balances["other"]["available"]) == 100, balances
    assert float(balances["@external/BRL/fees"]["available"]) == 1.5, balances
    unknown = scene.teller.insist(scene.teller.process, scene.teller.make(
        100, ispb="12345678", account="nobody"))
    assert unknown.status == 404, (unknown.status, unknown.body)
    assert unknown.json()["error"]["code"] == "BTF-0500", unknown.body
    scene.audit()


def an_orderly_stop(program, folder):
    """Ends while the ledger is asked; the next start finishes what was open."""
    scene = Scene(program, folder, **{"http.commit_timeout": "200ms",
                                      "ledger.midaz_timeout": "60s"})
    transfer = scene.teller.held(100)
    scene.midaz.plan({"on": "cancel", "gate": True})
    assert scene.teller.cancel(transfer).status == 503
    assert scene.server.end() == 0, "an orderly stop"
    scene.midaz.control(open=True)
    scene.restart()
    scene.wait(transfer, "CANCELLED")
    scene.audit()


def lack_of_funds(program, folder):
    scene = Scene(program, folder)
    teller = scene.teller
    initiation = teller.make(900_000)
    key = str(uuid.uuid4())
    short = teller.process(initiation, key)
    assert short.status == 422, (short.status, short.body)
    assert short.json()["error"]["code"] == "BTF-0013", short.body
    assert teller.all() == {}
    again = teller.process(initiation, key)
    assert (again.status, again.body, again.replayed) == (422, short.body, "true"), again.body
    assert scene.midaz.state()["calls"]["hold"] == 1, "a replay asks nobody"
    assert teller.process(initiation).status == 422, "another key asks anew"
    scene.midaz.fund("@sender", "500000")
    enough = teller.process(initiation)
    assert enough.status == 200, enough.body
    assert teller.cancel(enough.json()["transferId"]).status == 200
    scene.audit()


def each_fault(program, folder, dialect):
    """One fault in each call: the client is answered as if there were none, only later."""
    scene = Scene(program, folder)
    scene.midaz.control(dialect=dialect)
    for fault in BEFORE_THE_END:
        if fault["on"] == "balances":
            scene.restart()  # forgets the account's alias
        scene.midaz.plan(fault)
        transfer = scene.teller.held(100)
        answer = scene.teller.insist(scene.teller.cancel, transfer)
        assert answer.status == 200, (fault_name(fault), answer.status, answer.body)
        assert answer.json()["status"] == "CANCELLED", answer.body
        assert scene.midaz.state()["plan"] == [], f"{fault_name(fault)} was not met"
    assert scene.audit() == len(BEFORE_THE_END)


def each_fault_at_the_end(program, folder, dialect):
    scene = Scene(program, folder, **{"rail.submit_delay": "10ms"})
    scene.midaz.control(dialect=dialect)
    for fault in AT_THE_END:
        scene.midaz.plan(fault)
        scene.wait(scene.teller.held(100), "COMPLETED")
        assert scene.midaz.state()["plan"] == [], f"{fault_name(fault)} was not met"
    assert scene.audit() == len(AT_THE_END)


def a_ledger_that_takes_long(program, folder):
    """Nobody is told anything that may not be so."""
    scene = Scene(program, folder, **{"http.commit_timeout": "300ms",
                                      "ledger.midaz_timeout": "60s"})
    teller, key = scene.teller, str(uuid.uuid4())
    initiation = teller.make(100)
    scene.midaz.plan({"on": "hold", "gate": True})
    late = teller.process(initiation, key)
    assert late.status == 503, (late.status, late.body)
    assert late.json()["error"]["code"] == "BTF-2000", late.body
    assert "retry-after" in late.headers, late.headers
    assert teller.all() == {}, "a transfer without a hold is shown"
    for again in (teller.process(initiation, key), teller.process(initiation)):
        assert again.status == 409, (again.status, again.body)
        assert again.headers.get("retry-after") == "1", again.headers
    scene.midaz.control(open=True)
    answer = wait_for(lambda: (lambda got: got if got.status == 200 else None)(
        teller.process(initiation, key)), PATIENCE, "the answer of process")
    transfer = answer.json()["transferId"]
    assert teller.process(initiation, key).body == answer.body

    key = str(uuid.uuid4())
    scene.midaz.plan({"on": "cancel", "gate": True})
    late = teller.cancel(transfer, key)
    assert late.status == 503, (late.status, late.body)
    assert teller.state(transfer) == "CREATED", "the release is not confirmed yet"
    again = teller.cancel(transfer)
    assert (again.status, again.headers.get("retry-after")) == (409, "1"), again.body
    scene.midaz.control(open=True)
    scene.wait(transfer, "CANCELLED")
    answer = teller.cancel(transfer, key)
    assert answer.status == 200 and answer.json()["status"] == "CANCELLED", answer.body
    assert teller.cancel(transfer, key).body == answer.body
    assert scene.midaz.state()["calls"]["cancel"] == 1
    scene.audit()


def a_ledger_that_is_left_alone(program, folder):
    """After three failures in a row nothing new is begun, and what is open is not forgotten."""
    scene = Scene(program, folder, **{"http.commit_timeout": "300ms",
                                      "ledger.midaz_breaker_pause": "1h"})
    teller, initiations = scene.teller, []
    teller.insist(teller.cancel, teller.held(100))

    def begin():
        initiations.append(teller.make(101))
        return teller.process(initiations[-1])

    scene.midaz.plan({"on": "hold", "error": [500, "0095"], "times": 3})
    begin()
    wait_for(lambda: scene.midaz.state()["plan"] == [], PATIENCE, "three failures")

    def is_left_alone():
        """What was begun would be answered 409 the second time."""
        return begin().status == 503 and teller.process(initiations[-1]).status == 503

    wait_for(is_left_alone, PATIENCE, "503 with nothing begun")
    calls = scene.midaz.state()["calls"]
    assert begin().status == 503
    assert scene.midaz.state()["calls"] == calls, "it was not left alone"
    scene.restart()
    for initiation in initiations:
        answer = scene.teller.insist(scene.teller.process, initiation)
        assert answer.status == 200, answer.body
        scene.teller.insist(scene.teller.cancel, answer.json()["transferId"])
    assert scene.audit() == 1 + len(initiations)


def another_was_faster(program, folder):
    """The ledger settled behind belay's back: the cancel is told so, and the transfer follows."""
    scene = Scene(program, folder)
    transfer = scene.teller.held(100)
    (identity,) = scene.midaz.state()["transactions"]
    scene.midaz.post(f"/v1/organizations/{TENANT}/ledgers/{LEDGER}/transactions/{identity}/commit")
    answer = scene.teller.insist(scene.teller.cancel, transfer)
    assert answer.status == 422, (answer.status, answer.body)
    assert answer.json()["error"]["code"] == "BTF-0204", answer.body
    assert scene.teller.state(transfer) == "COMPLETED"
    scene.audit()


def a_ledger_that_dies(program, folder):
    scene = Scene(program, folder, **{"http.commit_timeout": "300ms"})
    teller = scene.teller
    first, second = teller.held(100), teller.held(101)
    for transfer, point in ((first, "before"), (second, "after")):
        scene.midaz.plan({"on": "cancel", "die": point})
        answer = teller.cancel(transfer)
        assert answer.status == 503, (answer.status, answer.body)
        wait_for(scene.midaz.has_died, 10, "the death of the stand-in")
        assert teller.state(transfer) == "CREATED"
        scene.midaz.kill()
        scene.midaz.start()
        scene.wait(transfer, "CANCELLED")
    scene.audit()


def killed_between(program, folder):
    """belay dies while the ledger acts, or between its answer and the next step."""
    scene = Scene(program, folder, **{"http.commit_timeout": "10s", "ledger.midaz_timeout": "5s"})
    for deed in ("hold", "cancel"):
        for point in ("hang", "slow"):
            for when in ("before", "after"):
                initiation = scene.teller.make(100)
                transfer = None
                if deed == "cancel":
                    transfer = scene.teller.process(initiation).json()["transferId"]
                count = scene.midaz.state()["calls"].get(deed, 0)
                scene.midaz.plan({"on": deed, "hang": when} if point == "hang"
                                 else {"on": deed, "slow": 0.05})
                asking = threading.Thread(target=ask_and_be_cut, args=(
                    scene.server, scene.teller.token, initiation, transfer))
                asking.start()
                wait_for(lambda: scene.midaz.state()["calls"].get(deed, 0) > count, 10, deed)
                scene.restart()
                asking.join()
                answer = wait_for(lambda: (lambda got: got if got.status == 200 else None)(
                    scene.teller.cancel(transfer) if transfer
                    else scene.teller.process(initiation)), 30, f"{deed} after a kill")
                if not transfer:
                    transfer = answer.json()["transferId"]
                    assert scene.teller.cancel(transfer).status == 200
                scene.wait(transfer, "CANCELLED")
    assert scene.audit() == 8


def ask_and_be_cut(server, token, initiation, transfer):
    teller = Teller(server, token)
    try:
        if transfer:
            teller.cancel(transfer)
        else:
            teller.process(initiation)
    except OSError:
        pass
    except Exception as error:  # http.client's own, when the server is killed
        if "http" not in type(error).__module__:
            raise


def main():
    program = sys.argv[1]
    seed = int(os.environ.get("BELAY_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    is_full = os.environ.get("BELAY_TEST_SIZE") == "full"
    print(f"seed {seed}", flush=True)
    parts = {
        "storm": (storm, seed, 100 if is_full else 10), "each_fault": (each_fault, "v3"),
        "each_fault_of_v4": (each_fault, "v4"), "at_the_end": (each_fault_at_the_end, "v3"),
        "at_the_end_of_v4": (each_fault_at_the_end, "v4"), "killed_between": (killed_between,),
        "takes_long": (a_ledger_that_takes_long,), "left_alone": (a_ledger_that_is_left_alone,),
        "dies": (a_ledger_that_dies,), "another_was_faster": (another_was_faster,),
        "lack_of_funds": (lack_of_funds,), "without_trouble": (without_trouble,),
        "within_the_ledger": (within_the_ledger,), "orderly_stop": (an_orderly_stop,)}

    def run(name):
        folder = tempfile.mkdtemp(prefix="belay-midaz-")
        begin = time.monotonic()
        part, *arguments = parts[name]
        try:
            part(program, folder, *arguments)
        finally:
            for of, scene in Scene.made:
                if of == folder:
                    scene.end()
        print(f"{name}: {time.monotonic() - begin:.1f} s", flush=True)
        shutil.rmtree(folder)

    with concurrent.futures.ThreadPoolExecutor(3) as pool:  # they mostly wait
        for _ in pool.map(run, sys.argv[2:] or parts):
            pass


if __name__ == "__main__":
    main()
