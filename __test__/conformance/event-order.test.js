'use strict';

// The events of a request's life, of streams and sessions on both sides, against those that the
// http2 of the running Node emits for the same scenario.

const assert = require('node:assert');
const { once } = require('node:events');
const builtin = require('node:http2');
const { describe, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const ours = require('../..');
const { EventLog } = require('../support/event-log');
const { serve } = require('../support/net');

const {
  NGHTTP2_CANCEL,
  NGHTTP2_INTERNAL_ERROR,
  NGHTTP2_NO_ERROR,
  NGHTTP2_PROTOCOL_ERROR,
  NGHTTP2_REFUSED_STREAM,
} = builtin.constants;

function ignore() {}

/** Some turns of the event loop. */
async function settle() {
  for (let i = 0; i < 5; i++) await turn();
}

/** Reads a stream to its end; errors are in the log. */
function drain(stream) {
  stream.on('error', ignore);
  stream.resume();
  return stream;
}

/** Compares what a server's stream emits, and not in which order. */
function ignoreOrderOfServerStream(log, actual) {
  log['server stream'].sort();
  actual['server stream'].sort();
}

/**
 * Scenarios by name: `server` handles each stream, `client` is given the session and a function
 * that makes a followed request. `expect`, where we differ on purpose, turns the builtin's log into
 * the one to expect, and says why.
 */
const scenarios = {
  'GET with a body': {
    server(stream) {
      stream.respond();
      stream.end('hello');
    },
    client(session, request) {
      drain(request());
    },
  },

  'GET without a body': {
    server(stream) {
      stream.respond({ ':status': 204 });
    },
    client(session, request) {
      drain(request());
    },
  },

  'GET of a large body': {
    server(stream) {
      stream.respond();
      stream.end(Buffer.alloc(300_000));
    },
    client(session, request) {
      drain(request());
    },
    // 'finish' comes when the system has taken the last octets, 'end' when the stream is closed.
    expect: ignoreOrderOfServerStream,
  },

  'GET whose stream is paused': {
    server(stream) {
      stream.pause();
      stream.respond();
      stream.end('hello');
    },
    client(session, request) {
      drain(request());
    },
    // Which of 'end' and 'finish' comes first is up to the system's writes.
    expect: ignoreOrderOfServerStream,
  },

  'GET that is answered, then written to after the end': {
    server(stream) {
      stream.on('error', ignore);
      stream.on('end', () => {
        stream.respond();
        stream.end('a');
        stream.end('b');
      });
      stream.resume();
    },
    client(session, request) {
      drain(request());
    },
  },

  'requests after a GOAWAY of the client': {
    server(stream) {
      stream.respond();
      stream.end('hello');
    },
    async client(session, request) {
      await once(drain(request()), 'close');
      session.goaway(NGHTTP2_NO_ERROR);
      drain(request());
    },
    // The builtin sends another GOAWAY as its server's session ends.
    expect(log) {
      log['client session'] = log['client session'].filter((it) => !it.startsWith('goaway'));
    },
  },

  HEAD: {
    server(stream) {
      stream.respond();
      stream.end();
    },
    client(session, request) {
      drain(request({ ':method': 'HEAD' }));
    },
  },

  'POST that is read to its end': {
    server(stream) {
      stream.resume();
      stream.on('end', () => {
        stream.respond();
        stream.end('done');
      });
    },
    client(session, request) {
      drain(request({ ':method': 'POST' })).end('a body');
    },
    // The builtin destroys the stream before 'finish', which whoever waits for it then misses.
    expect(log) {
      log['server stream'] = ['end', 'finish', 'close'];
    },
  },

  'POST with trailers both ways': {
    server(stream) {
      stream.resume();
      stream.on('end', () => {
        stream.respond({}, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ b: '2' }));
        stream.end('done');
      });
    },
    client(session, request) {
      const stream = drain(request({ ':method': 'POST' }, { waitForTrailers: true }));
      stream.on('wantTrailers', () => stream.sendTrailers({ a: '1' }));
      stream.end('a body');
    },
  },

  'POST that nobody reads': {
    server(stream) {
      stream.respond({ ':status': 413 });
      stream.end();
    },
    client(session, request) {
      drain(request({ ':method': 'POST' })).end('a body');
    },
  },

  'informational headers': {
    server(stream) {
      stream.additionalHeaders({ ':status': 100 });
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond();
      stream.end('hello');
    },
    client(session, request) {
      drain(request());
    },
  },

  push: {
    server(stream, log) {
      stream.pushStream({ ':path': '/pushed' }, (error, pushed) => {
        assert.ifError(error);
        log.follow('server push', pushed, ['wantTrailers']);
        pushed.on('error', ignore);
        pushed.respond();
        pushed.end('pushed');
      });
      stream.respond();
      stream.end('hello');
    },
    client(session, request, log) {
      session.on('stream', (pushed) => drain(log.follow('client push', pushed, ['wantTrailers'])));
      drain(request());
    },
    // Which of the two sides of a pushed stream is told first is chance: they end in one turn.
    expect(log, actual) {
      log['server push'].sort();
      actual['server push'].sort();
    },
  },

  'reset by the client before the response': {
    server(stream) {
      stream.on('error', ignore);
    },
    async client(session, request, log, serverStream) {
      const stream = drain(request({ ':method': 'POST' }));
      await serverStream;
      stream.close(NGHTTP2_CANCEL);
    },
    // The builtin's client sends END_STREAM before RST_STREAM; or its server, from 26 on, emits
    // 'end' after the fact. A cancelled upload must not look like a complete one.
    expect(log) {
      log['server stream'] = log['server stream'].filter((event) => event !== 'end');
    },
  },

  'reset by the server with an error code': {
    server(stream) {
      stream.on('error', ignore);
      stream.close(NGHTTP2_REFUSED_STREAM);
    },
    client(session, request) {
      drain(request());
    },
  },

  'aborted by the signal of the request': {
    server(stream) {
      stream.on('error', ignore);
      stream.respond();
      stream.write('part');
    },
    async client(session, request) {
      const controller = new AbortController();
      const stream = drain(request({}, { signal: controller.signal }));
      await once(stream, 'data');
      controller.abort();
    },
  },

  'destroyed by the client with an error': {
    server(stream) {
      stream.on('error', ignore);
    },
    async client(session, request, log, serverStream) {
      const stream = drain(request({ ':method': 'POST' }));
      await serverStream;
      stream.destroy(new Error('no more'));
    },
  },

  'destroyed by the server in mid-body': {
    server(stream) {
      stream.on('error', ignore);
      stream.respond();
      stream.write('part', () => stream.destroy(new Error('no more')));
    },
    client(session, request) {
      drain(request());
    },
  },

  'GOAWAY without an error': {
    server(stream) {
      stream.session.goaway(NGHTTP2_NO_ERROR);
      stream.respond();
      stream.end('hello');
    },
    client(session, request) {
      drain(request());
    },
  },

  'GOAWAY with an error': {
    server(stream) {
      stream.on('error', ignore);
      stream.session.goaway(NGHTTP2_INTERNAL_ERROR);
    },
    client(session, request) {
      drain(request());
    },
  },

  'session destroyed by the client': {
    server(stream) {
      stream.on('error', ignore);
    },
    async client(session, request, log, serverStream) {
      drain(request({ ':method': 'POST' }));
      await serverStream;
      // What the server has sent is read first: else the socket's end is a reset.
      await settle();
      session.destroy();
    },
  },

  'session destroyed by the server with a code': {
    server(stream) {
      stream.on('error', ignore);
      stream.session.destroy(NGHTTP2_REFUSED_STREAM);
    },
    client(session, request) {
      drain(request());
    },
    // Whether the acknowledgement of SETTINGS was sent before differs between releases.
    expect(log, actual) {
      for (const each of [log, actual]) {
        each['client session'] = each['client session'].filter((it) => it !== 'localSettings');
      }
    },
  },

  'stream timeout': {
    server(stream) {
      stream.on('error', ignore);
      stream.setTimeout(20, () => {
        stream.respond();
        stream.end('late');
      });
    },
    client(session, request) {
      drain(request());
    },
  },

  'session timeout of the client': {
    server(stream) {
      stream.on('error', ignore);
    },
    async client(session, request, log, serverStream) {
      drain(request());
      await serverStream;
      session.setTimeout(20, () => session.destroy());
    },
  },

  'session timeout of the server': {
    server(stream) {
      stream.session.setTimeout(20, () => {
        stream.respond();
        stream.end('late');
      });
    },
    client(session, request) {
      drain(request());
    },
  },
};

