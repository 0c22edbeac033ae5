'use strict';

// A request that is made while events of other streams are still to be heard takes the place of a
// stream that is over for the engine. None of its events may be lost.

const assert = require('node:assert/strict');
const net = require('node:net');
const http2 = require('../..');
const { once } = require('node:events');
const { test } = require('node:test');
const { connect } = require('../support/net');
const { PREFACE, frame, parseFrames } = require('../support/frames');

const END_STREAM = 1;
const END_HEADERS = 4;
/** `:status: 200` of the static table (RFC 7541, appendix A). */
const OK = Buffer.from([0x88]);

function response(stream) {
  return Buffer.concat([
    frame('HEADERS', { stream, flags: END_HEADERS, payload: OK }),
    frame('DATA', { stream, payload: Buffer.from('one ') }),
    frame('DATA', { stream, flags: END_STREAM, payload: Buffer.from(`stream ${stream}`) }),
  ]);
}

/** A server that answers the first `count` requests in one write, and the others as they come. */
async function startServer(t, count) {
  const server = net.createServer((socket) => {
    let input = Buffer.alloc(0);
    let asked = 0;
    let answered = 0;
    socket.write(frame('SETTINGS'));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      input = Buffer.concat([input, chunk]);
      const frames = parseFrames(input.subarray(PREFACE.length));
      asked = frames.filter(({ type }) => type === 'HEADERS').length;
      if (asked < count) return;
      const answers = [];
      while (answered < asked) answers.push(response(2 * answered++ + 1));
      if (answers.length > 0) socket.write(Buffer.concat(answers));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

for (const event of ['response', 'data', 'end']) {
  test(`requests made on '${event}' of others`, async (t) => {
    const session = await connect(t, http2, await startServer(t, 3));
    const bodies = [];
    await new Promise((resolve, reject) => {
      const ask = (again) => {
        const stream = session.request();
        let body = '';
        stream.setEncoding('utf8');
        stream.on('data', (text) => {
          body += text;
        });
        if (again) stream.once(event, () => ask(false));
        stream.on('error', reject);
        stream.on('end', () => {
          bodies.push(body);
          if (bodies.length === 6) resolve();
        });
      };
      for (let i = 0; i < 3; i++) ask(true);
    });
    const expected = [1, 3, 5, 7, 9, 11].map((id) => `one stream ${id}`);
    assert.deepEqual(bodies.sort(), expected.sort());
  });
}
