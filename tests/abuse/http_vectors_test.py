"""The shared raw HTTP cases against the running server, in every delivery and with slow clients,
under the stricter rule: http_vectors_test.py BELAY SCRIPT [--tls]. Skips, saying so, where the
script is absent.
"""

import os
import subprocess
import sys

from abuse import ECHO, running

# The limits that the server is given, and that the cases are told.
SECONDS = {"header": 4, "body": 4, "idle": 5}

# The client of the cases cannot half-close a TLS connection, so those that need it are left out.
OVER_TLS = ["--tls", "--only", "^(?!.*-fin$|conn-half-close)"]


def main(program, script, *options):
    if not os.path.exists(script):
        print(f"SKIPPED: no vectors at {script}")
        return 77
    tls = "--tls" in options
    settings = {f"http.{name}_timeout": f"{seconds}s" for name, seconds in SECONDS.items()}
    with running(program, settings, ["--debug-echo"], tls) as server:
        limits = ",".join(f"{name}={seconds}" for name, seconds in
                          {**SECONDS, "keepalive": SECONDS["idle"]}.items())
        done = subprocess.run(
            [sys.executable, script, f"127.0.0.1:{server.port}", "--get", "/v1/contexts",
             "--post", ECHO, "--header", f"Authorization: Bearer {server.token()}", "--strict",
             "--slow", "--limits", limits, *(OVER_TLS if tls else [])], check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
