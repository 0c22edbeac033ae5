'use strict';

// A reader that stops holds up its sender, and nothing piles up on either side.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const path = require('node:path');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const { test } = require('node:test');
const { MIB } = require('../support/bodies');
const { connect } = require('../support/net');

const SIZE = 200 * MIB;
/** What the sender may have taken from its source while its reader does not read. */
const HELD = 2 * MIB;
/** What the process may grow by while it sends the rest. */
const GROWTH = 100 * MIB;

/** Starts the sender in a process of its own, so that its memory can be told apart. */
async function startSender(t, tls) {
  const child = fork(path.join(__dirname, '../support/sender.js'), [String(SIZE), String(tls)]);
  t.after(() => child.kill());
  const [{ url }] = await once(child, 'message');
  return {
    url,
    async ask() {
      const answer = once(child, 'message');
      child.send('figures');
      return (await answer)[0];
    },
  };
}

/** Resolves when two figures in a row are the same: the sender has stopped. */
async function untilStopped(sender) {
  let before = -1;
  for (;;) {
    const figures = await sender.ask();
    if (figures.taken > 0 && figures.taken === before) return figures;
    before = figures.taken;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

for (const tls of [false, true]) {
  test(`200 MiB to a slow reader over ${tls ? 'TLS' : 'h2c'}`, async (t) => {
    const sender = await startSender(t, tls);
    const session = await connect(t, builtin, sender.url);
    const stream = session.request({ ':path': '/' });
    await once(stream, 'response');

    const paused = await untilStopped(sender);
    assert.ok(paused.taken < HELD, `the sender took ${paused.taken} octets for a paused reader`);

    let received = 0;
    let highest = 0;
    for await (const chunk of stream) {
      const before = Math.floor(received / (10 * MIB));
      received += chunk.length;
      if (Math.floor(received / (10 * MIB)) === before) continue;
      highest = Math.max(highest, (await sender.ask()).rss);
    }
    assert.equal(received, SIZE);
    const growth = highest - paused.rss;
    assert.ok(growth < GROWTH, `the sender grew by ${growth} octets`);
  });
}
