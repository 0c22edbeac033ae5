'use strict';

// Members of the compatibility API's request and response that lead to the stream below, called
// with the builtin too.

const assert = require('node:assert/strict');
const { Http2ServerResponse } = require('node:http2');
const { test } = require('node:test');
const { compare, outcome } = require('../support/compat');

const WRITABLE = [
  'writableEnded',
  'writableFinished',
  'writableCorked',
  'writableLength',
  'writableObjectMode',
  'writableNeedDrain',
];

const figures = (response) => WRITABLE.map((name) => response[name]);

test('a response shows how its stream is written to', async () => {
  const { log, body } = await compare((request, response, log) => {
    log.push(
      figures(response),
      response.writableHighWaterMark === response.stream.writableHighWaterMark,
    );
    response.cork();
    response.write('a');
    log.push(figures(response));
    response.write('b');
    response.uncork();
    log.push(response.writableCorked);
    response.end('c', () => log.push(figures(response)));
  });
  assert.equal(body, 'abc');
  assert.equal(log.at(-1)[1], true, 'writableFinished');
});

test('request and response lead to the stream, and to a socket that guards it', async () => {
  await compare((request, response, log) => {
    log.push(
      request.stream === response.stream,
      request.socket === request.connection,
      response.socket === response.connection,
      typeof request.socket.remotePort,
      response.socket.encrypted,
      outcome(() => request.socket.write('a')),
      outcome(() => response.socket.pause()),
    );
    response.end();
  });
});

test('the date is sent unless it is turned off', async () => {
  const { log } = await compare((request, response, log) => {
    log.push(response.sendDate);
    response.sendDate = 0;
    log.push(response.sendDate);
    response.end();
    log.push(Object.keys(response.stream.sentHeaders));
  });
  assert.deepEqual(log.slice(0, 2), [true, false]);
});

test('a write of nothing is called back', async () => {
  const { log } = await compare((request, response, log) => {
    response.write('', () => {
      log.push('written');
      response.end();
    });
  });
  assert.deepEqual(log, ['written']);
});

const skip = !Http2ServerResponse.prototype.writeInformation && 'this Node has no writeInformation';

test('informational responses', { skip }, async () => {
  const calls = [
    [103, { link: '</a.css>; rel=preload' }],
    [102],
    [100, {}],
    [101],
    [99],
    [200],
    ['103'],
    [],
    [103, 5],
    [103, 'a'],
    [103, null],
    [103, { connection: 'close' }],
  ];
  await compare((request, response, log) => {
    for (const args of calls) log.push(outcome(() => response.writeInformation(...args)));
    response.end();
    log.push(outcome(() => response.writeInformation(103)));
  });
});
