"""Databases that take the same logical step as a cancel: PostgreSQL, alone under pgbench and behind
a service on fastify; Redis with every append flushed. Each has a folder of its own, which goes with
it.

Their jobs are numbered: job n has the id uuid_of(n).
"""

import hashlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

import lab
import servers

PEERS = lab.ROOT / "bench" / "peers"
INSTALLED = lab.ROOT / "build" / "bench-peers"
FINGERPRINT = hashlib.sha256(b"POST\n/v1/export-jobs/{id}/cancel\n").hexdigest()

POSTGRESQL_SETTINGS = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
    "wal_sync_method": "fdatasync", "shared_buffers": "1GB", "max_connections": "400",
    "max_wal_size": "8GB", "checkpoint_timeout": "30min", "jit": "off", "listen_addresses": ""}
REDIS_SETTINGS = {"appendonly": "yes", "appendfsync": "always", "save": "",
                  "auto-aof-rewrite-percentage": "0", "tcp-backlog": "4096"}


def uuid_of(number):
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def write_ids(path, begin, count):
    path = pathlib.Path(path)
    path.write_text("".join(uuid_of(number) + "\n" for number in range(begin, begin + count)))
    return path


def as_user(user):
    """What a command begins with so that it does not run as root, which PostgreSQL refuses."""
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] \
        if os.geteuid() == 0 else []


def wait_until(condition, process, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{process.args} does not serve")
        time.sleep(0.05)


class Folder:
    """A temporary folder in `place` that belongs to `user`."""

    def __init__(self, place, user):
        self.temporary = tempfile.TemporaryDirectory(prefix="belay-peer-", dir=place)
        self.path = pathlib.Path(self.temporary.name)
        if os.geteuid() == 0:
            shutil.chown(self.path, user)

    def remove(self):
        self.temporary.cleanup()


class PostgreSql(lab.Server):
    """Speaks on a unix socket in its folder alone."""

    def __init__(self, place):
        super().__init__("PostgreSQL", [], None)
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if not found:
            raise RuntimeError("PostgreSQL is not installed")
        self.programs = found[-1].parent
        self.folder = Folder(place, "postgres")
        self.address = ["-h", str(self.folder.path), "-U", "postgres"]
        self.jobs = 0

    def __enter__(self):
        data, user = self.folder.path / "data", as_user("postgres")
        subprocess.run([*user, str(self.programs / "initdb"), "-D", str(data), "-A", "trust", "-U",
                        "postgres", "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        command = [*user, str(self.programs / "postgres"), "-D", str(data), "-k",
                   str(self.folder.path)]
        for name, value in POSTGRESQL_SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, cwd="/")
        try:
            wait_until(lambda: subprocess.run(["pg_isready", "-q", *self.address],
                                              check=False).returncode == 0, self.process)
            self.sql((PEERS / "postgres" / "schema.sql").read_text())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        super().__exit__(*error)
        self.folder.remove()

    def sql(self, text):
        done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", *self.address],
                              input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()

    def processor_seconds(self):
        """Also of the processes of connections that have ended."""
        return super().processor_seconds() + reaped_seconds(self.process.pid)

    def processes(self):
        return len(lab.children_of(self.process.pid))

    def prepare(self, count):
        """Makes so many queued jobs; gives the number of the first."""
        begin, self.jobs = self.jobs, self.jobs + count
        self.sql(f"""
            INSERT INTO jobs (id, tenant, report_type, format, status)
            SELECT lpad(to_hex(number), 32, '0')::uuid, '{servers.TENANT}', 'MATCHED', 'CSV',
              'QUEUED'
            FROM generate_series({begin}, {self.jobs - 1}) AS number;""")
        return begin

    def canceled(self):
        """How many jobs are canceled, each with its key and its event."""
        return int(self.sql("""
            SELECT count(*) FROM jobs JOIN keys ON keys.job = jobs.id
              JOIN events ON events.job = jobs.id WHERE jobs.status = 'CANCELED';"""))

    def pgbench(self, clients, each, begin):
        """Each client cancels `each` jobs, one after the other, all of them others. Gives the
        transactions a second and the server's processor time for each; fewer jobs canceled than
        transactions are an error."""
        values = {"job": "lpad(to_hex(CAST(:number AS bigint)), 32, '0')::uuid",
                  "tenant": f"'{servers.TENANT}'::uuid", "subject": "'bench'",
                  "key": "'k-' || CAST(:number AS bigint)",
                  "fingerprint": f"decode('{FINGERPRINT}', 'hex')"}
        statement = (PEERS / "postgres" / "cancel.sql").read_text().format(**values)
        script = self.folder.path / "cancel.pgbench"
        script.write_text("\\set turn :turn + 1\n"
                          f"\\set number {begin} + :client_id * {each} + :turn\n{statement};\n")
        before, alone, spent = self.canceled(), self.processes(), self.processor_seconds()
        text = subprocess.run(
            ["pgbench", *self.address, "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-t",
             str(each), "-D", "turn=-1", "-f", str(script), "postgres"],
            capture_output=True, text=True, check=True).stdout
        end = time.monotonic() + 30
        while self.processes() > alone:  # the time of one that ends meanwhile would count twice
            if time.monotonic() > end:
                raise RuntimeError("PostgreSQL's processes of pgbench do not end")
            time.sleep(0.01)
        spent = self.processor_seconds() - spent
        if self.canceled() - before != clients * each:
            raise RuntimeError(f"pgbench has not canceled {clients * each} jobs: {text}")
        rate = float(re.search(r"tps = ([0-9.]+) \(without", text).group(1))
        return rate, spent / (clients * each)


def reaped_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / lab.TICKS


class Fastify(lab.Server):
    """Two processes of Node before a PostgreSQL, whose processor time is counted with theirs."""

    def __init__(self, database, secret_file):
        self.database = database
        port = lab.free_port()
        super().__init__("fastify", [
            "node", str(installed_fastify()), str(port), str(servers.THREADS),
            str(database.folder.path), str(secret_file),
            str(PEERS / "postgres" / "cancel.sql")], port)

    def processor_seconds(self):
        return super().processor_seconds() + self.database.processor_seconds()


def installed_fastify():
    """Installs what package-lock.json pins, unless that has been done; gives the program."""
    source, target = PEERS / "fastify", INSTALLED / "fastify"
    target.mkdir(parents=True, exist_ok=True)
    lock = (source / "package-lock.json").read_bytes()
    marker = target / "installed"
    if not marker.exists() or marker.read_bytes() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, target)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=target,
                       check=True, stdout=subprocess.DEVNULL)
        marker.write_bytes(lock)
    shutil.copy(source / "server.js", target)
    return target / "server.js"


