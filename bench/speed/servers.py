"""The servers that belay is measured beside, each answering a constant with two threads, and belay
itself.
"""

import pathlib
import socket
import subprocess
import tempfile

import lab

THREADS = 2
TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"
SCOPES = ("exports:read exports:write batches:read batches:write transfers:read transfers:write "
          "admin")

# belay's, in all benchmarks: its log says errors alone, and no worker takes a job.
SETTINGS = {"log.level": "error", "exports.workers": 0}

NGINX = """
worker_processes %(threads)d;
error_log /dev/null;
pid %(folder)s/nginx.pid;
daemon off;
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path %(folder)s/body; proxy_temp_path %(folder)s/proxy;
  fastcgi_temp_path %(folder)s/fastcgi; uwsgi_temp_path %(folder)s/uwsgi;
  scgi_temp_path %(folder)s/scgi;
  server {
    listen 127.0.0.1:%(port)d reuseport backlog=4096;
%(locations)s
  }
}
"""

H2O = """
num-threads: %(threads)d
max-connections: 16384
listen: {host: 127.0.0.1, port: %(port)d}
hosts:
  default:
    paths:
      /:
        file.dir: %(folder)s
"""


def raw_epoll(body_bytes):
    port = lab.free_port()
    return lab.Server("raw epoll", [str(lab.BUILD / "bench" / "raw_epoll"), str(port),
                                    str(THREADS), str(body_bytes)], port)


def beast(body_bytes):
    port = lab.free_port()
    return lab.Server("plain Beast", [str(lab.BUILD / "bench" / "beast_server"), str(port),
                                      str(THREADS), str(body_bytes)], port)


def nginx(folder, bodies):
    """`bodies`: what is answered below each path, a constant."""
    port = lab.free_port()
    config = pathlib.Path(folder) / "nginx.conf"
    locations = "\n".join(
        f"    location {path} {{ default_type application/json; return 200 '{body}'; }}"
        for path, body in bodies.items())
    config.write_text(NGINX % {"threads": THREADS, "folder": folder, "port": port,
                               "locations": locations})
    return lab.Server("nginx return 200", ["nginx", "-p", folder, "-c", str(config)], port)


def h2o(folder, body_bytes):
    """It has no constant: it opens and reads a file for each request."""
    port = lab.free_port()
    pathlib.Path(folder).chmod(0o755)  # started as root it reads files as another user
    (pathlib.Path(folder) / "constant").write_text("x" * body_bytes)
    config = pathlib.Path(folder) / "h2o.conf"
    config.write_text(H2O % {"threads": THREADS, "folder": folder, "port": port})
    return lab.Server("h2o, a file", ["h2o", "-c", str(config)], port, path="/constant")


def whole_answer(port, request):
    """How many bytes come back."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(request.encode())
        got = b""
        while b"\r\n\r\n" not in got:
            got += connection.recv(65536)
        head, _, body = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), got
        (length,) = (int(line.split(b":")[1]) for line in head.split(b"\r\n")
                     if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += connection.recv(65536)
    return len(head) + 4 + length


def constant_bytes(server, fields=()):
    """How long the answer to a plain GET of the server's constant is, head and body."""
    lines = [f"GET {server.path} HTTP/1.1", "Host: a", *fields, "", ""]
    return whole_answer(server.port, "\r\n".join(lines))


def fitted(make, wanted_bytes):
    """make(body_bytes) gives a server. Returns the size of a body with which its whole answer has
    the wanted size, or that of a small body if its head alone is longer."""
    body_bytes = 10
    for _ in range(2):  # the length may change the length of Content-Length, once
        with make(body_bytes) as server:
            body_bytes = max(10, body_bytes + wanted_bytes - constant_bytes(server))
    return body_bytes


class Belay(lab.Server):
    """belay on a data directory of its own, which goes with it unless `data` is given."""

    def __init__(self, data=None, **settings):
        self.folder = None if data else tempfile.TemporaryDirectory(prefix="belay-bench-")
        self.data = data or self.folder.name
        port = lab.free_port()
        command = [str(lab.BUILD / "belay"), "serve", "--data", self.data, "--listen",
                   f"127.0.0.1:{port}", "--threads", str(THREADS)]
        for name, value in {**SETTINGS, **settings}.items():
            command += ["--set", f"{name}={value}"]
        super().__init__("belay", command, port, path="/health/live")

    def __exit__(self, *error):
        super().__exit__(*error)
        if self.folder:
            self.folder.cleanup()

    def token(self):
        done = subprocess.run(
            [str(lab.BUILD / "belay"), "token", "--tenant", TENANT, "--subject", "bench",
             "--scope", SCOPES, "--secret-file", f"{self.data}/jwt.secret"],
            capture_output=True, text=True, check=True)
        return done.stdout.strip()
