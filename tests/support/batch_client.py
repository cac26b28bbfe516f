"""A client of batch jobs, for tests: the steps of a batch's life over the wire."""

import json
import urllib.parse

from belay_client import Client, wait_for

VERSION = "2026-08-26.preview"
LIVE = ("ready_for_upload", "validating", "in_progress", "cancelling")


def line(identity, path_params=None, params=None, **more):
    """A row of an input file."""
    row = {"id": identity}
    if path_params is not None:
        row["path_params"] = path_params
    if params is not None:
        row["params"] = params
    return json.dumps({**row, **more}, ensure_ascii=False)


class BatchClient(Client):
    """One account's. Each step gives the answer, unless it says otherwise."""

    version = VERSION

    def ask(self, method, path, body=None, **headers):
        return self.request(method, path, body=body,
                            headers={"Stripe-Version": self.version, **headers})

    def create_batch(self, path, method="post", headers=None, **more):
        body = {"endpoint": {"path": path, "http_method": method}, "skip_validation": False,
                "metadata": {}, **more}
        return self.ask("POST", "/v2/core/batch_jobs", body, **(headers or {}))

    def batch(self, job):
        return self.ask("GET", f"/v2/core/batch_jobs/{job}")

    def cancel_batch(self, job, **headers):
        return self.ask("POST", f"/v2/core/batch_jobs/{job}/cancel", {}, **headers)

    def by_url(self, method, url, body=None, content_type=None):
        """Through a signed URL, which carries its own permission."""
        parts = urllib.parse.urlsplit(url)
        return self.request(method, f"{parts.path}?{parts.query}", body=body,
                            content_type=content_type, anonymous=True)

    def upload_batch(self, shown, content, content_type="application/jsonlines"):
        """`shown` is the job as create gave it; `content` bytes, or lines."""
        if not isinstance(content, bytes):
            content = "".join(each + "\n" for each in content).encode()
        url = shown["status_details"]["ready_for_upload"]["upload_url"]["url"]
        return self.by_url("PUT", url, content, content_type)

    def begin_batch(self, path, lines, method="post", **more):
        """A job that is created and has its input: its id."""
        made = self.create_batch(path, method, **more)
        assert made.status == 200, (made.status, made.body)
        uploaded = self.upload_batch(made.json(), lines)
        assert uploaded.status == 200, (uploaded.status, uploaded.body)
        return made.json()["id"]

    def wait_for_batch(self, job, seconds=60):
        """The job when it has ended."""
        def ended():
            shown = self.batch(job).json()
            return shown if shown["status"] not in LIVE else None

        return wait_for(ended, seconds, f"the end of {job}")

    def output(self, shown):
        """The lines of an ended job's output, by their ids; the file has each once. Of what is
        shown without an output, none."""
        details = shown["status_details"].get(shown["status"], {})
        if "output_file" not in details:
            return {}
        raw = self.by_url("GET", details["output_file"]["download_url"]["url"])
        assert raw.status == 200, (raw.status, raw.body)
        assert int(details["output_file"]["size"]) == len(raw.body), details
        lines = [json.loads(each) for each in raw.body.splitlines()]
        by_id = {each["id"]: each for each in lines}
        assert len(by_id) == len(lines), "an id stands in the output twice"
        succeeded = sum(200 <= each["status"] < 300 for each in lines)
        counts = int(details["success_count"]), int(details["failure_count"])
        assert counts == (succeeded, len(lines) - succeeded), (counts, succeeded, len(lines))
        return by_id

    def run_batch(self, path, lines, method="post", status="complete", **more):
        """A whole batch: its output by the rows' ids."""
        shown = self.wait_for_batch(self.begin_batch(path, lines, method, **more))
        assert shown["status"] == status, shown
        return self.output(shown)
