'use strict';

// Runs a request handler under this package's compatibility API and under the builtin's.

const assert = require('node:assert');
const { EventEmitter, once } = require('node:events');
const builtin = require('node:http2');
const ours = require('../..');

/** What a call gives, as users tell it apart. */
function outcome(call) {
  try {
    const value = call();
    return value instanceof EventEmitter ? value.constructor.name : value;
  } catch (error) {
    return `${error.name} ${error.code} ${error.message}`;
  }
}

const within = (promise, what) =>
  Promise.race([
    promise,
    new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error(`${what} did not happen`)), 10_000).unref();
    }),
  ]);

/**
 * Has a server handle one request.
 * @param {object} http2 This package or the builtin.
 * @param {Function} handle Gets request and response, and a list to write to.
 * @param {object} [setup] `headers` and `body` of the request; `prepare(server)`.
 * @returns {Promise<{log: any[], status?: number, trailers?: object, body: string}>}
 */
async function serve(http2, handle, { headers = {}, body, prepare = () => {} } = {}) {
  const log = [];
  const server = http2.createServer();
  server.on('sessionError', () => {});
  const closed = new Promise((resolve) => {
    server.on('request', (request, response) => {
      response.stream.once('close', () => setImmediate(resolve));
      handle(request, response, log);
    });
    prepare(server, resolve);
  });
  server.listen(0);
  await once(server, 'listening');
  const client = http2.connect(`http://localhost:${server.address().port}`);
  client.on('error', () => {});
  const result = { log, body: '' };
  const stream = client.request(headers);
  stream.on('error', (error) => (result.error = error.code));
  stream.on('response', (received) => (result.status = received[':status']));
  stream.on('trailers', (trailers) => (result.trailers = { ...trailers }));
  stream.setEncoding('utf8').on('data', (text) => (result.body += text));
  stream.end(body);
  await within(Promise.all([once(stream, 'close').catch(() => {}), closed]), 'the end');
  result.rstCode = stream.rstCode;
  client.destroy();
  server.close();
  return result;
}

/**
 * Runs a scenario on both, compares what they tell, and returns ours. With `serverOnly` the client's
 * view may differ, where it hangs on what was flushed when.
 */
async function compare(handle, setup) {
  const mine = await serve(ours, handle, setup);
  const theirs = await serve(builtin, handle, setup);
  if (setup?.serverOnly) assert.deepStrictEqual(mine.log, theirs.log);
  else assert.deepStrictEqual(mine, theirs);
  return mine;
}

function record(log, name, emitter, events) {
  for (const event of events) {
    emitter.on(event, (value) => {
      log.push([name, event, ...(value instanceof Error ? [value.code ?? value.message] : [])]);
    });
  }
}

function recordBoth(log, request, response) {
  record(log, 'req', request, ['end', 'close', 'aborted', 'error']);
  record(log, 'res', response, ['finish', 'close', 'aborted', 'error']);
}

module.exports = { compare, outcome, record, recordBoth, serve, within };
