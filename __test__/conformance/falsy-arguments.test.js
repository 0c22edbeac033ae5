'use strict';

// Values that programs pass for "none": what methods make of them, against the builtin.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { test } = require('node:test');
const ours = require('../..');
const { outcome } = require('../support/compat');
const { connect, serve } = require('../support/net');

function ignore() {}

const NONE = [undefined, null, false, 0, ''];

async function start(t, http2) {
  const { server, url } = await serve(t, http2);
  server.on('sessionError', ignore);
  const session = await connect(t, http2, url);
  session.on('error', ignore);
  return { server, session };
}

async function same(t, scenario) {
  assert.deepEqual(await scenario(t, ours), await scenario(t, builtin));
}

const ofSession = {
  'request(headers)': (session, none) => session.request(none),
  'request(_, options)': (session, none) => session.request({}, none),
  'request(_, { signal })': (session, signal) => session.request({}, { signal }),
  'request() with sensitive names': (session, none, { sensitiveHeaders }) =>
    session.request({ [sensitiveHeaders]: none }),
  'ping(payload)': (session, none) => session.ping(none),
  'ping(payload, callback)': (session, none) => session.ping(none, ignore),
  'settings(_, callback)': (session, none) => session.settings({}, none),
};

for (const [name, call] of Object.entries(ofSession)) {
  test(`session.${name}`, (t) =>
    same(t, async (_t, http2) => {
      const { session } = await start(t, http2);
      return NONE.map((none) => outcome(() => call(session, none, http2)?.on?.('error', ignore)));
    }));
}

test('connect(authority)', (t) =>
  same(t, async (_t, http2) => {
    const outcomes = [];
    for (const authority of [...NONE, [], ['http://127.0.0.1:1'], {}]) {
      outcomes.push(
        outcome(() => {
          const session = http2.connect(authority).on('error', ignore);
          session.destroy();
          return session;
        }),
      );
    }
    return outcomes;
  }));

test('session.close(callback)', (t) =>
  same(t, async (_t, http2) => {
    const outcomes = [];
    for (const callback of [...NONE, {}]) {
      const { session } = await start(t, http2);
      outcomes.push(outcome(() => session.close(callback)));
    }
    return outcomes;
  }));

/** Each on a stream of its own. */
const ofStream = {
  'additionalHeaders(headers)': (stream, none) => stream.additionalHeaders(none),
  'pushStream(headers)': (stream, none) => stream.pushStream(none, ignore),
  'respond(headers)': (stream, none) => stream.respond(none),
  'respond({ :status })': (stream, none) => stream.respond({ ':status': none }),
  'respond(_, options)': (stream, none) => stream.respond({}, none),
};

for (const [name, call] of Object.entries(ofStream)) {
  test(`stream.${name}`, (t) =>
    same(t, async (_t, http2) => {
      const { server, session } = await start(t, http2);
      session.on('stream', (pushed) => pushed.on('error', ignore).resume());
      const outcomes = [];
      server.on('stream', (stream, headers) => {
        stream.on('error', ignore);
        outcomes.push(outcome(() => call(stream, NONE[headers[':path'].slice(1)])));
        if (!stream.headersSent) stream.respond();
        stream.end();
      });
      for (let i = 0; i < NONE.length; i++) {
        const request = session
          .request({ ':path': `/${i}` })
          .on('error', ignore)
          .resume();
        await new Promise((resolve) => request.once('close', resolve));
      }
      return outcomes;
    }));
}
