'use strict';

// Connections that end badly: whatever the peer does or leaves undone, the session and its socket
// are gone, and the server can close. A peer that were waited for would hang these tests.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { test } = require('node:test');
const http2 = require('../..');
const { PREFACE, frame } = require('../support/frames');
const {
  END_HEADERS,
  GET,
  RawClient,
  request,
  reset,
  settings,
  uint32,
  windowUpdate,
} = require('../support/raw-client');
const { TRANSPORTS, serve } = require('../support/net');

const PROTOCOL_ERROR = 1;
const INTERNAL_ERROR = 2;
const FLOW_CONTROL_ERROR = 3;
const FRAME_SIZE_ERROR = 6;
const COMPRESSION_ERROR = 9;
const MAX_WINDOW = 2 ** 31 - 1;
const INITIAL_WINDOW_SIZE = 4;

/** More than any buffer between the two takes. */
const CHUNK = Buffer.alloc(1 << 16);

/** Streams bodies without end, with backpressure; counts what it has seen. */
function serveDownloads(server) {
  server.on('sessionError', () => {});
  server.on('stream', (stream) => {
    stream.on('error', () => {}).respond();
    const fill = () => {
      while (!stream.destroyed && stream.write(CHUNK));
    };
    stream.on('drain', fill);
    fill();
  });
}

/** A promise of the next session's end and its socket's. */
async function nextEnd(server, secure) {
  const socketOpened = once(server, secure ? 'secureConnection' : 'connection');
  const [session] = await once(server, 'session');
  const [socket] = await socketOpened;
  // 'close' follows 'error', which the server hears of.
  const gone = [session, socket].map(
    (each) => new Promise((resolve) => each.once('close', resolve)),
  );
  return { session, socket, ended: Promise.all(gone) };
}

async function start(t, secure) {
  const { server } = await serve(t, http2, { tls: secure });
  serveDownloads(server);
  const next = nextEnd(server, secure);
  const client = await RawClient.connect(server.address().port, { secure });
  t.after(() => client.destroy());
  return { server, client, end: await next };
}

async function assertCloses(server) {
  server.close();
  if (server.listening) await once(server, 'close');
}

/** A request for an endless body whose windows never close. */
const WIDE_OPEN = [
  settings([[INITIAL_WINDOW_SIZE, MAX_WINDOW]]),
  windowUpdate(0, MAX_WINDOW - 65_535),
  request(1),
];

const VANISHING = {
  'resets the connection': (client) => client.raw.resetAndDestroy(),
  'drops the connection': (client) => client.raw.destroy(),
};

for (const { transport, tls: secure } of TRANSPORTS) {
  for (const [what, vanish] of Object.entries(VANISHING)) {
    test(`a client over ${transport} that ${what} in mid-download is noticed`, async (t) => {
      const { server, client, end } = await start(t, secure);
      client.write(PREFACE, ...WIDE_OPEN);
      await client.received('DATA');
      // It stops reading, so that the server has octets on its hands.
      client.socket.pause();
      vanish(client);
      await end.ended;
      assert.ok(end.session.destroyed && end.socket.destroyed);
      await assertCloses(server);
    });
  }
}

const promise = frame('PUSH_PROMISE', {
  flags: END_HEADERS,
  stream: 1,
  payload: Buffer.concat([uint32(2), GET]),
});

/** Offences, and the code that tells of each; undefined where Node's versions differ. */
const OFFENCES = {
  'random octets': { octets: [Buffer.alloc(99, 0xff)] },
  'a block that does not decode': {
    octets: [request(3, { block: Buffer.alloc(9, 0xff) })],
    code: COMPRESSION_ERROR,
  },
  'an oversized frame': {
    octets: [frame('DATA', { stream: 1, payload: Buffer.alloc(16_385) })],
    code: FRAME_SIZE_ERROR,
  },
  'rapid resets': {
    octets: Array.from({ length: 1100 }, (_, i) => [
      request(2 * i + 3),
      reset(2 * i + 3, 8),
    ]).flat(),
    code: INTERNAL_ERROR,
  },
  'a window that overflows': { octets: [windowUpdate(0, MAX_WINDOW)], code: FLOW_CONTROL_ERROR },
  'a promise of the client': { octets: [promise], code: PROTOCOL_ERROR },
  'an even stream identifier': { octets: [request(2)], code: PROTOCOL_ERROR },
  'a decreasing stream identifier': { octets: [request(9), request(5)], code: PROTOCOL_ERROR },
};

for (const [name, { octets, code }] of Object.entries(OFFENCES)) {
  for (const { transport, tls: secure } of TRANSPORTS) {
    test(`${name} over ${transport} from a peer that never closes ends the session`, async (t) => {
      const { server, client, end } = await start(t, secure);
      client.open(request(1), ...octets);
      await end.ended;
      await client.received('GOAWAY');
      assert.notEqual(client.goawayCode(), undefined, 'a GOAWAY was sent');
      if (code !== undefined) assert.equal(client.goawayCode(), code);
      await assertCloses(server);
    });

    test(`${name} over ${transport} from a peer that never reads ends the session`, async (t) => {
      const { server, client, end } = await start(t, secure);
      client.socket.pause();
      client.write(PREFACE, ...WIDE_OPEN, ...octets);
      await end.ended;
      assert.ok(end.session.destroyed && end.socket.destroyed);
      await assertCloses(server);
    });
  }
}

/** Options that the builtin lacks, and what is within and beyond them. */
const LIMITS = {
  maxContinuations: {
    value: 2,
    octets: (count, stream = 1) => [
      frame('HEADERS', { flags: 1, stream, payload: GET }),
      ...Array.from({ length: count }, (_, i) =>
        frame('CONTINUATION', { flags: i === count - 1 ? END_HEADERS : 0, stream }),
      ),
    ],
    errno: -905,
  },
  maxUnsentAcks: {
    value: 2,
    octets: (count) =>
      Array.from({ length: count }, () => frame('PING', { payload: Buffer.alloc(8) })),
    errno: -904,
  },
};

for (const [name, { value, octets, errno }] of Object.entries(LIMITS)) {
  test(`${name} is an option`, async (t) => {
    const { server } = await serve(t, http2, { options: { [name]: value } });
    serveDownloads(server);
    const client = await RawClient.connect(server.address().port);
    t.after(() => client.destroy());
    client.open(frame('PING', { payload: Buffer.alloc(8) }));
    await client.received('PING');
    client.forget();
    client.write(...octets(value));
    assert.ok(await client.received(name === 'maxUnsentAcks' ? 'PING' : 'HEADERS'));
    const failed = once(server, 'sessionError');
    client.write(...octets(value + 1, 3));
    const [error] = await failed;
    assert.equal(error.errno, errno);
  });
}
