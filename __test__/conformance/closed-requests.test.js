'use strict';

// Requests of the compatibility API that are looked at once they are closed, beside the builtin's.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const ours = require('../..');
const { connect, serve } = require('../support/net');

const figures = ({ aborted, complete, readable, readableEnded, readableFlowing }) => ({
  aborted,
  complete,
  readable,
  readableEnded,
  readableFlowing,
});

/** What somebody does with a closed request; `log` takes what is heard. */
const LOOKS = {
  'nothing but looking': () => {},
  'resuming it': (request, log) => {
    request.on('end', () => log('end'));
    request.resume();
  },
  'waiting until it is readable': (request, log) => {
    request.on('readable', () => log('readable', request.read()));
    request.on('end', () => log('end'));
  },
  'reading it': (request, log) => {
    request.on('end', () => log('end'));
    log('read', request.read());
  },
  'iterating over it': async (request, log) => {
    try {
      for await (const chunk of request) log('chunk', String(chunk));
      log('done');
    } catch (error) {
      log('error', error.code);
    }
  },
};

/** What is heard of a request that is looked at after its response is closed. */
async function look(t, http2, method, act) {
  const { server, url } = await serve(t, http2);
  const closed = new Promise((resolve) => {
    server.on('request', (request, response) => {
      response.on('close', () => setImmediate(resolve, request));
      response.end('answer');
    });
  });
  const session = await connect(t, builtin, url);
  const stream = session.request({ ':method': method });
  stream.resume();
  stream.end();
  const [request] = await Promise.all([closed, once(stream, 'close')]);
  const heard = [figures(request)];
  act(request, (...entry) => heard.push(entry));
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  return [...heard, figures(request)];
}

for (const method of ['GET', 'POST']) {
  for (const [name, act] of Object.entries(LOOKS)) {
    test(`a closed ${method}: ${name}`, async (t) => {
      assert.deepEqual(await look(t, ours, method, act), await look(t, builtin, method, act));
    });
  }
}
