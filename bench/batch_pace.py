#!/usr/bin/env python3
"""Are the rows of a batch sent at the asked rate? On the real clock, as an upstream sees them come.

usage: batch_pace.py PROGRAM [SECONDS]     (default: 20 seconds for each rate)

Rates come from maximum_rps (versions before 2026-06-24) and from batches.rows_per_second. Prints,
for each, the rate over the whole job as a ratio of what was asked, and the most rows that came in
any one second. Ends with 1 if a ratio is not within 5 %. The upstream answers each tenth row only
after 300 ms: that must not change the pace.
"""

import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from batch_stream import PACED_VERSION, StreamClient, counts, encoded, is_over  # noqa: E402
from belay_client import Server, wait_for  # noqa: E402
from upstream_stand_in import StandIn  # noqa: E402

RATES = (("maximum_rps", 10), ("maximum_rps", 50), ("maximum_rps", 100),
         ("batches.rows_per_second", 50), ("batches.rows_per_second", 250),
         ("batches.rows_per_second", 1000))
OFF_BY = 0.05
SCOPES = ["batches:read", "batches:write"]


def arrivals(program, folder, upstream, named, rate, seconds):
    """When rows of one job came, in seconds."""
    number = rate * seconds
    setting = {"batches.rows_per_second": 0 if named == "maximum_rps" else rate}
    server = Server(program, f"{folder}/{named}-{rate}", {
        "exports.workers": 0, "batches.upstream": upstream.url, **setting}).start()
    client = StreamClient(server, server.token(scopes=SCOPES))
    more = {}
    if named == "maximum_rps":
        client.version, more = PACED_VERSION, {"maximum_rps": rate}
    upstream.control(reset=True)
    upstream.rules({"rows": [f"r{at}" for at in range(0, number, 10)], "delay": 0.3})
    try:
        job = client.begin_stream("/v1/customers/:id", (
            encoded(f"r{at}", {"id": f"cus_{at}"}, {"name": "a"}) for at in range(number)), **more)

        def ended():
            shown = client.job(job)
            return shown if is_over(shown) else None

        shown = wait_for(ended, seconds * 3 + 60, "the end of the job")
    finally:
        server.end()
    assert counts(shown) == (number, 0), shown
    return sorted(upstream.times())


def main():
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    worst = 0.0
    print(f"{seconds} s for each rate, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="belay-pace-") as folder, StandIn() as upstream:
        for named, rate in RATES:
            times = arrivals(sys.argv[1], folder, upstream, named, rate, seconds)
            ratio = (len(times) - 1) / (times[-1] - times[0]) / rate
            first = most = 0
            for at, time in enumerate(times):
                while times[first] <= time - 1:
                    first += 1
                most = max(most, at - first + 1)
            worst = max(worst, abs(ratio - 1))
            print(f"{named} = {rate}: {len(times)} rows, {ratio:.4f} of what was asked, at most "
                  f"{most} in any one second", flush=True)
    print(f"off by at most {worst * 100:.2f} %")
    return 0 if worst <= OFF_BY else 1


if __name__ == "__main__":
    sys.exit(main())
