#!/usr/bin/env python3
"""The files of batch jobs: signed uploads and downloads, asked of the running program.
usage: batch_uploads_test.py PROGRAM [unittest options]"""

import pathlib
import socket
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from batch_case import (  # noqa: E402
    CANCEL_EXPORT, OLD, OTHER_TENANT, UNKNOWN_JOB, BatchClient, BatchTest, main, path_of, rows,
    upload_url)
from belay_client import wait_for  # noqa: E402

CONFLICT = "batch_job_not_ready_for_upload"


class UploadCase(BatchTest):
    def put(self, url, body, content_type="application/jsonlines", **headers):
        return self.client.request("PUT", path_of(url), body, headers=headers,
                                   content_type=content_type, anonymous=True)

    def begin(self, url, length=1_000_000, body=b""):
        """An upload whose body does not come to its end; waits until the server has begun it."""
        peer = socket.create_connection(("127.0.0.1", self.server.port))
        self.addCleanup(peer.close)
        peer.sendall((f"PUT {path_of(url)} HTTP/1.1\r\nHost: x\r\n"
                      "Content-Type: application/jsonlines\r\n"
                      f"Content-Length: {length}\r\n\r\n").encode() + body)
        wait_for(lambda: self.files(url), what="the upload's temporary file")
        return peer

    def answer_to(self, peer):
        """Status and body of the answer on a bare connection."""
        peer.settimeout(30)
        text = b""
        while b"\r\n\r\n" not in text:
            text += peer.recv(4096)
        return int(text.split()[1]), text.split(b"\r\n\r\n", 1)[1]


