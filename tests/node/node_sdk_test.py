"""The official Node SDK, as it is published, drives batch jobs of a running server.

This program fetches the SDK (`npm ci`: exact versions, checked against the lock file's hashes) into
the build tree, starts a server, makes keys with `belay keys` and hands both to node's test runner.
Without node, npm or the package registry it skips; in CI it does not.

usage: node_sdk_test.py BELAY BUILD_FOLDER
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from belay_client import TENANT, Server  # noqa: E402

SKIPPED = 77
OTHER_TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
NODE_OLDEST = 18
SETTINGS = {
    "exports.workers": 0,  # an export stays as the test left it
    "batches.rows_per_second": 200,  # a large file takes long enough to be canceled in
    "webhooks.allow_private": "true",
    "webhooks.schedule": "0s,100ms,100ms,1s,5s",
}
KEYS = {
    "test": (TENANT, ()),
    "live": (TENANT, ("--mode", "live")),
    "other": (OTHER_TENANT, ()),
    "reader": (TENANT, ("--restricted", "--scope", "batches:read")),
    "narrow": (TENANT, ("--restricted", "--scope", "batches:read", "--scope", "batches:write")),
}


def skip(why):
    """Ends this program: in CI the SDK has to be there."""
    demanded = os.environ.get("CI", "").lower() not in ("", "0", "false")
    print(f"node_sdk_test: {'FAILED' if demanded else 'skipped'}: {why}", flush=True)
    sys.exit(1 if demanded else SKIPPED)


def node_is_there():
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            skip(f"there is no {tool}; ./dev deps installs it")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.strip().lstrip("v").split(".")[0]) < NODE_OLDEST:
        skip(f"node is {version.stdout.strip()}; the SDK needs {NODE_OLDEST}")


def install(folder):
    """The SDK's packages in `folder`, once for each state of the lock file."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    installed = folder / "installed.lock"
    if not installed.exists() or installed.read_bytes() != lock:
        installed.unlink(missing_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, folder / name)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--omit=peer", "--no-audit", "--no-fund",
             "--prefer-offline", "--fetch-retries=1"], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            skip(f"npm ci failed:\n{done.stdout}{done.stderr}")
        installed.write_bytes(lock)
    # Node looks for packages above the file that imports them.
    for source in HERE.glob("*.mjs"):
        shutil.copyfile(source, folder / source.name)


def make_key(program, data, tenant, options):
    done = subprocess.run([program, "keys", "create", "--data", data, "--tenant", tenant, *options],
                          capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def main():
    program, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    node_is_there()
    install(folder)
    with tempfile.TemporaryDirectory() as data_folder:
        data = data_folder + "/data"
        os.mkdir(data)
        keys = {name: make_key(program, data, *made) for name, made in KEYS.items()}
        server = Server(program, data, SETTINGS).start()
        environment = {**os.environ, "BELAY_PORT": str(server.port), "BELAY_KEYS": json.dumps(keys)}
        tests = sorted(str(path) for path in folder.glob("*_test.mjs"))
        # One file after the other: each may look at all events of the account.
        codes = [subprocess.run(["node", "--test", test], cwd=folder, env=environment).returncode
                 for test in tests]
        stopped = server.end()
        verified, text = server.verify()
        if stopped != 0 or verified != 0 or any(codes):
            print(text, server.log_text()[-4000:], sep="\n")
        return 1 if stopped != 0 or verified != 0 or any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
