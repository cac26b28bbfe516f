// The cancel of an export job as a service on fastify and PostgreSQL: the bearer is checked, the
// job is canceled at most once for each key, and the answer is sent when PostgreSQL has committed.
//
// usage: node server.js PORT PROCESSES SOCKET_FOLDER SECRET_FILE STATEMENT_FILE

import cluster from 'node:cluster';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import pg from 'pg';

const [port, processes, socketFolder, secretFile, statementFile] = process.argv.slice(2);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KEY = /^[A-Za-z0-9:_-]{1,128}$/;
const PLACES = ['job', 'tenant', 'subject', 'key', 'fingerprint'];

/** The caller of a token, or undefined. A token seen before is not verified again. */
class Tokens {
  #secret = readFileSync(secretFile, 'utf8').trim();
  #seen = new Map();

  principal(header) {
    if (header === undefined || !header.startsWith('Bearer ')) {
      return undefined;
    }
    const token = header.slice(7);
    let found = this.#seen.get(token);
    if (found === undefined) {
      found = this.#verified(token);
      if (found === undefined) {
        return undefined;
      }
      this.#seen.set(token, found);
    }
    return found.exp * 1000 > Date.now() ? found : undefined;
  }

  #verified(token) {
    const [head, claims, signature] = token.split('.');
    if (signature === undefined) {
      return undefined;
    }
    const wanted = createHmac('sha256', this.#secret).update(`${head}.${claims}`).digest();
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      return undefined;
    }
    const found = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return found.scope.split(' ').includes('exports:write') ? found : undefined;
  }
}

function statement() {
  const text = readFileSync(statementFile, 'utf8');
  return text.replace(/\{(\w+)\}/g, (_, place) => `$${PLACES.indexOf(place) + 1}`);
}

function refused(reply, status, title, message) {
  reply.code(status);
  return { code: String(status), title, message, error: message };
}

async function serve() {
  const tokens = new Tokens();
  const pool = new pg.Pool({ host: socketFolder, user: 'postgres', database: 'postgres', max: 32 });
  const cancel = { name: 'cancel', text: statement() };
  const find = {
    name: 'find',
    text: 'SELECT jobs.status, keys.fingerprint, keys.answer FROM jobs LEFT JOIN keys ON ' +
      'keys.tenant = jobs.tenant AND keys.subject = $3 AND keys.job = jobs.id AND keys.key = $4 ' +
      'WHERE jobs.id = $1 AND jobs.tenant = $2',
  };
  const app = Fastify({ logger: false });

  app.post('/v1/export-jobs/:job/cancel', async (request, reply) => {
    const principal = tokens.principal(request.headers.authorization);
    if (principal === undefined) {
      return refused(reply, 401, 'unauthorized', 'invalid or missing authorization token');
    }
    const { job } = request.params;
    const key = request.headers['x-idempotency-key'];
    if (!UUID.test(job) || key === undefined || !KEY.test(key)) {
      return refused(reply, 400, 'bad_request', 'invalid job ID or idempotency key');
    }
    const fingerprint = createHash('sha256')
      .update(`${request.method}\n${request.url}\n${request.body ?? ''}`).digest();
    const place = [job, principal.tenantId, principal.sub, key];
    const canceled = await pool.query({ ...cancel, values: [...place, fingerprint] });
    reply.type('application/json');
    if (canceled.rowCount === 1) {
      reply.header('X-Idempotency-Replayed', 'false');
      return canceled.rows[0].answer;
    }
    const { rows: [found] } = await pool.query({ ...find, values: place });
    if (found === undefined) {
      return refused(reply, 404, 'not_found', 'export job not found');
    }
    if (found.answer === null) {
      return refused(reply, 409, 'conflict', 'job is already in a terminal state');
    }
    if (!found.fingerprint.equals(fingerprint)) {
      return refused(reply, 409, 'idempotency_conflict',
        'idempotency key was already used for another request');
    }
    reply.header('X-Idempotency-Replayed', 'true');
    return found.answer;
  });

  await app.listen({ host: '127.0.0.1', port: Number(port), backlog: 4096 });
}

if (cluster.isPrimary) {
  for (let count = 0; count < Number(processes); ++count) {
    cluster.fork();
  }
  cluster.on('exit', () => process.exit(1));
} else {
  await serve();
}