class UploadTest(UploadCase):
    def test_an_upload_begins_the_job_and_is_answered_without_a_body(self):
        for kind in ("application/octet-stream", "application/jsonlines", "application/x-ndjson",
                     "application/jsonlines; charset=utf-8"):
            for skip in (False, True):
                job = self.created(skip_validation=skip)
                answer = self.put(upload_url(job), rows(2), kind)
                self.answered(answer, 200)
                self.assertEqual(answer.body, b"")
                self.assertEqual(self.client.wait_for_batch(job["id"])["status"], "complete")

    def test_other_content_is_refused(self):
        job = self.created()
        for kind in ("text/plain", "application/json", "multipart/form-data", None):
            self.refused(self.put(upload_url(job), rows(1), kind), 415, "unsupported_media_type")
        answer = self.put(upload_url(job), rows(1), **{"Content-Encoding": "gzip"})
        self.refused(answer, 415, "unsupported_media_type")
        with socket.create_connection(("127.0.0.1", self.server.port)) as peer:
            peer.sendall((f"PUT {path_of(upload_url(job))} HTTP/1.1\r\nHost: x\r\n"
                          "Content-Type: application/jsonlines\r\n\r\n").encode())
            status, body = self.answer_to(peer)
            self.assertEqual(status, 411, body)
        self.shown(self.client.batch(job["id"]), "ready_for_upload")

    def test_a_body_in_chunks(self):
        job = self.created()
        pieces = [rows(1, number) for number in range(5)]
        answer = self.client.request(
            "PUT", path_of(upload_url(job)), iter(pieces), anonymous=True,
            content_type="application/jsonlines")
        self.answered(answer, 200)
        ended = self.client.wait_for_batch(job["id"])
        self.assertEqual(len(self.client.output(ended)), 5)

    def test_the_url_is_the_same_until_it_ends(self):
        job = self.created()
        again = self.client.batch(job["id"]).json()
        self.assertEqual(upload_url(again), upload_url(job))
        shown = job["status_details"]["ready_for_upload"]["upload_url"]["expires_at"]
        self.assertEqual(shown[-5:], job["created"][-5:])

    def test_a_url_permits_what_it_was_signed_for(self):
        job, other = self.created(), self.created()
        url = upload_url(job)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        for name, value in query.items():
            changed = value[:-1] + ("0" if value[-1] != "0" else "1")
            if name == "expires":
                changed = str(int(value) + 60)
            if name == "tenant":
                changed = OTHER_TENANT
            text = path_of(url).split("?")[0] + "?" + urllib.parse.urlencode(
                {**query, name: changed})
            with self.subTest(name=name):
                self.refused(self.put(text, rows(1)), 403, "url_signature_invalid")
        bare = path_of(url).split("?")[0]
        of_other = path_of(upload_url(other)).split("?")[0] + "?" + path_of(url).split("?")[1]
        for text in (bare, bare + "?x=1", path_of(url) + "&x=1", of_other):
            self.refused(self.put(text, rows(1)), 403, "url_signature_invalid")
        # It is for PUT, and a token is no signature.
        self.refused(self.client.request("GET", path_of(url), anonymous=True), 403,
                     "url_signature_invalid")
        self.refused(self.client.request("PUT", bare, rows(1),
                                         content_type="application/jsonlines"), 403,
                     "url_signature_invalid")
        for name in (UNKNOWN_JOB, "x"):
            text = f"/v2/core/batch_job_files/{name}?" + path_of(url).split("?")[1]
            self.refused(self.put(text, rows(1)), 404, "batch_job_not_found")
        self.shown(self.client.batch(job["id"]), "ready_for_upload")

    def test_a_second_upload_is_too_late(self):
        job = self.created()
        self.answered(self.put(upload_url(job), rows(1)), 200)
        self.refused(self.put(upload_url(job), rows(2)), 409, CONFLICT)
        self.assertEqual(self.client.wait_for_batch(job["id"])["status"], "complete")
        self.refused(self.put(upload_url(job), rows(2)), 409, CONFLICT)

    def test_one_upload_at_a_time(self):
        job = self.created()
        peer = self.begin(upload_url(job))
        self.refused(self.put(upload_url(job), rows(1)), 409, "upload_in_progress")
        peer.close()
        wait_for(lambda: self.put(upload_url(job), rows(1)).status == 200,
                 what="an upload after the broken one")
        self.assertEqual(self.client.wait_for_batch(job["id"])["status"], "complete")

    def test_a_broken_upload_leaves_the_job_as_it_was(self):
        job = self.created()
        for _ in range(3):
            peer = self.begin(upload_url(job), body=rows(100))
            peer.close()
            wait_for(lambda: not self.files(upload_url(job)),
                     what="the removal of the temporary file")
            self.shown(self.client.batch(job["id"]), "ready_for_upload")
        self.answered(self.put(upload_url(job), rows(2)), 200)
        self.assertEqual(self.client.wait_for_batch(job["id"])["status"], "complete")

    def test_a_cancel_kills_the_url_and_what_comes_through_it(self):
        job = self.created()
        body = rows(1000)
        peer = self.begin(upload_url(job), len(body), body[:-1])
        self.shown(self.client.cancel_batch(job["id"]), "canceled")
        peer.sendall(body[-1:])
        status, text = self.answer_to(peer)
        self.assertEqual((status, CONFLICT.encode() in text), (409, True), text)
        self.refused(self.put(upload_url(job), rows(1)), 409, CONFLICT)
        self.shown(self.client.batch(job["id"]), "canceled")
        self.assertEqual(self.files(upload_url(job)), [])

    def test_an_account_takes_half_of_the_places(self):
        urls = [upload_url(self.created()) for _ in range(33)]
        peers = [self.begin(url) for url in urls[:32]]
        answer = self.put(urls[32], rows(1))
        self.refused(answer, 503, "service_unavailable")
        self.assertEqual((answer.headers["retry-after"], answer.headers["stripe-should-retry"]),
                         ("1", "true"))
        other = BatchClient(self.server, self.server.token(tenant=OTHER_TENANT))
        theirs = other.create_batch(CANCEL_EXPORT).json()
        self.answered(self.put(upload_url(theirs), rows(1)), 200)
        for peer in peers:
            peer.close()
        wait_for(lambda: self.put(urls[32], rows(1)).status == 200, what="a place that is free")