class Redis(lab.Server):
    """On loopback; the script is loaded, the jobs are hashes."""

    def __init__(self, place):
        self.folder = Folder(place, "redis")
        port = lab.free_port()
        command = [*as_user("redis"), "redis-server", "--bind", "127.0.0.1", "--port", str(port),
                   "--dir", str(self.folder.path)]
        for name, value in REDIS_SETTINGS.items():
            command += [f"--{name}", value]
        super().__init__("Redis", command, port)
        self.jobs = 0

    def __enter__(self):
        super().__enter__()
        script = (PEERS / "redis" / "cancel.lua").read_text()
        self.digest = self.ask("SCRIPT", "LOAD", script)
        return self

    def __exit__(self, *error):
        super().__exit__(*error)
        self.folder.remove()

    def ask(self, *words):
        """One command; its answer as text. An error is an error."""
        with socket.create_connection(("127.0.0.1", self.port), 60) as connection:
            texts = [str(word).encode() for word in words]
            connection.sendall(b"*%d\r\n" % len(texts) + b"".join(
                b"$%d\r\n%s\r\n" % (len(text), text) for text in texts))
            with connection.makefile("rb") as answers:
                line = answers.readline().rstrip()
                if line.startswith(b"$"):
                    line = b"$" + answers.read(int(line[1:]) + 2).rstrip()
        if line.startswith(b"-"):
            raise RuntimeError(f"redis: {line.decode()}")
        return line[1:].decode()

    def prepare(self, count):
        """Makes so many queued jobs; gives the number of the first."""
        begin, self.jobs = self.jobs, self.jobs + count
        for first in range(begin, self.jobs, 1000):
            self.ask("EVAL", """
                for place = 1, #ARGV do
                  redis.call('HSET', 'job:' .. ARGV[place], 'status', 'QUEUED', 'reportType',
                    'MATCHED', 'format', 'CSV', 'recordsWritten', 0, 'bytesWritten', 0,
                    'createdAt', 1795000000, 'expiresAt', 1795604800, 'version', 1)
                end
                return #ARGV""", 0, *[uuid_of(number) for number in range(
                    first, min(first + 1000, self.jobs))])
        return begin

    def cancel_command(self):
        """A cancel, for belay_load."""
        return (f"EVALSHA {self.digest} 3 job:{{id}} key:bench:{{id}}:k-{{id}} events "
                f"{FINGERPRINT} {{id}}")

    def canceled(self):
        """How many events there are; each was written with its job and its key."""
        return int(self.ask("XLEN", "events"))
