#!/usr/bin/env python3
"""500 is for what nobody expects, before anything was reserved: nothing is done, nothing is kept
under the key, and the server goes on. usage: fault_test.py PROGRAM UNREADABLE_JOB"""

import pathlib
import subprocess
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from family_case import Client, FamilyTest, main  # noqa: E402

TOOL = sys.argv.pop(2)


class UnreadableJobTest(FamilyTest):
    def test_a_cancel_of_it_is_500_each_time_and_changes_nothing(self):
        job = str(uuid.uuid4())
        self.server.end()
        subprocess.run([TOOL, self.server.data, job], check=True)
        self.server.start()
        type(self).client = Client(self.server, self.token)
        for _ in range(2):
            answer = self.client.cancel(job, key="k")
            self.refused(answer, 500, "internal_error", "MTCH-0002")
            self.assertIsNone(answer.replayed)
        self.refused(self.client.job(job), 404, "not_found", "MTCH-0701")
        good = self.queued()
        self.assertEqual(self.client.cancel(good, key="k").status, 200)


if __name__ == "__main__":
    main()
