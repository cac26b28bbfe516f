// What the tests of the Node SDK share: clients of the server under test, steps of a batch's life,
// and a wire that can lose an answer.
import assert from 'node:assert/strict';
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import Stripe from 'stripe';

export const port = Number(process.env.BELAY_PORT);
export const keys = JSON.parse(process.env.BELAY_KEYS);
export const base = `http://127.0.0.1:${port}`;
export const cancelExport = '/v1/export-jobs/:id/cancel';
export const unknownJob = 'batchv2_AbCdEfGhIjKlMnOpQrStUvWxYz';
export const unknownExport = '0189a2c4-0000-7000-8000-000000000000';

/// Of any of the SDK's versions; `more` are settings of the SDK.
export function clientOf(key, more = {}, Version = Stripe) {
  return new Version(key, {host: '127.0.0.1', port, protocol: 'http', telemetry: false, ...more});
}

export function createParams(more = {}) {
  return {
    endpoint: {path: cancelExport, http_method: 'post'},
    metadata: {},
    skip_validation: false,
    ...more,
  };
}

/// Rows as an input file.
export function jsonLines(rows) {
  return rows.map((row) => JSON.stringify(row) + '\n').join('');
}

/// Rows that cancel an export that is not there: each is answered 404.
export function failingRows(count) {
  return jsonLines(
    Array.from({length: count}, (_, number) => ({
      id: `row_${number}`,
      path_params: {id: unknownExport},
    })),
  );
}

export async function upload(job, content, contentType = 'application/jsonlines') {
  const answer = await fetch(job.status_details.ready_for_upload.upload_url.url, {
    method: 'PUT',
    headers: {'Content-Type': contentType},
    body: content,
  });
  return {status: answer.status, text: await answer.text()};
}

/// A job that has its input.
export async function begun(stripe, content, more = {}) {
  const job = await stripe.v2.core.batchJobs.create(createParams(more));
  assert.deepEqual(await upload(job, content), {status: 200, text: ''});
  return job;
}

/// Looks again and again until `condition` gives something; gives it back.
export async function eventually(what, condition, seconds = 60) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await condition();
    if (found) {
      return found;
    }
    assert.ok(performance.now() < end, `${what} did not come true in ${seconds} s`);
    await pause(20);
  }
}

/// The job when it has ended.
export function ended(stripe, id) {
  const live = ['ready_for_upload', 'validating', 'in_progress', 'cancelling'];
  return eventually(`the end of ${id}`, async () => {
    const job = await stripe.v2.core.batchJobs.retrieve(id);
    return live.includes(job.status) ? undefined : job;
  });
}

/// The lines of an ended job's output.
export async function outputOf(job) {
  const file = job.status_details[job.status].output_file;
  const answer = await fetch(file.download_url.url);
  assert.equal(answer.status, 200);
  const text = await answer.text();
  assert.equal(BigInt(Buffer.byteLength(text)), file.size);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/// What is thrown must be the SDK's class of that name, with these members.
export async function refused(promise, name, members) {
  const error = await promise.then(
    () => assert.fail(`${name} was expected`),
    (thrown) => thrown,
  );
  assert.equal(error.constructor.name, name, error.stack);
  for (const [member, value] of Object.entries(members)) {
    assert.deepEqual(error[member], value, `${member} of ${error.stack}`);
  }
  assert.match(error.requestId, /^req_[0-9A-Za-z]{24}$/);
  assert.notEqual(error.message, '');
  return error;
}

/// A wire to the server. `loseNext()` lets the next request through and ends its connection in
/// place of the answer, which is kept: the server has acted, the client does not know it.
export class Wire {
  requests = [];
  lost = [];
  #losing = false;
  #sockets = new Set();

  static async open() {
    const wire = new Wire();
    wire.server = net.createServer((client) => wire.#join(client));
    await new Promise((ready) => wire.server.listen(0, '127.0.0.1', ready));
    wire.port = wire.server.address().port;
    return wire;
  }

  loseNext() {
    this.#losing = true;
  }

  close() {
    this.#sockets.forEach((socket) => socket.destroy());
    this.server.close();
  }

  #join(client) {
    const server = net.connect(port, '127.0.0.1');
    for (const [socket, peer] of [
      [client, server],
      [server, client],
    ]) {
      this.#sockets.add(socket);
      socket.on('error', () => peer.destroy());
      socket.on('close', () => peer.destroy());
    }
    client.on('data', (bytes) => {
      this.requests.push(bytes.toString());
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (this.#losing) {
        this.#losing = false;
        this.lost.push(bytes.toString());
        client.destroy();
      } else {
        client.write(bytes);
      }
    });
  }
}
