'use strict';

const assert = require('node:assert');
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const { test } = require('node:test');
const behavior = require('../../lib/behavior.js');
const diagnostics = require('../../lib/diagnostics.js');
const { kSession, kType } = require('../../lib/symbols.js');

const SERVER = 0;
const CLIENT = 1;

/** Messages on a channel while something runs. */
function heardOn(name, run) {
  const messages = [];
  const listener = (message) => messages.push(message);
  subscribe(name, listener);
  try {
    run();
  } finally {
    unsubscribe(name, listener);
  }
  return messages;
}

const streamOf = (type) => ({ [kSession]: { [kType]: type } });
const streamSkip = !behavior.streamChannels && 'this Node has no stream channels';
const bodySkip = !behavior.bodyChannels && 'this Node has no body channels';

test('stream channels say what happened, to the side it happened on', { skip: streamSkip }, () => {
  const headers = {};
  const error = new Error();
  for (const [side, type] of [
    ['server', SERVER],
    ['client', CLIENT],
  ]) {
    const stream = {};
    const cases = {
      created: [diagnostics.streamCreated, [headers], { headers }],
      start: [diagnostics.streamStarted, [headers], { headers }],
      error: [diagnostics.streamFailed, [error], { error }],
      close: [diagnostics.streamClosed, [], {}],
    };
    for (const [name, [publish, args, expected]] of Object.entries(cases)) {
      const messages = heardOn(`http2.${side}.stream.${name}`, () => {
        publish(type, stream, ...args);
        publish(1 - type, {}, ...args);
      });
      assert.deepStrictEqual(messages, [{ stream, ...expected }], `${side} ${name}`);
    }
  }
});

test('a response is told of on either side', { skip: streamSkip }, () => {
  const headers = {};
  const [received] = heardOn('http2.client.stream.finish', () => {
    diagnostics.responseReceived({}, headers, 5);
  });
  assert.deepStrictEqual(received, { stream: {}, headers, flags: 5 });
  const stream = { sentHeaders: headers };
  const sent = heardOn('http2.server.stream.finish', () => {
    diagnostics.responseSent(stream, false, false);
    diagnostics.responseSent(stream, true, true);
  });
  assert.deepStrictEqual(sent, [
    { stream, headers, flags: 0x5 },
    { stream, headers, flags: 0x2d },
  ]);
});

test('body channels are for requests', { skip: bodySkip }, () => {
  const stream = streamOf(CLIENT);
  const sent = heardOn('http2.client.stream.bodyChunkSent', () => {
    diagnostics.bodyChunkSent(stream, false, 'a', 'utf8');
    diagnostics.bodyChunkSent(streamOf(SERVER), false, 'a', 'utf8');
    diagnostics.bodyChunkSent({}, false, 'a', 'utf8');
  });
  assert.deepStrictEqual(sent, [{ stream, writev: false, data: 'a', encoding: 'utf8' }]);
  const done = heardOn('http2.client.stream.bodySent', () => {
    diagnostics.bodySent(stream);
    diagnostics.bodySent(streamOf(SERVER));
  });
  assert.deepStrictEqual(done, [{ stream }]);
});

test('several buffers at once are shown bare, mixed writes as written', { skip: bodySkip }, () => {
  const stream = streamOf(CLIENT);
  const buffer = Buffer.from('a');
  const buffers = [
    { chunk: buffer, encoding: 'buffer' },
    { chunk: buffer, encoding: 'buffer' },
  ];
  const mixed = [...buffers, { chunk: 'é', encoding: 'latin1' }];
  const messages = heardOn('http2.client.stream.bodyChunkSent', () => {
    diagnostics.bodyChunkSent(stream, true, buffers, '');
    diagnostics.bodyChunkSent(stream, true, mixed, '');
  });
  assert.deepStrictEqual(
    messages.map(({ data }) => data),
    [[buffer, buffer], mixed],
  );
});

test('without subscribers nothing is looked at', () => {
  const untouchable = new Proxy({}, { get: () => assert.fail('the stream was looked at') });
  diagnostics.bodyChunkSent(untouchable, true, untouchable, '');
  diagnostics.bodySent(untouchable);
  diagnostics.streamCreated(SERVER, untouchable, untouchable);
});
