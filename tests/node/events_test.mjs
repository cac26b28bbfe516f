// Events of batch jobs through the official Node SDK: read, and delivered to a receiver that checks
// them with the SDK's own means.
import assert from 'node:assert/strict';
import http from 'node:http';
import {after, before, test} from 'node:test';
import Stripe from 'stripe';
import {
  begun,
  clientOf,
  createParams,
  ended,
  eventually,
  failingRows,
  keys,
  refused,
  unknownJob,
} from './clients.mjs';

const stripe = clientOf(keys.test);
const {batchJobs, eventDestinations, events} = stripe.v2.core;
const prefix = 'v2.core.batch_job.';

/// What has come, with its raw body; `answers` holds the statuses of the next ones, then it is 204.
const receiver = {deliveries: [], answers: []};

before(async () => {
  receiver.server = http.createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) {
      pieces.push(piece);
    }
    const {method, url: path, headers} = request;
    receiver.deliveries.push({method, path, headers, body: Buffer.concat(pieces).toString()});
    response.writeHead(receiver.answers.shift() ?? 204).end();
  });
  await new Promise((ready) => receiver.server.listen(0, '127.0.0.1', ready));
  receiver.url = `http://127.0.0.1:${receiver.server.address().port}`;
});

after(() => {
  receiver.server.closeAllConnections();
  receiver.server.close();
});

function destinationParams(path, more = {}) {
  return {
    name: 'of a test',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: ['*'],
    webhook_endpoint: {url: receiver.url + path},
    ...more,
  };
}

/// What a path has received.
function received(path) {
  return receiver.deliveries.filter((delivery) => delivery.path === path);
}

/// A delivery as the SDK reads it, which checks its signature.
function notificationOf({body, headers}, secret) {
  return stripe.parseEventNotification(body, headers['stripe-signature'], secret);
}

/// All events of an object, newest first, as the SDK walks through their pages.
async function eventsOf(client, object_id, more = {}) {
  const all = [];
  for await (const event of client.v2.core.events.list({object_id, ...more})) {
    all.push(event);
  }
  return all;
}

test('events of a job, listed in pages and one by one', async () => {
  const job = await begun(stripe, failingRows(3));
  await ended(stripe, job.id);
  const all = await eventsOf(stripe, job.id, {limit: 2});
  assert.equal(new Set(all.map((event) => event.id)).size, all.length);
  for (const type of ['created', 'ready_for_upload', 'validating', 'completed']) {
    assert.equal(all.filter((event) => event.type === prefix + type).length, 1, type);
  }
  assert.ok(all.some((event) => event.type === `${prefix}updated`));
  assert.deepEqual(
    all.map((event) => event.created),
    all.map((event) => event.created).sort().reverse(),
  );

  const types = [`${prefix}created`, `${prefix}completed`];
  const [completed, created, ...rest] = await eventsOf(stripe, job.id, {types});
  assert.deepEqual(rest, []);
  assert.deepEqual([created.type, completed.type], types);
  assert.equal(created.object, 'v2.core.event');
  assert.equal(created.livemode, false);
  assert.equal(created.context, null);
  assert.deepEqual(created.data, {});
  assert.deepEqual(created.related_object, {
    id: job.id,
    type: 'v2.core.batch_job',
    url: `/v2/core/batch_jobs/${job.id}`,
  });
  assert.deepEqual(created.reason, {
    type: 'request',
    request: {
      id: job.lastResponse.requestId,
      idempotency_key: job.lastResponse.idempotencyKey,
    },
  });
  assert.equal(completed.reason, null);

  const one = await events.retrieve(completed.id);
  assert.equal(one.type, completed.type);
  const related = await one.fetchRelatedObject();
  assert.equal(related.id, job.id);
  assert.equal(related.status, 'complete');

  const [later, earlier] = [{gt: completed.created}, {lte: completed.created}];
  assert.equal((await eventsOf(stripe, job.id, {created: later, types})).length, 0);
  assert.equal((await eventsOf(stripe, job.id, {created: earlier, types})).length, 2);
  assert.deepEqual(await eventsOf(stripe, unknownJob), []);

  // Nobody else sees them.
  for (const key of [keys.live, keys.other]) {
    const client = clientOf(key);
    assert.deepEqual(await eventsOf(client, job.id), []);
    await refused(client.v2.core.events.retrieve(completed.id), 'StripeInvalidRequestError', {
      code: 'not_found',
      statusCode: 404,
    });
  }
});

