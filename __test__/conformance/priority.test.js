'use strict';

// Priority signals (RFC 7540 §5.3): with effect where the running Node's http2 gives them one.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const ours = require('../..');
const { connect, serve } = require('../support/net');

/** The weights that a server sees of requests with these options. */
async function weigh(t, http2, cases) {
  const { server, url } = await serve(t, http2);
  const weights = [];
  server.on('stream', (stream) => {
    weights.push(stream.state.weight);
    stream.respond({}, { endStream: true });
  });
  const session = await connect(t, http2, url);
  for (const options of cases) {
    await once(session.request({}, options).resume(), 'close');
  }
  return weights;
}

const WEIGHTS = [undefined, -1, 0, 1, 16, 100, 256, 512].map((weight) => ({ weight }));
const OTHERS = [{ parent: 3 }, { exclusive: true, weight: 7 }, { parent: 0, silent: true }];

test('weights arrive as with the builtin', async (t) => {
  const cases = [...WEIGHTS, ...OTHERS];
  assert.deepEqual(await weigh(t, ours, cases), await weigh(t, builtin, cases));
});

/** What priority() sends from one side is heard on the other: on the stream or the session. */
async function signal(t, http2, from) {
  const { server, url } = await serve(t, http2);
  const heard = [];
  const listen = (emitter) => emitter.on('priority', (...args) => heard.push(args));
  const options = { parent: 0, weight: 1, exclusive: false };
  server.on('stream', (stream) => {
    listen(stream);
    if (from === 'server') stream.priority(options);
    stream.respond();
    stream.resume().on('end', () => stream.end('hello'));
  });
  const session = await connect(t, http2, url);
  const request = session.request({ ':method': 'POST' });
  listen(request);
  request.on('response', () => {
    if (from === 'client') request.priority(options);
    request.end();
  });
  await once(request.resume(), 'close');
  for (let i = 0; i < 3; i++) await turn();
  return heard;
}

for (const from of ['client', 'server']) {
  test(`the other side hears what a ${from} signals, as with the builtin`, async (t) => {
    assert.deepEqual(await signal(t, ours, from), await signal(t, builtin, from));
  });
}

test('a signal before its stream is heard by the server', async (t) => {
  const hear = async (http2) => {
    const { server, url } = await serve(t, http2);
    const heard = [];
    server.on('priority', (...args) => heard.push(args));
    server.on('stream', (stream) => stream.respond({}, { endStream: true }));
    const session = http2.connect(url);
    t.after(() => session.destroy());
    const request = session.request();
    request.priority({ parent: 0, weight: 7, exclusive: true });
    await once(request.resume(), 'close');
    return heard;
  };
  assert.deepEqual(await hear(ours), await hear(builtin));
});

describe('what is wrong is refused as by the builtin', () => {
  const wrong = [
    { parent: -1 },
    { parent: 'a' },
    { exclusive: 1 },
    { silent: 1 },
    { weight: 'heavy' },
  ];
  const attempt = (action) => {
    try {
      action();
      return undefined;
    } catch ({ code, message }) {
      return [code, message];
    }
  };
  for (const options of wrong) {
    test(JSON.stringify(options), async (t) => {
      const outcomes = [];
      for (const http2 of [builtin, ours]) {
        const { url } = await serve(t, http2);
        const session = await connect(t, http2, url);
        const request = session.request().on('error', () => {});
        outcomes.push([
          attempt(() => session.request({}, options).on('error', () => {})),
          attempt(() => request.priority(options)),
        ]);
      }
      assert.deepEqual(outcomes[1], outcomes[0]);
    });
  }

  test('a stream that depends on itself', async (t) => {
    const outcomes = [];
    for (const http2 of [builtin, ours]) {
      const { server, url } = await serve(t, http2);
      server.on('stream', (stream) => stream.respond({}, { endStream: true }));
      const session = await connect(t, http2, url);
      const request = session.request({}, { parent: 1 }).resume();
      let code;
      request.on('error', (error) => ({ code } = error));
      await once(request, 'close').catch(() => {});
      outcomes.push([code, session.destroyed]);
    }
    assert.deepEqual(outcomes[1], outcomes[0]);
  });
});