/** Runs a scenario on one implementation; what each emitter emitted, by name. */
async function run(http2, { server: onStream, client }) {
  const log = new EventLog();
  const server = http2.createServer();
  const sockets = [];
  server.on('connection', (socket) => sockets.push(socket));
  const serverSessionClosed = new Promise((resolve) => {
    server.on('session', (session) => {
      // Whoever listens to 'stream' on a session or to 'wantTrailers' takes over what it stands for.
      log.follow('server session', session, ['stream']);
      session.on('error', ignore);
      session.on('close', resolve);
    });
  });
  let streamOpened;
  const serverStream = new Promise((resolve) => (streamOpened = resolve));
  server.on('stream', (stream) => {
    log.follow('server stream', stream, ['wantTrailers']);
    streamOpened(stream);
    onStream(stream, log);
  });
  server.listen(0);
  await once(server, 'listening');

  const session = log.follow(
    'client session',
    http2.connect(`http://localhost:${server.address().port}`),
    ['stream'],
  );
  session.on('error', ignore);
  const sessionClosed = new Promise((resolve) => session.once('close', resolve));
  await once(session, 'remoteSettings');
  let finished;
  const request = (headers, options) => {
    const stream = log.follow('client stream', session.request(headers, options), ['wantTrailers']);
    finished = new Promise((resolve) => stream.once('close', () => resolve(stream)));
    return stream;
  };
  await client(session, request, log, serverStream);
  log.note('client stream', `rstCode ${(await finished).rstCode}`);
  // Pushes and acknowledgements that are under way.
  await settle();
  if (!session.closed) session.close();
  server.close();
  await settle();
  // The builtin's server waits for the client to hang up after a GOAWAY of its own.
  for (const socket of sockets) socket.destroy();
  await Promise.all([sessionClosed, serverSessionClosed]);
  return log.toObject();
}

