"""A receiver of webhooks for tests, whose manners a test can set; and what a receiver checks.

The signatures are computed here with hmac and base64 alone, from docs/webhooks.md."""

import base64
import hashlib
import hmac
import http.server
import json
import socket
import threading


class Delivery:
    def __init__(self, path, headers, body):
        self.path = path
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def id(self):
        """The event's; one for a destination of batch jobs' events has it in the body alone."""
        return self.headers.get("webhook-id") or self.json()["id"]

    @property
    def event(self):
        return self.headers["x-webhook-event"]

    def json(self):
        return json.loads(self.body)

    def v1(self, secret):
        text = b"v1:" + self.headers["x-webhook-timestamp"].encode() + b"." + self.body
        return "v1,sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()

    def standard(self, secret):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()

    def signatures(self):
        return (self.headers["x-webhook-signature"].split(" "),
                self.headers["webhook-signature"].split(" "))


class Receiver:
    """`manner(handler, delivery)` answers; it may be changed at any time."""

    def __init__(self, manner=None, port=0):
        self.manner = manner or answer(204)
        self.lock = threading.Lock()
        self.all = []
        self.connections = 0
        self.stopping = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                with receiver.lock:
                    receiver.connections += 1

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                delivery = Delivery(self.path, self.headers.items(), self.rfile.read(length))
                with receiver.lock:
                    receiver.all.append(delivery)
                receiver.manner(self, delivery)

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.listener = Listener(("127.0.0.1", port), Handler)
        self.port = self.listener.server_address[1]
        self.thread = threading.Thread(target=self.listener.serve_forever, args=(0.02,),
                                       daemon=True)
        self.thread.start()

    def url(self, path="/hook"):
        return f"http://127.0.0.1:{self.port}{path}"

    def deliveries(self, path=None):
        with self.lock:
            return [one for one in self.all if path is None or one.path == path]

    def close(self):
        self.stopping.set()
        self.listener.shutdown()
        self.listener.server_close()


def free_port():
    """A port on which nobody listens now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


# Manners.

def answer(status, headers=None, body=b""):
    def manner(handler, _):
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        if status != 204:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
    return manner


def first(count, manner, then=None):
    """So to the first deliveries of each event, otherwise to those that come after."""
    seen = {}
    lock = threading.Lock()
    rest = then or answer(204)

    def both(handler, delivery):
        with lock:
            seen[delivery.id] = seen.get(delivery.id, 0) + 1
            number = seen[delivery.id]
        (manner if number <= count else rest)(handler, delivery)
    return both


def hang(receiver):
    def manner(handler, _):
        receiver.stopping.wait(600)
        handler.close_connection = True
    return manner


def break_off(handler, _):
    """An answer that promises more than it gives."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def wait(event, seconds, then=None):
    """A slow receiver: answers after so long, or as soon as the test ends."""
    def manner(handler, delivery):
        event.wait(seconds)
        (then or answer(204))(handler, delivery)
    return manner
