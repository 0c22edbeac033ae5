'use strict';

// One exchange that has everything: interim headers, a pushed response, bodies and trailers in both
// directions.

const { once } = require('node:events');

/** What an exchange goes through, by the side on which it does. */
const STEPS = {
  client: ['made', 'connect', 'ready', 'headers', 'push', 'response', 'data', 'trailers', 'end'],
  server: ['session', 'stream', 'data', 'trailers', 'end', 'responded', 'wantTrailers', 'finish'],
};

const ignore = () => {};

/** Bodies that take several frames, in several writes. */
const PIECE = Buffer.alloc(9000, 'abcdefgh');
const BODY = Buffer.concat([PIECE, PIECE, PIECE]);

function sendBody(stream) {
  stream.write(PIECE);
  setImmediate(() => stream.write(PIECE));
  setImmediate(() => stream.end(PIECE));
}

/** Tells of a stream's events as they come. */
function report(stream, side, step) {
  for (const name of STEPS[side]) stream.on(name, () => step(side, name));
}

const isOpen = (stream) => !stream.destroyed && !stream.closed;

function sendTrailers() {
  if (isOpen(this)) this.sendTrailers({ 'x-sum': 'all of it' });
}

/** Has a server answer the exchange's request, and no other. */
function answer(server, step = ignore) {
  server.on('sessionError', ignore).on('session', () => step('server', 'session'));
  server.on('stream', (stream, headers) => {
    stream.on('error', ignore);
    if (headers[':path'] !== '/') return;
    report(stream, 'server', step);
    stream.on('wantTrailers', sendTrailers).resume();
    step('server', 'stream');
    if (isOpen(stream)) respond(stream, step);
  });
}

function respond(stream, step) {
  stream.additionalHeaders({ ':status': 103, link: '</style>' });
  stream.pushStream({ ':path': '/pushed' }, (error, pushed) => {
    if (error) return;
    pushed.on('error', ignore).respond({ 'x-pushed': 'yes' });
    pushed.end('pushed');
  });
  stream.respond({ 'x-answer': 'yes' }, { waitForTrailers: true });
  step('server', 'responded');
  sendBody(stream);
}

async function read(stream, headers) {
  const chunks = [];
  stream.on('error', ignore).on('data', (chunk) => chunks.push(chunk));
  await new Promise((resolve) => stream.on('close', resolve));
  return { headers, body: String(Buffer.concat(chunks)) };
}

/**
 * Makes the exchange's request.
 * @returns {Promise<object>} what came of it, once its streams are closed: headers, bodies, trailers
 */
async function request(session, step = ignore) {
  const seen = { interim: [], pushed: [] };
  session.on('connect', () => step('client', 'connect'));
  session.on('stream', (pushed, asked) => {
    step('client', 'push');
    pushed.on('push', ({ 'x-pushed': mark }) => (asked.mark = mark));
    seen.pushed.push(read(pushed, asked));
  });
  const stream = session.request(
    { ':path': '/', ':method': 'POST', 'x-asked': 'yes' },
    { waitForTrailers: true },
  );
  step('client', 'made');
  report(stream, 'client', step);
  stream.on('wantTrailers', sendTrailers);
  stream.on('headers', ({ ':status': status, link }) => seen.interim.push({ status, link }));
  stream.on('response', ({ ':status': status, 'x-answer': mark }) => {
    seen.response = { status, mark };
  });
  stream.on('trailers', ({ 'x-sum': sum }) => (seen.trailers = sum));
  if (isOpen(stream)) sendBody(stream.on('error', ignore));
  const { body } = await read(stream);
  const pushed = (await Promise.all(seen.pushed)).map(({ headers, body: octets }) => {
    return { path: headers[':path'], mark: headers.mark, body: octets };
  });
  return { ...seen, pushed, body };
}

/** What comes of an exchange that nothing disturbs. */
const WHOLE = {
  interim: [{ status: 103, link: '</style>' }],
  response: { status: 200, mark: 'yes' },
  body: String(BODY),
  pushed: [{ path: '/pushed', mark: 'yes', body: 'pushed' }],
  trailers: 'all of it',
};

/** Resolves when a session, stream or socket is gone. */
const gone = (emitter) =>
  emitter.closed && emitter.destroyed ? undefined : once(emitter, 'close');

module.exports = { BODY, STEPS, WHOLE, answer, gone, request };