test('a receiver gets what it can check, and finds the job behind it', async () => {
  const path = '/life';
  const destination = await eventDestinations.create(
    destinationParams(path, {
      include: ['webhook_endpoint.signing_secret', 'webhook_endpoint.url'],
      metadata: {team: 'treasury'},
    }),
  );
  assert.match(destination.id, /^ed_/);
  assert.equal(destination.object, 'v2.core.event_destination');
  assert.equal(destination.status, 'enabled');
  assert.equal(destination.livemode, false);
  assert.deepEqual(destination.events_from, ['@self']);
  assert.deepEqual(destination.metadata, {team: 'treasury'});
  assert.equal(destination.webhook_endpoint.url, receiver.url + path);
  const secret = destination.webhook_endpoint.signing_secret;
  assert.match(secret, /^whsec_/);
  const shown = await eventDestinations.retrieve(destination.id, {
    include: ['webhook_endpoint.url'],
  });
  assert.equal(shown.webhook_endpoint.url, receiver.url + path);
  assert.equal(shown.webhook_endpoint.signing_secret, null, 'it is given out once');

  // The first answer is an error: that event comes again, signed anew.
  receiver.answers.push(500);
  const {id} = await begun(stripe, failingRows(2));
  await ended(stripe, id);
  const wanted = (await eventsOf(stripe, id)).map((event) => event.id).sort();
  const read = () => received(path).map((delivery) => notificationOf(delivery, secret));
  const all = await eventually('all events of the job', () => {
    const ids = new Set(read().map((event) => event.id));
    return wanted.every((each) => ids.has(each)) && received(path).length > wanted.length
      ? read()
      : undefined;
  });
  assert.deepEqual([...new Set(all.map((event) => event.id))].sort(), wanted);
  for (const [number, event] of all.entries()) {
    assert.equal(received(path)[number].method, 'POST');
    assert.match(received(path)[number].headers['content-type'], /^application\/json\b/);
    assert.equal(event.object, 'v2.core.event');
    assert.equal(event.related_object.id, id);
    assert.equal('data' in event, false);
  }
  const completed = all.find((event) => event.type === `${prefix}completed`);
  const job = await completed.fetchRelatedObject();
  assert.deepEqual([job.id, job.status], [id, 'complete']);
  const whole = await completed.fetchEvent();
  assert.deepEqual([whole.id, whole.type, whole.data], [completed.id, completed.type, {}]);

  const {body, headers} = received(path)[0];
  const signature = headers['stripe-signature'];
  const refusal = Stripe.errors.StripeSignatureVerificationError;
  for (const check of [
    () => notificationOf({body: body.replace('"', ' "'), headers}, secret),
    () => notificationOf({body, headers}, secret.slice(0, -1)),
    () => stripe.parseEventNotification(body, signature, secret, 300, undefined,
      Date.now() + 301_000),
  ]) {
    assert.throws(check, refusal);
  }
  await eventDestinations.del(destination.id);
});

