"""What an operator is told: wrong files are named with their setting, wrong settings end with 2,
and every limit of HTTP serves at both of its ends. The echo route is there when asked for, only
then.
startup_test.py BELAY
"""

import os
import re
import subprocess
import sys
import tempfile

from abuse import ECHO, FULL, Answers, make_certificate, request, running


def fails(program, folder, code, *words, settings=()):
    """It does not start, with that exit code, and its error says all of `words`."""
    command = [program, "serve", "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0"]
    for name, value in settings:
        command += ["--set", f"{name}={value}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, (done.returncode, done.stderr)
    for word in words:
        assert word in done.stderr, (word, done.stderr)


def wrong_files(program, folder):
    certificate, key = make_certificate(folder)
    other = make_certificate(tempfile.mkdtemp(dir=folder))[1]
    absent = os.path.join(folder, "absent.pem")
    empty = os.path.join(folder, "empty.pem")
    short = os.path.join(folder, "short.secret")
    open(empty, "w", encoding="ascii").close()
    with open(short, "w", encoding="ascii") as file:
        file.write("too short\n")

    def tls(chain, private):
        return ("http.tls_cert", chain), ("http.tls_key", private)

    fails(program, folder, 1, "http.tls_cert", absent, settings=tls(absent, key))
    fails(program, folder, 1, "http.tls_cert", empty, settings=tls(empty, key))
    fails(program, folder, 1, "http.tls_cert", key, settings=tls(key, certificate))
    fails(program, folder, 1, "http.tls_key", absent, settings=tls(certificate, absent))
    fails(program, folder, 1, "http.tls_key", empty, settings=tls(certificate, empty))
    fails(program, folder, 1, "http.tls_key", other, settings=tls(certificate, other))
    for bad in (absent, empty, short):
        fails(program, folder, 1, "auth.jwt_secret_file", bad,
              settings=[("auth.jwt_secret_file", bad)])
    for bad in (absent, empty):
        fails(program, folder, 1, "auth.jwks_file", bad, settings=[("auth.jwks_file", bad)])


def wrong_settings(program, folder):
    for name, value in (("store.ring_bytes", "3MiB"), ("store.ring_bytes", "1MiB"),
                        ("http.threads", "257"), ("http.max_header_fields", "101"),
                        ("http.no_such", "1")):
        fails(program, folder, 2, name, settings=[(name, value)])
    fails(program, folder, 2, "http.threads", settings=[("http.threads", "250"),
                                                        ("exports.workers", "1000")])


def bounds_of(program):
    """{setting: (least, most)} of the HTTP limits, as the program's own errors state them."""
    names = ("max_request_line", "max_header", "max_header_fields", "max_json_body",
             "max_connections", "header_timeout", "body_timeout", "idle_timeout", "write_timeout")
    bounds = {}
    for name in names:
        done = subprocess.run([program, "serve", "--set", f"http.{name}=nonsense"],
                              capture_output=True, text=True, timeout=60, check=False)
        found = re.search(r'from "?([0-9A-Za-z]+)"? to "?([0-9A-Za-z]+)', done.stderr)
        bounds[f"http.{name}"] = found.groups()
    return bounds


def limits_serve(program):
    """All sizes at their least, everything at its most; in the full size each alone, too."""
    bounds = bounds_of(program)
    # The least times are no time to be served in.
    least = {name: ends[0] for name, ends in bounds.items() if not name.endswith("_timeout")}
    most = {name: ends[1] for name, ends in bounds.items()}
    each = [{name: end} for ends in (least, most) for name, end in ends.items()] if FULL else []
    for settings in [*each, least, most]:
        with running(program, settings) as server, server.connect() as client:
            client.sendall(request("GET", "/health/live"))
            assert Answers(client).next()[0] == 200, settings


def echo(program):
    good = b' {"a":1, "b":[1.50, "\\u00e9"]} '
    with running(program) as server, server.connect() as client:
        client.sendall(request("POST", ECHO, body=good, token=server.token()))
        assert Answers(client).next()[0] == 404
    with running(program, {"http.max_json_body": "64KiB"}, ["--debug-echo"]) as server, \
            server.connect() as client:
        token, answers = server.token(), Answers(client)

        def ask(body, token=token):
            client.sendall(request("POST", ECHO, body=body, token=token))
            return answers.next()

        status, fields, body = ask(good)
        assert (status, fields["content-type"], body) == (200, "application/json", good)
        for bad in (b"{", b'{"a":1,"a":2}', b"1e999", b'"\xff"'):
            status, fields, body = ask(bad)
            assert (status, fields["content-type"]) == (400, "application/problem+json"), body
        assert ask(good, token="nonsense")[0] == 401
        assert ask(b'"' + b"x" * 65536 + b'"')[0] == 413


def main(program):
    with tempfile.TemporaryDirectory(prefix="belay-abuse-") as folder:
        wrong_files(program, folder)
        wrong_settings(program, folder)
    limits_serve(program)
    echo(program)


if __name__ == "__main__":
    main(*sys.argv[1:])