class BoundsTest(UploadCase):
    settings = {"exports.workers": 0, "batches.upload_window": "1s", "batches.max_upload": "1MiB"}

    def wait_until_late(self, job):
        wait_for(lambda: self.client.batch(job["id"]).json()["status"] == "upload_timeout",
                 what="the end of the window")

    def test_the_largest_file(self):
        body = rows(2)
        body += b" " * (1024 * 1024 - len(body) - 1) + b"\n"
        job = self.created()
        self.refused(self.put(upload_url(job), body + b" "), 413, "content_too_large")
        job = self.created()
        answer = self.client.request(
            "PUT", path_of(upload_url(job)), iter([body, b" "]), anonymous=True,
            content_type="application/jsonlines")
        self.refused(answer, 413, "content_too_large")
        self.shown(self.client.batch(job["id"]))
        job = self.created()
        self.answered(self.put(upload_url(job), body), 200)

    def test_what_begins_in_time_may_end_late(self):
        slow, other = self.created(), self.created()
        body = rows(3)
        peer = self.begin(upload_url(slow), len(body), body[:-1])
        self.wait_until_late(other)
        # The window of the slow one ended with that of the other.
        self.shown(self.client.batch(slow["id"]), "ready_for_upload")
        peer.sendall(body[-1:])
        self.assertEqual(self.answer_to(peer)[0], 200)
        self.assertEqual(self.client.wait_for_batch(slow["id"])["status"], "complete")

    def test_what_breaks_late_times_out(self):
        slow, other = self.created(), self.created()
        peer = self.begin(upload_url(slow))
        self.wait_until_late(other)
        self.shown(self.client.batch(slow["id"]), "ready_for_upload")
        peer.close()
        self.wait_until_late(slow)

    def test_a_late_upload_is_refused(self):
        job = self.created()
        self.wait_until_late(job)
        self.refused(self.put(upload_url(job), rows(1)), 403, "upload_url_expired")
        shown = self.shown(self.client.batch(job["id"]), "upload_timeout")
        self.assertEqual(shown["status_details"], {})


