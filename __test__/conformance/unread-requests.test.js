'use strict';

// A request that is answered without a look at its content: what is left of it may come for a
// while, then the stream is reset (RFC 9113 §8.1).

const assert = require('node:assert/strict');
const timers = require('node:timers');
const { test } = require('node:test');

// The package's timers go off when a test says so.
const { setTimeout: original } = timers;
let due = [];
timers.setTimeout = (callback, _delay, ...args) => {
  due.push(() => callback(...args));
  return { unref: () => undefined };
};
const ours = require('../..');
timers.setTimeout = original;

const { setImmediate: turn } = require('node:timers/promises');
const { frame } = require('../support/frames');
const { serve } = require('../support/net');
const { END_HEADERS, END_STREAM, POST, RawClient, request } = require('../support/raw-client');

const answers = {
  'a response with content': (response) => response.end('done'),
  'an empty response': (response) => response.end(),
  'a 204': (response) => response.writeHead(204).end(),
};

async function ask(t, answer) {
  due = [];
  const { server, url } = await serve(t, ours);
  const closed = new Promise((resolve) => {
    server.on('request', (_request, response) => {
      response.stream.on('close', resolve);
      answer(response);
    });
  });
  const client = await RawClient.connect(new URL(url).port);
  t.after(() => client.destroy());
  client.open(request(1, { block: POST, flags: END_HEADERS }));
  const ended = () =>
    client.frames().some(({ stream, flags }) => stream === 1 && (flags & END_STREAM) !== 0);
  while (!ended()) await turn();
  while (due.length === 0) await turn();
  return { client, closed };
}

for (const [name, answer] of Object.entries(answers)) {
  test(`${name}: content that follows is taken`, async (t) => {
    const { client, closed } = await ask(t, answer);
    client.write(frame('DATA', { stream: 1, flags: END_STREAM, payload: Buffer.from('late') }));
    await closed;
    for (const callback of due) callback();
    client.write(frame('PING', { payload: Buffer.alloc(8) }));
    await client.received('PING');
    assert.equal(
      client.frames().find(({ type }) => type === 'RST_STREAM'),
      undefined,
    );
  });

  test(`${name}: a client that goes on is told to stop`, async (t) => {
    const { client, closed } = await ask(t, answer);
    client.write(frame('DATA', { stream: 1, payload: Buffer.from('late') }));
    for (const callback of due) callback();
    const { payload } = await client.received('RST_STREAM', 1);
    assert.equal(payload.readUInt32BE(), 0);
    await closed;
  });
}
