'use strict';

// A connection that is lost, reset or half-closed at any step of a request's life, by either side:
// both sessions, both sockets and all streams end, the server can close, and a neighbour on another
// connection notices nothing. Whatever were waited for in vain would hang these tests.

const assert = require('node:assert/strict');
const net = require('node:net');
const tls = require('node:tls');
const { once } = require('node:events');
const { describe, test } = require('node:test');
const http2 = require('../..');
const collect = require('../support/collect');
const { STEPS, WHOLE, answer, request } = require('../support/exchange');
const { TRANSPORTS, serve } = require('../support/net');

const WAYS = {
  destroyed: ({ socket }) => socket.destroy(),
  reset: ({ raw }) => raw.resetAndDestroy(),
  'half-closed': ({ socket }) => socket.end(),
};

const ignore = () => {};

/** Resolves when something that is there now is gone. */
const closed = (emitter) =>
  new Promise((resolve) => emitter.on('error', ignore).on('close', resolve));

/** Connects, and tells the socket: TLS or not, and the TCP one below. */
function connect(url, secure) {
  const { port } = new URL(url);
  const raw = net.connect({ port, host: '127.0.0.1' }).on('error', ignore);
  const socket = secure
    ? tls.connect({ socket: raw, ALPNProtocols: ['h2'], rejectUnauthorized: false })
    : raw;
  const session = http2.connect(url, { createConnection: () => socket }).on('error', ignore);
  return { session, socket, raw };
}

/** The server's ends of the next connection. */
async function accept(server, secure) {
  const [[raw], [socket]] = await Promise.all([
    once(server, 'connection'),
    once(server, secure ? 'secureConnection' : 'connection'),
  ]);
  raw.on('error', ignore);
  return { socket, raw };
}

/** Plays the exchange and cuts the connection by `cut` at a step. */
async function play(t, secure, { at, by, cut }) {
  const { server, url } = await serve(t, http2, { tls: secure });
  const accepted = [];
  const ends = { server: accept(server, secure) };
  server.prependListener('session', (session) => accepted.push(closed(session)));
  server.prependListener('stream', (stream) => accepted.push(closed(stream)));
  let done = false;
  const step = async (side, name) => {
    if (done || at !== `${side} ${name}`) return;
    done = true;
    cut(by === 'client' ? ends.client : await ends.server);
  };
  answer(server, step);
  const client = connect(url, secure);
  ends.client = client;
  const outcome = request(client.session, step).catch(() => undefined);
  const gone = [closed(client.session), closed(client.socket)];
  await Promise.all([outcome, ...gone]);
  collect();
  await Promise.all(accepted);
  assert.ok(done, 'the step was reached');
  return { server, url };
}

async function assertServes(url, secure) {
  const { session } = connect(url, secure);
  assert.deepEqual(await request(session), WHOLE);
  session.close();
  await closed(session);
}

for (const { transport, tls: secure } of TRANSPORTS) {
  for (const [way, cut] of Object.entries(WAYS)) {
    for (const by of ['client', 'server']) {
      describe(`a connection over ${transport} that is ${way} by the ${by}`, () => {
        for (const [side, names] of Object.entries(STEPS)) {
          for (const name of names) {
            test(`at '${name}' of the ${side}`, async (t) => {
              const at = `${side} ${name}`;
              const { server, url } = await play(t, secure, { at, by, cut });
              await assertServes(url, secure);
              server.close();
              if (server.listening) await once(server, 'close');
            });
          }
        }
      });
    }
  }
}
