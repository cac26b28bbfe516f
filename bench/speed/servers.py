"""The servers that belay is measured beside, each answering a constant of the same size with two
threads, and belay itself.
"""

import pathlib
import subprocess
import tempfile

import lab

BODY_BYTES = 200
THREADS = 2
TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"
SCOPES = ("exports:read exports:write batches:read batches:write transfers:read transfers:write "
          "admin")

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


def raw_epoll():
    port = lab.free_port()
    return lab.Server("raw epoll", [str(lab.BUILD / "bench" / "raw_epoll"), str(port),
                                    str(THREADS), str(BODY_BYTES)], port)


def beast():
    port = lab.free_port()
    return lab.Server("plain Beast", [str(lab.BUILD / "bench" / "beast_server"), str(port),
                                      str(THREADS), str(BODY_BYTES)], port)


def nginx(folder, bodies=None):
    """`bodies`: what is answered below each path, a constant; without: everywhere the same."""
    port = lab.free_port()
    config = pathlib.Path(folder) / "nginx.conf"
    locations = "\n".join(
        f"    location {path} {{ default_type application/json; return 200 '{body}'; }}"
        for path, body in (bodies or {"/": "x" * BODY_BYTES}).items())
    config.write_text(NGINX % {"threads": THREADS, "folder": folder, "port": port,
                               "locations": locations})
    return lab.Server("nginx return 200", ["nginx", "-p", folder, "-c", str(config)], port)


def h2o(folder):
    port = lab.free_port()
    pathlib.Path(folder).chmod(0o755)  # started as root it reads files as another user
    (pathlib.Path(folder) / "constant").write_text("x" * BODY_BYTES)
    config = pathlib.Path(folder) / "h2o.conf"
    config.write_text(H2O % {"threads": THREADS, "folder": folder, "port": port})
    return lab.Server("h2o, a file in memory", ["h2o", "-c", str(config)], port)


class Belay(lab.Server):
    """belay on a data directory of its own, which goes with it unless `data` is given."""

    def __init__(self, data=None, **settings):
        self.folder = None if data else tempfile.TemporaryDirectory(prefix="belay-bench-")
        self.data = data or self.folder.name
        port = lab.free_port()
        command = [str(lab.BUILD / "belay"), "serve", "--data", self.data, "--listen",
                   f"127.0.0.1:{port}", "--threads", str(THREADS)]
        for name, value in {"log.level": "error", "exports.workers": 0, **settings}.items():
            command += ["--set", f"{name}={value}"]
        super().__init__("belay", command, port)

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
