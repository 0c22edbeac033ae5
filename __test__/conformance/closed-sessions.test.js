'use strict';

// What can be done with a session that was closed, or that has too much under way. The builtin shows
// what is expected.

const assert = require('node:assert/strict');
const builtin = require('node:http2');
const { once } = require('node:events');
const { test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const ours = require('../..');

/** Runs a scenario on a client's session that is connected and idle; answers what it logged. */
async function transcript(http2, scenario, options) {
  const log = [];
  const server = http2.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`, options);
  session.on('error', ({ code }) => log.push(['error', code]));
  const closed = new Promise((resolve) => {
    session.on('close', resolve);
  });
  await Promise.all([once(session, 'connect'), once(session, 'remoteSettings')]);
  await turn();
  scenario(session, log);
  log.push(['returned']);
  await closed;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return log;
}

async function assertSame(scenario, options) {
  const expected = await transcript(builtin, scenario, options);
  assert.deepEqual(await transcript(ours, scenario, options), expected);
}

/** Logs what a call throws; its name if it does not. */
function attempt(log, name, call) {
  try {
    call();
    log.push([name]);
  } catch ({ code }) {
    log.push([name, code]);
  }
}

test('a session that was closed while idle is not destroyed yet', () =>
  assertSame((session, log) => {
    session.close();
    log.push([session.closed, session.destroyed, typeof session.socket]);
    attempt(log, 'request', () => {
      session.request().on('error', ({ code }) => log.push(['request failed', code]));
    });
    attempt(log, 'ping', () => session.ping(() => {}));
    attempt(log, 'settings', () => session.settings({}));
    attempt(log, 'goaway', () => session.goaway());
    attempt(log, 'close', () => session.close());
  }));

test('settings beyond those that may wait are cancelled', () =>
  assertSame(
    (session, log) => {
      for (let i = 0; i < 3; i++) {
        attempt(log, `settings ${i}`, () => {
          session.settings({}, (...told) => log.push([i, told.length, told[0]?.code]));
        });
      }
    },
    { maxOutstandingSettings: 1 },
  ));