describe('events come in the order of the builtin', () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    test(name, async () => {
      const actual = await run(ours, scenario);
      const expected = await run(builtin, scenario);
      scenario.expect?.(expected, actual);
      assert.deepStrictEqual(actual, expected);
    });
  }
});

test('a request made before the connection has finished by the ticks of its readiness', async (t) => {
  const order = async (http2) => {
    const { server, url } = await serve(t, http2);
    server.on('stream', (stream) => stream.respond({}, { endStream: true }));
    const session = http2.connect(url);
    const stream = drain(session.request());
    const seen = [];
    stream.on('ready', () => process.nextTick(() => seen.push('tick')));
    stream.on('finish', () => seen.push('finish'));
    await once(stream, 'close');
    session.close();
    return seen;
  };
  assert.deepStrictEqual(await order(ours), await order(builtin));
});

test('a request that is closed before the connection, and then its session', async (t) => {
  const eventsOf = async (http2) => {
    const log = new EventLog();
    const { server, url } = await serve(t, http2);
    const serverStreamClosed = new Promise((resolve) => {
      server.on('stream', (stream) => {
        log.follow('server stream', stream, ['wantTrailers']).on('error', ignore);
        stream.on('close', resolve);
        stream.respond();
        stream.end('hello');
      });
    });
    const session = http2.connect(url);
    const stream = drain(log.follow('client stream', session.request(), ['wantTrailers']));
    stream.close(NGHTTP2_PROTOCOL_ERROR);
    // On the same turn: whether RST_STREAM is sent before depends on the Node.
    stream.on('close', () => session.close());
    await serverStreamClosed;
    return log.toObject();
  };
  assert.deepStrictEqual(await eventsOf(ours), await eventsOf(builtin));
});

test('a TLS client has the tickets before the SETTINGS, as with the builtin server', async (t) => {
  const { url } = await serve(t, ours, { tls: true });
  const session = builtin.connect(url, { rejectUnauthorized: false });
  t.after(() => session.destroy());
  const order = [];
  session.socket.once('session', () => order.push('session'));
  session.once('remoteSettings', () => order.push('remoteSettings'));
  await once(session, 'remoteSettings');
  assert.deepStrictEqual(order, ['session', 'remoteSettings']);
});
