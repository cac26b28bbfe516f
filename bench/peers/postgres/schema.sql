-- What a service would keep to cancel an export job at most once: the jobs, the answers under their
-- keys, and the events that others are told from. Pages of jobs leave room, so that an update stays
-- in its page and touches no index.
CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  tenant uuid NOT NULL,
  report_type text NOT NULL,
  format text NOT NULL,
  status text NOT NULL,
  records_written bigint NOT NULL DEFAULT 0,
  bytes_written bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  expires_at timestamptz NOT NULL DEFAULT now() + interval '7 days',
  version bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 50);

CREATE TABLE keys (
  tenant uuid NOT NULL,
  subject text NOT NULL,
  job uuid NOT NULL,
  key text NOT NULL,
  fingerprint bytea NOT NULL,
  status smallint NOT NULL,
  answer text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, subject, job, key)
);

CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant uuid NOT NULL,
  job uuid NOT NULL,
  type text NOT NULL,
  at timestamptz NOT NULL
);
