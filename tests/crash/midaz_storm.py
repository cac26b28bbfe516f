"""Everything at once on a belay and its Midaz, and the audit of what is left."""

import http.client
import random
import threading
import time

from belay_client import wait_for
from midaz_scene import (AT_THE_END, BEFORE_THE_END, ENDS, FAILED, PATIENCE, REJECTED, Scene,
                         Teller)


class Storm:
    """Clients that process and cancel, a rail that ends transfers, a network that fails, and deaths
    of both programs."""

    def __init__(self, scene, seed):
        self.scene = scene
        self.random = random.Random(seed)
        self.stopping = threading.Event()
        self.promised = {}  # transfer: what a client was told of its end

    def client(self, seed):
        chance = random.Random(seed)
        teller = None
        while not self.stopping.is_set():
            try:
                teller = teller or Teller(self.scene.server, self.scene.teller.token, timeout=20)
                amount = chance.choice([100, 250.25, REJECTED, FAILED])
                answer = teller.initiate(amount)
                if answer.status != 200:
                    continue
                answer = teller.process(answer.json()["initiationId"])
                if answer.status != 200 or chance.random() < 0.4:
                    continue
                transfer = answer.json()["transferId"]
                time.sleep(chance.random() * 0.05)
                answer = teller.cancel(transfer)
                if answer.status == 200:
                    self.promised[transfer] = "CANCELLED"
            except Exception:  # noqa: BLE001  the server is gone, or going
                teller = None
                self.stopping.wait(0.02)

    def trouble(self):
        plan = [self.random.choice(BEFORE_THE_END + AT_THE_END)
                for _ in range(self.random.randrange(1, 4))]
        if self.random.random() < 0.1:
            plan.append({"on": "any", "die": self.random.choice(["before", "after"])})
        try:
            self.scene.midaz.plan(*plan)
        except (OSError, http.client.HTTPException):
            pass
        if self.scene.midaz.has_died():
            self.scene.midaz.kill()
            self.scene.midaz.start()

    def run(self, seconds):
        clients = [threading.Thread(target=self.client, args=(self.random.random(),))
                   for _ in range(6)]
        for one in clients:
            one.start()
        end = time.monotonic() + seconds
        kill_at = time.monotonic() + 1
        kills = 0
        while time.monotonic() < end:
            self.trouble()
            self.stopping.wait(self.random.random() * 0.2)
            if time.monotonic() > kill_at:
                self.scene.restart()
                kills += 1
                kill_at = time.monotonic() + self.random.random() * 2
        self.stopping.set()
        for one in clients:
            one.join()
        if self.scene.midaz.has_died():
            self.scene.midaz.kill()
            self.scene.midaz.start()
        self.scene.midaz.plan()
        return kills


def storm(program, folder, seed, seconds):
    scene = Scene(program, folder, **{"rail.submit_delay": "200ms", "http.commit_timeout": "1s",
                                      "ledger.midaz_timeout": "200ms",
                                      "ledger.midaz_breaker_pause": "100ms"})
    weather = Storm(scene, seed)
    kills = weather.run(seconds)
    scene.restart()

    def all_ended():
        # One look: a transfer is not seen before its hold is known, and may come between two.
        seen = scene.teller.all()
        return all(status in ENDS for status in seen.values()) and (
            set(seen) == {one["metadata"]["transferId"]
                          for one in scene.midaz.state()["transactions"].values()})

    wait_for(all_ended, PATIENCE, "the end of all transfers")
    for transfer, status in weather.promised.items():
        found = scene.teller.state(transfer)
        assert found == status, f"{transfer} was answered {status} and is {found}"
    count = scene.audit()
    print(f"storm: {count} transfers, {len(weather.promised)} cancelled, {kills} kills, "
          f"calls {scene.midaz.state()['calls']}", flush=True)