test('a destination is pinged, changed, disabled, enabled and deleted', async () => {
  const path = '/ping';
  const {id, webhook_endpoint} = await eventDestinations.create(
    destinationParams(path, {
      enabled_events: [`${prefix}canceled`],
      include: ['webhook_endpoint.signing_secret'],
    }),
  );
  const secret = webhook_endpoint.signing_secret;
  const ping = await eventDestinations.ping(id);
  assert.equal(ping.object, 'v2.core.event');
  assert.equal(ping.type, 'v2.core.event_destination.ping');
  const [delivery] = await eventually('the ping', () =>
    received(path).length > 0 ? received(path) : undefined,
  );
  const event = notificationOf(delivery, secret);
  assert.deepEqual([event.id, event.type], [ping.id, ping.type]);
  assert.equal((await event.fetchRelatedObject()).id, id);
  assert.equal((await events.retrieve(event.id)).id, event.id);

  const changed = await eventDestinations.update(id, {
    name: 'another name',
    metadata: {first: '1', second: '2'},
  });
  assert.equal(changed.name, 'another name');
  assert.deepEqual(changed.metadata, {first: '1', second: '2'});
  const without = await eventDestinations.update(id, {metadata: {first: null}});
  assert.deepEqual(without.metadata, {second: '2'});

  const disabled = await eventDestinations.disable(id);
  assert.equal(disabled.status, 'disabled');
  assert.equal(disabled.status_details.disabled.reason, 'user');
  await refused(eventDestinations.ping(id), 'StripeInvalidRequestError', {statusCode: 400});
  const unheard = await batchJobs.create(createParams());
  await batchJobs.cancel(unheard.id);
  assert.equal((await eventDestinations.enable(id)).status, 'enabled');

  // Of the types that it asked for, and of its own mode alone.
  const live = clientOf(keys.live);
  const other = await live.v2.core.batchJobs.create(createParams());
  await live.v2.core.batchJobs.cancel(other.id);
  const heard = await batchJobs.create(createParams());
  await batchJobs.cancel(heard.id);
  await eventually('the cancel', () => received(path).length > 1);
  await eventDestinations.ping(id);
  await eventually('a ping behind it', () =>
    received(path).filter(({body}) => JSON.parse(body).type === ping.type).length > 1);
  assert.deepEqual(
    received(path)
      .map(({body}) => JSON.parse(body))
      .filter(({type}) => type !== ping.type)
      .map(({type, related_object}) => [type, related_object.id]),
    [[`${prefix}canceled`, heard.id]],
  );

  const listed = [];
  for await (const each of eventDestinations.list()) {
    listed.push(each.id);
  }
  assert.ok(listed.includes(id));
  const absent = {code: 'not_found', statusCode: 404};
  await refused(live.v2.core.eventDestinations.retrieve(id), 'StripeInvalidRequestError', absent);
  const deleted = await eventDestinations.del(id);
  assert.deepEqual([deleted.id, deleted.object], [id, 'v2.core.event_destination']);
  await refused(eventDestinations.retrieve(id), 'StripeInvalidRequestError', absent);
});

test('destinations that are not right, or not allowed', async () => {
  for (const more of [
    {enabled_events: []},
    {enabled_events: ['v2.core.account.created']},
    {event_payload: 'snapshot'},
    {type: 'amazon_eventbridge'},
    {webhook_endpoint: {url: 'ftp://127.0.0.1/'}},
    {name: ''},
  ]) {
    await refused(
      eventDestinations.create(destinationParams('/none', more)),
      'StripeInvalidRequestError',
      {code: 'invalid_fields', statusCode: 400},
    );
  }
  const reader = clientOf(keys.reader).v2.core.eventDestinations;
  await refused(reader.create(destinationParams('/none')), 'StripePermissionError', {
    statusCode: 403,
  });
  const idempotencyKey = `destination-${Date.now()}`;
  const made = await eventDestinations.create(destinationParams('/none'), {idempotencyKey});
  const again = await eventDestinations.create(destinationParams('/none'), {idempotencyKey});
  assert.equal(again.id, made.id);
  await refused(
    eventDestinations.create(destinationParams('/other'), {idempotencyKey}),
    'StripeIdempotencyError',
    {code: 'idempotency_error', statusCode: 409},
  );
  await eventDestinations.del(made.id);
});
