"""One request on a connection of its own, and the octets of its answer."""

import socket


def exchange(port, method, path, fields=(), body=None, content_type=None, seconds=30):
    """Sends exactly these header fields; gives (status, [(name, value)…], body, head as sent)."""
    lines = [f"{method} {path} HTTP/1.1", "Host: belay.test", "Connection: close",
             "X-Request-Id: 00000000-0000-4000-8000-000000000001"]
    lines += [f"{name}: {value}" for name, value in fields]
    if body is not None:
        lines += [f"Content-Length: {len(body)}", f"Content-Type: {content_type}"]
    request = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(request)
        octets = b""
        while piece := connection.recv(65536):
            octets += piece
    head, _, content = octets.partition(b"\r\n\r\n")
    status_line, *rest = head.decode("latin-1").split("\r\n")
    named = [tuple(line.split(": ", 1)) for line in rest]
    return int(status_line.split()[1]), named, content, head


def comparable(answer):
    """All of an answer but the second it was made in."""
    _, fields, content, head = answer
    return head.split(b"\r\n")[0], [pair for pair in fields if pair[0].lower() != "date"], content
