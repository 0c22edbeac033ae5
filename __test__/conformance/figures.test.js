'use strict';

// session.state and stream.state, figure by figure, against those of the running Node's http2.

const assert = require('node:assert');
const builtin = require('node:http2');
const ours = require('../../lib/index.js');
const { once } = require('node:events');
const { test } = require('node:test');
const { connect, serve } = require('../support/net.js');

/** Without growth of windows, which the builtin does not have. */
const OPTIONS = { maxAutoWindowSize: 0 };

/** One session of each side, with what they show at the moments that `note` is called. */
class Scene {
  figures = [];

  static async open(t, http2, settings = {}) {
    const scene = new Scene();
    const { server, url } = await serve(t, http2, { options: { ...OPTIONS, ...settings.server } });
    const accepted = once(server, 'session');
    scene.server = server;
    scene.client = await connect(t, http2, url, { ...OPTIONS, ...settings.client });
    [scene.accepted] = await accepted;
    scene.accepted.on('error', () => {});
    await scene.settle();
    return scene;
  }

  /** Everything that was said until now is heard by both. */
  async settle() {
    for (const session of [this.client, this.accepted, this.client, this.accepted]) {
      await new Promise((resolve) => session.ping(resolve));
    }
  }

  /** Opens a stream. @returns {Promise<object[]>} both ends */
  async request(headers, options) {
    const arrived = once(this.server, 'stream');
    const stream = this.client.request(headers, options);
    stream.on('error', () => {});
    const [other] = await arrived;
    other.on('error', () => {});
    return [stream, other];
  }

  note(moment, ...streams) {
    const { client, accepted } = this;
    const states = [client, accepted, ...streams].map(({ state }) => ({
      ...state,
      // Older releases keep a tree of RFC 7540's dependencies for what is promised.
      ...('sumDependencyWeight' in state && { sumDependencyWeight: 0 }),
    }));
    this.figures.push([moment, ...states]);
  }
}

/** Plays a scene with both modules and compares. */
function compare(name, settings, play) {
  test(name, async (t) => {
    const figures = [];
    for (const http2 of [builtin, ours]) {
      const scene = await Scene.open(t, http2, settings);
      await play(scene);
      figures.push(scene.figures);
    }
    const [expected, actual] = figures;
    for (const [index, moment] of expected.entries()) {
      assert.deepStrictEqual(actual[index], moment);
    }
    assert.strictEqual(actual.length, expected.length);
  });
}

const respond = (stream, options) => stream.respond({}, { sendDate: false, ...options });

const sized = {
  server: { settings: { initialWindowSize: 100_000 } },
  client: { settings: { headerTableSize: 1000, initialWindowSize: 2000 } },
};

compare('a session without streams', sized, async (scene) => {
  scene.note('open');
  scene.client.setNextStreamID(101);
  scene.note('next stream');
});

compare('a request and its response', sized, async (scene) => {
  const [stream, other] = await scene.request({ ':path': '/a', 'x-a': 'b' });
  await scene.settle();
  scene.note('requested', stream, other);
  respond(other);
  other.write(Buffer.alloc(1000));
  await scene.settle();
  scene.note('unread', stream, other);
  other.end();
  await scene.settle();
  scene.note('ended, unread', stream, other);
  stream.resume();
  await once(stream, 'close');
  await scene.settle();
  scene.note('over', stream, other);
});

compare('a request with a body', sized, async (scene) => {
  const [stream, other] = await scene.request({ ':method': 'POST' });
  await scene.settle();
  scene.note('requested', stream, other);
  stream.write(Buffer.alloc(10_000));
  await scene.settle();
  scene.note('unread', stream, other);
  stream.write(Buffer.alloc(70_000));
  await scene.settle();
  scene.note('held up', stream, other);
  respond(other, { endStream: true });
  // Ours gives the client more time to end it.
  if (!stream.closed) await once(stream, 'close');
  await scene.settle();
  scene.note('answered', stream, other);
});

compare('streams that are reset', sized, async (scene) => {
  const [stream, other] = await scene.request({ ':method': 'POST' });
  stream.close(builtin.constants.NGHTTP2_CANCEL);
  await scene.settle();
  scene.note('by the client', stream, other);
  const [second, secondOther] = await scene.request();
  secondOther.close(builtin.constants.NGHTTP2_REFUSED_STREAM);
  await scene.settle();
  scene.note('by the server', second, secondOther);
});

compare('a promise', sized, async (scene) => {
  const pushes = once(scene.client, 'stream');
  const [stream, other] = await scene.request();
  const pushed = await new Promise((resolve, reject) => {
    other.pushStream({ ':path': '/p' }, (error, push) => (error ? reject(error) : resolve(push)));
  });
  respond(other);
  const [received] = await pushes;
  await scene.settle();
  scene.note('promised', stream, other, received, pushed);
  respond(pushed);
  await scene.settle();
  scene.note('begun', stream, other, received, pushed);
});

compare('windows of the connection', {}, async (scene) => {
  const [stream, other] = await scene.request();
  respond(other);
  other.write(Buffer.alloc(1000));
  await scene.settle();
  scene.client.setLocalWindowSize(500);
  scene.note('shrunk', stream, other);
  scene.client.setLocalWindowSize(1 << 20);
  await scene.settle();
  // When credit goes out is each side's own affair.
  scene.figures.push(scene.client.state.effectiveLocalWindowSize);
});

test('there are none before and after', async (t) => {
  const { url } = await serve(t, ours);
  const session = ours.connect(url);
  const stream = session.request();
  stream.on('error', () => {});
  assert.deepStrictEqual([session.state, stream.state], [{}, {}]);
  await once(session, 'connect');
  assert.strictEqual(Object.keys(session.state).length, 9);
  assert.strictEqual(Object.keys(stream.state).length, 6);
  session.destroy();
  assert.deepStrictEqual([session.state, stream.state], [{}, {}]);
});
