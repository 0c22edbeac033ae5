'use strict';

// What happens at the ends: of stream ids, of what may be outstanding, of what a header block may
// hold. Where the builtin has the limit too, it shows what is expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const ours = require('../..');
const { frame } = require('../support/frames');
const { connect, serve } = require('../support/net');
const { RawClient, request: requestFrame } = require('../support/raw-client');

const LAST_CLIENT_ID = 2 ** 31 - 1;

/** A server that answers every request, and a client of it. */
async function open(t, http2, { server: options, client } = {}) {
  const { server, url } = await serve(t, http2, { options });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond();
    stream.end();
  });
  const session = await connect(t, http2, url, client);
  return { server, session };
}

const told = ({ name, code, message }) => ({ name, code, message });

/** How a stream of a client ends. */
function ending(stream) {
  const seen = { error: undefined };
  stream.on('error', (error) => (seen.error = told(error)));
  stream.on('response', (headers) => (seen.status = headers[':status']));
  stream.resume();
  return new Promise((resolve) => {
    stream.on('close', () => resolve({ ...seen, code: stream.rstCode }));
  });
}

async function same(t, scenario) {
  const expected = await scenario(t, builtin);
  const actual = await scenario(t, ours);
  assert.deepEqual(actual, expected);
  return actual;
}

test('a client that is out of stream ids', async (t) => {
  const [last, beyond] = await same(t, async (_t, http2) => {
    const { session } = await open(t, http2);
    session.setNextStreamID(LAST_CLIENT_ID);
    const last = session.request();
    const endings = [ending(last), ending(session.request())];
    assert.equal(last.id, LAST_CLIENT_ID);
    return Promise.all(endings);
  });
  assert.equal(last.status, 200);
  assert.equal(beyond.error.code, 'ERR_HTTP2_OUT_OF_STREAMS');
});

test('a server that is out of stream ids', async (t) => {
  const outcomes = await same(t, async (_t, http2) => {
    const { server, url } = await serve(t, http2);
    const pushed = new Promise((resolve) => {
      server.on('stream', (stream) => {
        stream.session.setNextStreamID(LAST_CLIENT_ID - 1);
        stream.pushStream({}, (first, push) => {
          push?.end();
          stream.pushStream({}, (second) => {
            stream.respond({}, { endStream: true });
            resolve([first, second && told(second)]);
          });
        });
      });
    });
    const session = await connect(t, http2, url);
    session.on('stream', (push) => push.resume());
    await ending(session.request());
    return pushed;
  });
  assert.equal(outcomes[0], null);
  assert.equal(outcomes[1].code, 'ERR_HTTP2_OUT_OF_STREAMS');
});

test('PINGs that are outstanding', async (t) => {
  const { sent, errors } = await same(t, async (_t, http2) => {
    const { session } = await open(t, http2, { client: { maxOutstandingPings: 1 } });
    const errors = [];
    const answered = [];
    const sent = [1, 2].map(() => {
      const answer = new Promise((resolve) => {
        const result = session.ping((error) => {
          errors.push(error && told(error));
          resolve();
        });
        answered.push(result);
      });
      return answer;
    });
    await Promise.all(sent);
    return { sent: answered, errors };
  });
  assert.deepEqual(sent, [true, false]);
  assert.deepEqual(errors.map((error) => error?.code).sort(), ['ERR_HTTP2_PING_CANCEL', undefined]);
});

test('SETTINGS that are outstanding', async (t) => {
  const error = await same(t, async (_t, http2) => {
    const { session } = await open(t, http2, { client: { maxOutstandingSettings: 1 } });
    const failed = once(session, 'error');
    for (let i = 0; i < 3 && !session.destroyed; i++) session.settings({ enablePush: false });
    return told((await failed)[0]);
  });
  assert.equal(error.code, 'ERR_HTTP2_MAX_PENDING_SETTINGS_ACK');
});

