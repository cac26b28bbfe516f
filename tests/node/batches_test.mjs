// Batch jobs through the official Node SDK: their life, their cancel, their errors.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import Stripe from 'stripe';
import StripeGeneral from 'stripe-general';
import StripeLegacy from 'stripe-legacy';
import {
  Wire,
  base,
  begun,
  cancelExport,
  clientOf,
  createParams,
  ended,
  eventually,
  failingRows,
  jsonLines,
  keys,
  outputOf,
  refused,
  unknownExport,
  unknownJob,
  upload,
} from './clients.mjs';

const stripe = clientOf(keys.test);
const jobs = stripe.v2.core.batchJobs;

/// A request to another family, as whoever has the key.
async function ask(method, path, body) {
  const answer = await fetch(base + path, {
    method,
    headers: {Authorization: `Bearer ${keys.test}`, 'Content-Type': 'application/json'},
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

/// Exports that wait: there is no worker.
async function waitingExports(count) {
  const context = await ask('POST', '/v1/contexts', {name: 'of batches'});
  const contextId = context.id ?? context.contextId;
  const ids = [];
  for (let number = 0; number < count; ++number) {
    const made = await ask('POST', `/v1/contexts/${contextId}/export-jobs`, {
      reportType: 'MATCHED',
      format: 'CSV',
    });
    ids.push(made.jobId ?? made.id);
  }
  return ids;
}

test('a batch from its creation to its output', async () => {
  const exports = await waitingExports(2);
  const job = await jobs.create(createParams({metadata: {team: 'treasury', 'ünï': '"quoted"'}}));
  assert.match(job.id, /^batchv2_[0-9A-Za-z]+$/);
  assert.equal(job.object, 'v2.core.batch_job');
  assert.equal(job.livemode, false);
  assert.equal(job.status, 'ready_for_upload');
  assert.equal(job.skip_validation, false);
  assert.deepEqual(job.metadata, {team: 'treasury', 'ünï': '"quoted"'});
  assert.match(job.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(job.maximum_rps, undefined);
  assert.equal(job.lastResponse.statusCode, 200);
  assert.equal(job.lastResponse.apiVersion, '2026-08-26.preview');
  assert.match(job.lastResponse.requestId, /^req_[0-9A-Za-z]{24}$/);
  assert.match(job.lastResponse.idempotencyKey, /^stripe-node-retry-/);
  const window = Date.parse(job.status_details.ready_for_upload.upload_url.expires_at);
  assert.equal(window - Date.parse(job.created), 5 * 60 * 1000);

  const rows = [...exports, unknownExport].map((id, number) => ({
    id: `row_${number}`,
    path_params: {id},
  }));
  assert.deepEqual(await upload(job, jsonLines(rows), 'application/octet-stream'), {
    status: 200,
    text: '',
  });

  const done = await ended(stripe, job.id);
  assert.equal(done.status, 'complete');
  assert.deepEqual(Object.keys(done.status_details), ['complete']);
  const {success_count, failure_count, output_file} = done.status_details.complete;
  assert.deepEqual([success_count, failure_count], [2n, 1n]);
  assert.equal(typeof output_file.size, 'bigint');
  assert.equal(output_file.content_type, 'application/jsonlines');

  const lines = await outputOf(done);
  const byId = new Map(lines.map((line) => [line.id, line]));
  assert.deepEqual([...byId.keys()].sort(), ['row_0', 'row_1', 'row_2']);
  for (const [number, id] of exports.entries()) {
    assert.equal(byId.get(`row_${number}`).status, 200);
    assert.equal((await ask('GET', `/v1/export-jobs/${id}`)).status, 'CANCELED');
  }
  assert.equal(byId.get('row_2').status, 404);
});

test('an output is read in parts, each with the URL of its own retrieve', async () => {
  const {id} = await begun(stripe, failingRows(20));
  const done = await ended(stripe, id);
  const {size, download_url} = done.status_details.complete.output_file;
  const whole = Buffer.from(await (await fetch(download_url.url)).arrayBuffer());
  assert.equal(BigInt(whole.length), size);
  const again = (await jobs.retrieve(id)).status_details.complete.output_file.download_url;
  const parts = [];
  for (let first = 0; first < whole.length; first += 1000) {
    const answer = await fetch(again.url, {headers: {Range: `bytes=${first}-${first + 999}`}});
    assert.equal(answer.status, 206);
    const last = Math.min(first + 999, whole.length - 1);
    assert.equal(answer.headers.get('content-range'), `bytes ${first}-${last}/${whole.length}`);
    parts.push(Buffer.from(await answer.arrayBuffer()));
  }
  assert.deepEqual(Buffer.concat(parts), whole);
  const beyond = await fetch(again.url, {headers: {Range: `bytes=${whole.length}-`}});
  assert.equal(beyond.status, 416);
  const forged = new URL(again.url);
  forged.pathname = forged.pathname.slice(0, -1) + (forged.pathname.endsWith('A') ? 'B' : 'A');
  assert.ok([403, 404].includes((await fetch(forged)).status));
});

test('a file that does not hold together runs no row', async () => {
  const {id} = await begun(stripe, failingRows(3) + '{"id":"row_1"}\n');
  const done = await ended(stripe, id);
  assert.equal(done.status, 'validation_failed');
  const {success_count, failure_count} = done.status_details.validation_failed;
  assert.deepEqual([success_count, failure_count], [0n, 1n]);
  const [line, ...rest] = await outputOf(done);
  assert.deepEqual(rest, []);
  assert.equal(line.status, 400);
  assert.equal(line.response.error.type, 'invalid_request_error');
  assert.match(line.response.error.message, /line 4/);

  const skipping = await begun(stripe, failingRows(3) + 'no JSON\n', {skip_validation: true});
  const ran = await ended(stripe, skipping.id);
  assert.equal(ran.status, 'complete');
  assert.deepEqual(ran.status_details.complete.failure_count, 4n);
});

test('a cancel while rows run: none begins after it, and it can be said again', async () => {
  const total = 20000;
  const {id} = await begun(stripe, failingRows(total));
  await eventually('rows of the batch', async () => {
    const {status, status_details} = await jobs.retrieve(id);
    assert.ok(['validating', 'in_progress'].includes(status), status);
    return status === 'in_progress' && status_details.in_progress.failure_count > 0n;
  });
  const canceling = await jobs.cancel(id);
  assert.ok(['cancelling', 'canceled'].includes(canceling.status), canceling.status);
  if (canceling.status === 'cancelling') {
    assert.deepEqual(canceling.status_details, {});
  }
  const done = await ended(stripe, id);
  assert.equal(done.status, 'canceled');
  const {success_count, failure_count} = done.status_details.canceled;
  assert.equal(success_count, 0n);
  assert.ok(failure_count > 0n && failure_count < BigInt(total), String(failure_count));
  const lines = await outputOf(done);
  assert.equal(BigInt(new Set(lines.map((line) => line.id)).size), failure_count);
  assert.equal(BigInt(lines.length), failure_count);

  const again = await jobs.cancel(id);
  assert.equal(again.status, 'canceled');
  assert.equal(again.status_details.canceled.failure_count, failure_count);
  assert.equal(
    again.status_details.canceled.output_file.size,
    done.status_details.canceled.output_file.size,
  );
});

test('a cancel before the upload ends the job and its URL', async () => {
  const job = await jobs.create(createParams());
  const canceled = await jobs.cancel(job.id);
  assert.equal(canceled.status, 'canceled');
  assert.deepEqual(canceled.status_details.canceled, {success_count: 0n, failure_count: 0n});
  const late = await upload(job, failingRows(1));
  assert.equal(late.status, 409);
  assert.equal(JSON.parse(late.text).error.code, 'batch_job_not_ready_for_upload');
});

test('a cancel that comes too late is refused, and nothing changes', async () => {
  const {id} = await begun(stripe, failingRows(2));
  const done = await ended(stripe, id);
  const error = await refused(jobs.cancel(id), 'StripeInvalidRequestError', {
    type: 'StripeInvalidRequestError',
    code: 'batch_api_non_cancellable_job',
    statusCode: 400,
  });
  assert.match(error.message, /complete/);
  const after = await jobs.retrieve(id);
  assert.equal(after.status, 'complete');
  assert.equal(after.status_details.complete.failure_count, 2n);
  assert.equal(done.status_details.complete.failure_count, 2n);
});

test('what is not there, and what is another one\'s', async () => {
  const absent = {code: 'batch_job_not_found', statusCode: 404};
  const job = await jobs.create(createParams());
  for (const id of [unknownJob, 'batchv2_', 'no id', '../events', 'ä/%00?#']) {
    await refused(jobs.retrieve(id), 'StripeInvalidRequestError', {statusCode: 404});
    await refused(jobs.cancel(id), 'StripeInvalidRequestError', {statusCode: 404});
  }
  for (const key of [keys.live, keys.other]) {
    const {batchJobs} = clientOf(key).v2.core;
    await refused(batchJobs.retrieve(job.id), 'StripeInvalidRequestError', absent);
    await refused(batchJobs.cancel(job.id), 'StripeInvalidRequestError', absent);
  }
  assert.equal((await jobs.retrieve(job.id)).status, 'ready_for_upload');

  const live = await clientOf(keys.live).v2.core.batchJobs.create(createParams());
  assert.equal(live.livemode, true);
  await refused(jobs.retrieve(live.id), 'StripeInvalidRequestError', absent);
});

test('keys that may not', async () => {
  const wrong = clientOf('sk_test_of_nobody').v2.core.batchJobs;
  const unauthorized = {statusCode: 401, rawType: 'invalid_request_error'};
  await refused(wrong.create(createParams()), 'StripeAuthenticationError', unauthorized);
  await refused(wrong.retrieve(unknownJob), 'StripeAuthenticationError', unauthorized);

  const job = await jobs.create(createParams());
  const reader = clientOf(keys.reader).v2.core.batchJobs;
  assert.equal((await reader.retrieve(job.id)).id, job.id);
  await refused(reader.create(createParams()), 'StripePermissionError', {statusCode: 403});
  await refused(reader.cancel(job.id), 'StripePermissionError', {statusCode: 403});
  assert.equal((await jobs.retrieve(job.id)).status, 'ready_for_upload');

  // It may make batches, but not of what it may not do itself.
  const narrow = clientOf(keys.narrow).v2.core.batchJobs;
  await refused(narrow.create(createParams()), 'StripeInvalidRequestError', {
    code: 'auth_unauthorized_endpoint',
    statusCode: 400,
  });
});

test('requests that are not right', async () => {
  const elsewhere = {path: '/v1/customers/:customer', http_method: 'post'};
  for (const [more, code] of [
    [{endpoint: elsewhere}, 'batch_api_unsupported_endpoint'],
    [{endpoint: {path: cancelExport, http_method: 'get'}}, 'invalid_fields'],
    [{maximum_rps: 10}, 'invalid_fields'],
    [{metadata: {number: 1}}, 'invalid_fields'],
    [{surprise: true}, 'invalid_fields'],
  ]) {
    await refused(jobs.create(createParams(more)), 'StripeInvalidRequestError', {
      code,
      statusCode: 400,
    });
  }
});

test('one key, one job', async () => {
  const idempotencyKey = `key-${Date.now()}`;
  const first = await jobs.create(createParams(), {idempotencyKey});
  assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
  await jobs.cancel(first.id);
  const second = await jobs.create(createParams(), {idempotencyKey});
  assert.equal(second.id, first.id);
  assert.equal(second.status, 'canceled', 'a replay shows the job as it is now');
  assert.equal(second.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal(second.lastResponse.headers['original-request'], first.lastResponse.requestId);
  const error = await refused(
    jobs.create(createParams({metadata: {other: 'body'}}), {idempotencyKey}),
    'StripeIdempotencyError',
    {code: 'idempotency_error', rawType: 'idempotency_error', statusCode: 409},
  );
  assert.equal(error.headers['stripe-should-retry'], 'false');
});

/// The Idempotency-Keys of the requests that a wire has seen.
function keysOn(wire) {
  return wire.requests.map((request) => /^idempotency-key: (\S+)/im.exec(request)?.[1]);
}

test('an answer is lost: the SDK asks again, and one job is made, and canceled once', async () => {
  const wire = await Wire.open();
  try {
    const through = clientOf(keys.test, {port: wire.port}).v2.core.batchJobs;
    wire.loseNext();
    const job = await through.create(createParams());
    const made = JSON.parse(/\r\n\r\n([^]*)/.exec(wire.lost[0])[1]);
    assert.equal(job.id, made.id);
    assert.equal(job.lastResponse.headers['idempotent-replayed'], 'true');
    assert.match(wire.lost[0], new RegExp(`^request-id: ${
      job.lastResponse.headers['original-request']}\r$`, 'im'));
    const [first, second, ...rest] = keysOn(wire);
    assert.deepEqual(rest, []);
    assert.equal(first, second);

    wire.loseNext();
    const canceled = await through.cancel(job.id);
    assert.equal(canceled.status, 'canceled');
    assert.equal(canceled.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal(wire.lost.length, 2);
  } finally {
    wire.close();
  }
  const never = clientOf(keys.test, {port: 1, maxNetworkRetries: 0}).v2.core.batchJobs;
  await assert.rejects(never.retrieve(unknownJob), Stripe.errors.StripeConnectionError);
});

test('a version from before June 24 has maximum_rps, and is held to it', async () => {
  const legacy = clientOf(keys.test, {}, StripeLegacy);
  const job = await begun(legacy, failingRows(1000), {maximum_rps: 5});
  assert.equal(job.maximum_rps, 5);
  assert.equal(job.lastResponse.apiVersion, '2026-05-27.preview');
  assert.equal((await legacy.v2.core.batchJobs.create(createParams())).maximum_rps, 10);
  assert.equal((await jobs.retrieve(job.id)).maximum_rps, undefined, 'a later version has it not');
  const canceling = await legacy.v2.core.batchJobs.cancel(job.id);
  assert.equal(canceling.maximum_rps, 5);
  const done = await ended(legacy, job.id);
  assert.equal(done.status, 'canceled');
  assert.ok(done.status_details.canceled.failure_count < 500n);
  for (const maximum_rps of [0, 101]) {
    await refused(
      legacy.v2.core.batchJobs.create(createParams({maximum_rps})),
      'StripeInvalidRequestError',
      {code: 'invalid_fields', statusCode: 400},
    );
  }
});

test('the SDK without batch jobs, by raw requests', async () => {
  const general = clientOf(keys.test, {}, StripeGeneral);
  const apiVersion = '2026-03-25.preview';
  const job = await general.rawRequest('POST', '/v2/core/batch_jobs', createParams(), {apiVersion});
  assert.equal(job.maximum_rps, 10);
  assert.equal(job.lastResponse.apiVersion, apiVersion);
  const id = encodeURIComponent(job.id);
  const canceled = await general.rawRequest('POST', `/v2/core/batch_jobs/${id}/cancel`, {}, {
    apiVersion,
  });
  assert.equal(canceled.status, 'canceled');
  assert.deepEqual(canceled.status_details.canceled, {success_count: '0', failure_count: '0'});
  for (const malformed of ['2026-03', 'preview', '2026-13-01', '2026-03-25.']) {
    const asking = general.rawRequest('GET', `/v2/core/batch_jobs/${id}`, undefined, {
      apiVersion: malformed,
    });
    await refused(asking, 'StripeInvalidRequestError', {statusCode: 400});
  }
  const versionless = await fetch(`${base}/v2/core/batch_jobs/${id}`, {
    headers: {Authorization: `Bearer ${keys.test}`},
  });
  assert.equal(versionless.status, 400);
  assert.equal((await versionless.json()).error.code, 'stripe_api_version_not_provided');
});
