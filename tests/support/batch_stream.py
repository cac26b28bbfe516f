"""A client of batch jobs for large files and for servers that are killed: input is sent while it is
made, output is read line by line, so that neither is ever whole in memory; a connection that ends
before its answer is there is one exception, Lost."""

import http.client
import json
import urllib.parse

from batch_client import LIVE, BatchClient, line

PACED_VERSION = "2026-05-27.preview"  # has maximum_rps
PIECE_LINES = 2000


class Lost(Exception):
    """The connection ended before the answer was there."""


def encoded(row, path_params=None, params=None):
    """A line of an input file."""
    return line(row, path_params, params).encode() + b"\n"


def in_pieces(lines):
    """Many lines in one piece of a chunked body."""
    piece = []
    for one in lines:
        piece.append(one)
        if len(piece) == PIECE_LINES:
            yield b"".join(piece)
            piece = []
    if piece:
        yield b"".join(piece)


def counts(job):
    """(succeeded, failed) as the job's details say; None if they do not."""
    details = job["status_details"].get(job["status"], {})
    if "success_count" not in details:
        return None
    return int(details["success_count"]), int(details["failure_count"])


def is_over(job):
    return job["status"] not in LIVE


class StreamClient(BatchClient):
    def request(self, *args, **more):  # pylint: disable=signature-differs
        try:
            return super().request(*args, **more)
        except (OSError, http.client.HTTPException) as error:
            raise Lost(str(error)) from error

    def close(self):
        self.connection.close()

    def job(self, job):
        answer = self.batch(job)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json()

    def upload_stream(self, shown, lines):
        """`lines`: bytes, each with its line feed, made while they are sent."""
        url = shown["status_details"]["ready_for_upload"]["upload_url"]["url"]
        return self.by_url("PUT", url, in_pieces(lines), "application/jsonlines")

    def begin_stream(self, path, lines, **more):
        """The id of a job that has its input."""
        made = self.create_batch(path, **more)
        assert made.status == 200, (made.status, made.body)
        answer = self.upload_stream(made.json(), lines)
        assert answer.status == 200, (answer.status, answer.body)
        return made.json()["id"]

    def output_lines(self, shown):
        """The lines of the output as bytes, while they arrive; none of a job without an output."""
        file = shown["status_details"].get(shown["status"], {}).get("output_file")
        if file is None:
            return
        url = urllib.parse.urlsplit(file["download_url"]["url"])
        size = 0
        try:
            self.connection.request("GET", f"{url.path}?{url.query}")
            answer = self.connection.getresponse()
            assert answer.status == 200, (answer.status, answer.read())
            for raw in answer:
                size += len(raw)
                yield raw
            answer.read()  # by which http.client learns that this was the end
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise Lost(str(error)) from error
        assert size == int(file["size"]), f"{size} bytes of output, {file['size']} promised"

    def judged_lines(self, shown):
        """The same, parsed; the size and the counts of the job are those of its lines. Of a
        million rows too: what is kept is two numbers."""
        good = bad = 0
        for raw in self.output_lines(shown):
            one = json.loads(raw)
            is_good = 200 <= one["status"] < 300
            good, bad = good + is_good, bad + (not is_good)
            yield one
        assert counts(shown) in ((good, bad), None), (counts(shown), good, bad)
