-- The whole cancel in one statement: the job moves if it may, the answer is kept under its key, and
-- the event is written; or nothing of it. Of two at once one waits for the other's job and then
-- finds it ended. Words in braces are filled in by the caller.
WITH moved AS (
  UPDATE jobs SET status = 'CANCELED', finished_at = now(), version = version + 1
  WHERE id = {job} AND tenant = {tenant} AND status IN ('QUEUED', 'RUNNING')
  RETURNING *
), kept AS (
  INSERT INTO keys (tenant, subject, job, key, fingerprint, status, answer, expires_at)
  SELECT tenant, {subject}, id, {key}, {fingerprint}, 200,
    json_build_object('id', id, 'reportType', report_type, 'format', format, 'status', status,
      'recordsWritten', records_written, 'bytesWritten', bytes_written,
      'createdAt', created_at, 'finishedAt', finished_at, 'expiresAt', expires_at)::text,
    now() + interval '7 days'
  FROM moved
  RETURNING answer
), told AS (
  INSERT INTO events (tenant, job, type, at)
  SELECT tenant, id, 'export_job.canceled', finished_at FROM moved
)
SELECT answer FROM kept