class DownloadTest(UploadCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls.client.begin_batch(CANCEL_EXPORT, rows(3000).decode().splitlines())
        cls.ended = cls.client.wait_for_batch(cls.job)
        cls.whole = cls.client.by_url("GET", cls.url(cls.ended)).body

    @staticmethod
    def url(job):
        return job["status_details"][job["status"]]["output_file"]["download_url"]["url"]

    def fetch(self, method="GET", **headers):
        return self.client.request(method, path_of(self.url(self.ended)), headers=headers,
                                   anonymous=True)

    def test_the_whole_file(self):
        answer = self.fetch()
        self.assertEqual((answer.status, answer.body), (200, self.whole))
        output = self.ended["status_details"]["complete"]["output_file"]
        self.assertEqual(output["size"], str(len(self.whole)))
        self.assertEqual(answer.headers["content-type"], "application/jsonlines")
        self.assertEqual(answer.headers["accept-ranges"], "bytes")
        self.assertEqual(answer.headers["content-disposition"],
                         f'attachment; filename="{self.job}.jsonl"')
        self.assertRegex(answer.headers["request-id"], "^req_")
        head = self.fetch("HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        for name in ("content-length", "etag", "content-type"):
            self.assertEqual(head.headers[name], answer.headers[name])

    def test_parts(self):
        size = len(self.whole)
        for text, first, end in (("0-0", 0, 1), ("10-19", 10, 20), (f"{size - 1}-", size - 1, size),
                                 ("-5", size - 5, size), (f"5-{size * 2}", 5, size)):
            answer = self.fetch(Range="bytes=" + text)
            self.assertEqual((answer.status, answer.body), (206, self.whole[first:end]))
            self.assertEqual(answer.headers["content-range"], f"bytes {first}-{end - 1}/{size}")
        answer = self.fetch(Range=f"bytes={size}-")
        self.refused(answer, 416, "range_not_satisfiable")
        self.assertEqual(answer.headers["content-range"], f"bytes */{size}")

    def test_the_entity_tag(self):
        tag = self.fetch().headers["etag"]
        self.assertRegex(tag, '^"[^"]+"$')
        again = self.fetch(**{"If-None-Match": tag})
        self.assertEqual((again.status, again.body), (304, b""))
        part = self.fetch(**{"If-Range": tag, "Range": "bytes=0-9"})
        self.assertEqual((part.status, part.body), (206, self.whole[:10]))
        other = self.fetch(**{"If-Range": '"other"', "Range": "bytes=0-9"})
        self.assertEqual((other.status, other.body), (200, self.whole))

    def test_urls_are_fresh_and_signed(self):
        url = path_of(self.url(self.ended))
        parts = urllib.parse.parse_qs(url.split("?")[1])
        self.assertEqual(set(parts), {"expires", "key", "object", "signature", "tenant", "version"})
        for text in (url[:-1] + ("2" if url[-1] != "2" else "3"), url.split("?")[0],
                     url.replace("signature=", "signature=A")):
            self.refused(self.client.request("GET", text, anonymous=True), 403,
                         "url_signature_invalid")
        self.refused(self.client.request("PUT", url, b"x", content_type="application/jsonlines",
                                         anonymous=True), 403, "url_signature_invalid")

    def test_what_was_done_before_a_cancel_can_be_had(self):
        client = self.with_version(OLD)
        job = client.begin_batch(CANCEL_EXPORT, rows(500).decode().splitlines(), maximum_rps=20)
        wait_for(lambda: client.batch(job).json()["status_details"].get("in_progress", {}).get(
            "failure_count", "0") != "0", what="a first row")
        self.shown(self.client.cancel_batch(job))
        ended = self.client.wait_for_batch(job)
        self.assertEqual(ended["status"], "canceled")
        self.assertGreater(len(self.client.output(ended)), 0)

    def test_the_first_bad_line_is_the_output_of_a_failed_validation(self):
        job = self.client.begin_batch(CANCEL_EXPORT, rows(2).decode().splitlines() + ["{}"])
        ended = self.client.wait_for_batch(job)
        self.shown(self.client.batch(job), "validation_failed")
        details = ended["status_details"]["validation_failed"]
        self.assertEqual((details["success_count"], details["failure_count"]), ("0", "1"))
        line, = self.client.output(ended).values()
        self.assertEqual((line["id"], line["status"]), (None, 400))
        self.assertIn("3", line["response"]["error"]["message"])


class LifetimeTest(UploadCase):
    settings = {"exports.workers": 0, "batches.url_lifetime": "2s", "batches.results_kept": "5s"}

    def test_urls_expire_and_results_go(self):
        job = self.client.begin_batch(CANCEL_EXPORT, rows(2).decode().splitlines())
        first = self.client.wait_for_batch(job)
        url = DownloadTest.url(first)
        self.assertEqual(self.client.by_url("GET", url).status, 200)
        wait_for(lambda: self.client.by_url("GET", url).status != 200, what="the end of the URL")
        self.refused(self.client.by_url("GET", url), 403, "download_url_expired")
        wait_for(lambda: "output_file" not in
                 self.shown(self.client.batch(job))["status_details"]["complete"],
                 what="the end of the results")
        details = self.shown(self.client.batch(job), "complete")["status_details"]["complete"]
        self.assertEqual(details, {"success_count": "0", "failure_count": "2"})
        wait_for(lambda: not self.files(url), what="the removal of the files")


if __name__ == "__main__":
    main()