describe('acknowledgements that nobody asked for', () => {
  for (const type of ['PING', 'SETTINGS']) {
    test(type, (t) =>
      same(t, async (_t, http2) => {
        const { server } = await open(t, http2);
        const accepted = once(server, 'session');
        const client = await RawClient.connect(server.address().port);
        t.after(() => client.destroy());
        const [session] = await accepted;
        const seen = { error: undefined };
        session.on('error', (error) => (seen.error = told(error)));
        const payload = type === 'PING' ? Buffer.alloc(8) : undefined;
        client.open();
        await client.received('SETTINGS');
        client.write(frame('SETTINGS', { flags: 1 }), frame(type, { flags: 1, payload }));
        client.write(requestFrame(1));
        const answers = ['HEADERS', 'GOAWAY'].map((each) => client.received(each));
        return { ...seen, answer: (await Promise.race(answers))?.type };
      }),
    );
  }
});

describe('what arrives together with the stream at which the session is closed', () => {
  const { NGHTTP2_REFUSED_STREAM } = builtin.constants;

  test('is refused, if it is a request', async (t) => {
    const { server } = await serve(t, ours);
    server.on('stream', (stream) => {
      assert.equal(stream.id, 1);
      stream.on('error', () => {});
      stream.session.close();
    });
    const client = await RawClient.connect(server.address().port);
    t.after(() => client.destroy());
    client.open(requestFrame(1), requestFrame(3));
    const { payload } = await client.received('RST_STREAM', 3);
    assert.equal(payload.readUInt32BE(), NGHTTP2_REFUSED_STREAM);
  });

  test('is refused, if it is a push', async (t) => {
    const { server, url } = await serve(t, builtin);
    const refused = new Promise((resolve) => {
      server.on('stream', (stream) => {
        stream.pushStream({ ':path': '/first' }, (_error, push) => push.on('error', () => {}));
        stream.pushStream({ ':path': '/second' }, (_error, push) => {
          push.on('error', () => {}).on('close', () => resolve(push.rstCode));
        });
        stream.respond({}, { endStream: true });
      });
    });
    const session = await connect(t, ours, url);
    session.on('stream', (push, headers) => {
      assert.equal(headers[':path'], '/first');
      push.on('error', () => {});
      session.close();
    });
    session.request().resume();
    assert.equal(await refused, NGHTTP2_REFUSED_STREAM);
  });
});

describe('a header block', () => {
  test('that is larger than maxSendHeaderBlockLength is not sent', async (t) => {
    const seen = await same(t, async (_t, http2) => {
      const { session } = await open(t, http2, { client: { maxSendHeaderBlockLength: 10 } });
      const stream = session.request({ 'x-long': 'a'.repeat(100) });
      const frameError = once(stream, 'frameError');
      const end = await ending(stream);
      return { end, frameError: await frameError };
    });
    // The type of HEADERS, NGHTTP2_FRAME_SIZE_ERROR, and the stream.
    assert.deepEqual(seen.frameError, [1, 6, 1]);
  });

  test('may be larger than what passes between the engine and JavaScript at a time', async (t) => {
    const roomy = { maxSendHeaderBlockLength: 2 ** 21, settings: { maxHeaderListSize: 2 ** 21 } };
    const server = { ...roomy, maxContinuations: 100 };
    const { server: listener, session } = await open(t, ours, { server, client: roomy });
    const names = Array.from({ length: 20 }, (_, i) => `x-${i}`);
    const fields = Object.fromEntries(names.map((name, i) => [name, `${i}`.repeat(20_000)]));
    const opened = once(listener, 'stream');
    const end = ending(session.request(fields));
    const [, headers] = await opened;
    for (const name of names) assert.equal(headers[name], fields[name]);
    assert.equal((await end).status, 200);
  });

  test('keeps its meaning when more different strings have been sent than are remembered', async (t) => {
    const { server, session } = await open(t, ours);
    const received = [];
    server.on('stream', (_stream, headers) => received.push(headers['x-1'], headers['x-99']));
    const expected = [];
    for (let i = 0; i < 100; i++) {
      const fields = Object.fromEntries(
        Array.from({ length: 100 }, (_, name) => [`x-${name}`, `${i} of ${name}`]),
      );
      expected.push(fields['x-1'], fields['x-99']);
      await ending(session.request(fields));
    }
    assert.deepEqual(received, expected);
  });
});
