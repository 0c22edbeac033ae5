'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { once } = require('node:events');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const native = require('../../lib/native.js');
const protocol = require('../../lib/protocol.js');
const { Boundary, exchange, pair } = require('../support/native-peer.js');

const CLOSED = -530;

const REQUEST = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'localhost'],
  [':path', '/'],
  ['cookie', 'secret', 'sensitive'],
  ['x-latin1', 'caf\u00e9'],
];
const POST = [[':method', 'POST'], ...REQUEST.slice(1, 4)];
const RESPONSE = [
  [':status', '200'],
  ['server', 'test'],
];

const named = (log, name) => log.filter((event) => event.name === name);

/** What a log says, however the DATA was cut. */
function joined(log) {
  const result = [];
  for (const event of log) {
    const last = result.at(-1);
    if (event.name === 'DATA' && last?.name === 'DATA' && last.id === event.id) {
      last.data = Buffer.concat([last.data, event.data]);
      last.flow += event.flow;
    } else {
      result.push({ ...event });
    }
  }
  return result;
}

function cut(octets, length) {
  const pieces = [];
  for (let at = 0; at < octets.length; at += length) pieces.push(octets.subarray(at, at + length));
  return pieces;
}

/** A request with a body and trailers, and its response with both. */
function conversation({ client, server }, options) {
  const body = Buffer.from('0123456789'.repeat(700));
  const stream = client.request(POST, { endStream: false });
  client.send(stream, body, { end: false });
  client.putFields('TRAILERS', [stream.slot, stream.id], [['x-sum', '1']]);
  assert.equal(client.apply(), 0);
  exchange(client, server, options);
  const [incoming] = named(server.log, 'HEADERS');
  server.putFields('INFORM', [incoming.slot, incoming.id], [[':status', '103']]);
  server.apply();
  server.respond(incoming, RESPONSE, { endStream: false });
  server.send(incoming, body.subarray(0, 100));
  exchange(client, server, options);
  return { client: client.take(), server: server.take(), body };
}

describe('the numbers', () => {
  it('are those that lib/ uses', () => {
    const { events, commands, inboundStrings } = native.opcodes();
    assert.deepEqual(events, protocol.events);
    assert.deepEqual(commands, protocol.commands);
    assert.equal(inboundStrings, protocol.INBOUND_STRINGS);
  });
});

describe('a request and its response', () => {
  it('arrive with all their fields', () => {
    const { client, server } = pair();
    const stream = client.request(REQUEST);
    assert.equal(stream.id, 1);
    exchange(client, server);
    const [headers, ...others] = server.take();
    assert.equal(headers.name, 'HEADERS');
    assert.equal(headers.kind, 'request');
    assert.equal(headers.id, 1);
    assert.equal(headers.flags, 5);
    assert.deepEqual(headers.fields, REQUEST);
    // The flags say that the request has ended.
    assert.deepEqual(others, []);

    assert.equal(server.respond(headers, RESPONSE), 0);
    exchange(client, server);
    const log = client.take();
    assert.deepEqual(
      log.map(({ name }) => name),
      ['HEADERS', 'END', 'CLOSED'],
    );
    assert.equal(log[0].kind, 'response');
    assert.deepEqual(log[0].fields, RESPONSE);
    assert.deepEqual(log[2], { name: 'CLOSED', slot: stream.slot, id: 1, code: 0, by: 'done' });
    assert.deepEqual(server.take(), [
      { name: 'CLOSED', slot: headers.slot, id: 1, code: 0, by: 'done' },
    ]);
  });

  it('cross as ids the second time, but for what is sensitive', () => {
    const { boundary, client, server } = pair();
    for (const expected of [7, 1]) {
      boundary.literals = 0;
      client.request(REQUEST.slice(0, 5).concat([['a', 'b']]));
      exchange(client, server);
      assert.ok(boundary.literals >= expected);
      assert.deepEqual(named(server.take(), 'HEADERS')[0].fields[4], REQUEST[4]);
    }
    assert.equal(boundary.literals, 1);
  });

  it('are the same however the octets are cut', () => {
    const whole = conversation(pair());
    const single = conversation(pair(), { split: (octets) => cut(octets, 1) });
    assert.deepEqual(joined(single.client), joined(whole.client));
    assert.deepEqual(joined(single.server), joined(whole.server));
    const uploaded = named(joined(whole.server), 'DATA').map(({ data }) => data);
    assert.deepEqual(Buffer.concat(uploaded), whole.body);
  });

  it('are the same when the ring is far too small', () => {
    const whole = conversation(pair());
    const small = pair({ boundary: { events: 12, text: 8 } });
    const spilled = conversation(small);
    assert.deepEqual(joined(spilled.client), joined(whole.client));
    assert.deepEqual(joined(spilled.server), joined(whole.server));
    assert.ok(small.boundary.refills > 0);
  });
});

describe('bodies', () => {
  const large = Buffer.alloc(100_000, (at) => at);

  it('are drawn by the call that runs their commands', () => {
    const { boundary, client, server } = pair();
    client.putFields('REQUEST', [1], REQUEST);
    const out = Buffer.alloc(1 << 10);
    const end = client.native.transmit(client.used, out, 3);
    boundary.drain();
    server.receive(out.subarray(3, 3 + end));
    assert.deepEqual(named(server.take(), 'HEADERS')[0].fields, REQUEST);
  });

  it('are drawn in place when small, between the frames when large', () => {
    const { boundary, client } = pair();
    const stream = client.request(POST, { endStream: false });
    client.bodies.set(stream.slot, Buffer.alloc(0));
    client.transmit();
    client.run('DATA', stream.slot, stream.id, 100, 0);
    const out = Buffer.alloc(1 << 16);
    assert.equal(client.native.transmit(0, out, 7), 109);
    assert.deepEqual([...boundary.segments.subarray(0, 2)], [1, 0]);
    assert.deepEqual([...boundary.segments.subarray(3, 6)], [stream.slot, 100, 16]);
    client.run('DATA', stream.slot, stream.id, 10_000, 1);
    assert.equal(client.native.transmit(0, out, 7), 9);
    assert.deepEqual([...boundary.segments.subarray(3, 6)], [stream.slot, 10_000, -17]);
  });

  it('are told by their place in the chunk', () => {
    const { client, server } = pair();
    client.send(client.request(POST, { endStream: false }), Buffer.from('hello'));
    exchange(client, server);
    const [data] = named(server.take(), 'DATA');
    assert.equal(data.data.latin1Slice(), 'hello');
    assert.equal(data.flow, 5);
  });

  it('wait for the window and go on when it is given back', () => {
    const { client, server } = pair();
    const stream = client.request(POST, { endStream: false });
    client.send(stream, large);
    exchange(client, server);
    let log = server.take();
    const [headers] = log;
    const received = () => Buffer.concat(named(log, 'DATA').map(({ data }) => data));
    assert.equal(received().length, 65_535);
    assert.equal(named(log, 'END').length, 0);
    server.run('CONSUME', headers.slot, headers.id, 65_535);
    exchange(client, server);
    log = log.concat(server.take());
    assert.deepEqual(received(), large);
    assert.equal(named(log, 'END').length, 1);
  });

  it('arrive through buffers that are hardly larger than a frame head', () => {
    const { client, server } = pair();
    client.send(client.request(POST, { endStream: false }), large.subarray(0, 20_000));
    const octets = client.transmit({ size: 40, offset: 3 });
    server.receive(octets);
    const received = named(server.take(), 'DATA').map(({ data }) => data);
    assert.deepEqual(Buffer.concat(received), large.subarray(0, 20_000));
  });
});

describe('every command', () => {
  it('reaches the peer', () => {
    const { client, server } = pair();
    client.request(REQUEST);
    exchange(client, server);
    const [{ slot, id }] = server.take();

    assert.equal(client.run('PING', 0x01020304, -1), 0);
    assert.equal(client.run('SETTINGS', 1, 3, 7), 0);
    assert.equal(client.run('WINDOW', 100_000), 0);
    assert.equal(client.run('PRIORITY', 9, 0, 17, 1), 0);
    assert.equal(server.run('ALTSVC', 0, 1, 2, Buffer.from('ova')), 0);
    assert.equal(server.run('ORIGIN', 2, 1, 2, Buffer.from('abc')), 0);
    server.putFields('PUSH', [slot, id], REQUEST.slice(0, 4));
    const promised = server.apply();
    assert.ok(promised >= 0);
    assert.equal(server.boundary.events[3], 2);
    assert.equal(server.run('RESET', slot, id, 8), 0);
    exchange(client, server);
    assert.equal(server.run('GOAWAY', 2, -1, 3, Buffer.from('bye')), 0);
    exchange(client, server);

    const onServer = server.take();
    assert.deepEqual(named(onServer, 'PING')[0].payload, [0x01020304, -1]);
    assert.deepEqual(named(onServer, 'SETTINGS')[0].entries, [[3, 7]]);
    assert.deepEqual(named(onServer, 'PRIORITY')[0], {
      name: 'PRIORITY',
      id: 9,
      parent: 0,
      weight: 17,
      exclusive: 1,
    });
    assert.equal(named(onServer, 'CLOSED')[0].by, 'application');

    const onClient = client.take();
    assert.deepEqual(named(onClient, 'PING_ACK')[0].payload, [0x01020304, -1]);
    assert.deepEqual(named(onClient, 'SETTINGS_ACK'), [{ name: 'SETTINGS_ACK', remaining: 0 }]);
    const [altsvc] = named(onClient, 'ALTSVC');
    assert.deepEqual(altsvc, { name: 'ALTSVC', id: 0, origin: 'o', value: 'va' });
    assert.deepEqual(named(onClient, 'ORIGIN')[0].origins, ['a', 'bc']);
    const [push] = named(onClient, 'HEADERS');
    assert.deepEqual([push.kind, push.id, push.aux], ['push', 2, 0]);
    assert.deepEqual(named(onClient, 'CLOSED')[0], {
      name: 'CLOSED',
      slot: 0,
      id: 1,
      code: 8,
      by: 'peer',
    });
    const [goaway] = named(onClient, 'GOAWAY');
    assert.deepEqual([goaway.code, goaway.debug], [2, 'bye']);
  });

  it('answers with the number of its error', () => {
    const { client, server } = pair();
    assert.equal(client.run('DATA', 5, 11, 1, 0), -510);
    assert.equal(server.run('NEXT_ID', 3), -501);
    assert.equal(client.run('NEXT_ID', 0x7fffffff), 0);
    assert.equal(client.request(REQUEST).id, 0x7fffffff);
    assert.equal(client.request(REQUEST).slot, -509);
  });

  it('can end the session', () => {
    const { client, server } = pair();
    client.run('TERMINATE', 11);
    exchange(client, server);
    assert.equal(client.flags, 0);
    assert.equal(named(server.take(), 'GOAWAY')[0].code, 11);
  });

  it('takes a priority with a request', () => {
    const { client, server } = pair();
    client.putFields('REQUEST', [0x21, 0, 200, 0], REQUEST.slice(0, 4));
    client.apply();
    exchange(client, server);
    // END_STREAM, END_HEADERS and PRIORITY.
    assert.equal(named(server.take(), 'HEADERS')[0].flags, 0x25);
  });
});

describe('a session', () => {
  it('says when its peer breaks the protocol', () => {
    const server = new Boundary().peer(0);
    server.receive(Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'));
    const [error] = server.take();
    assert.deepEqual([error.name, error.library, error.wire], ['SESSION_ERROR', -903, 1]);
    assert.equal(server.native.receive(Buffer.from('more'), 0, 4), 4);
    server.transmit();
    assert.equal(server.flags, 0);
  });

  it('shows its figures', () => {
    const { client } = pair({ client: { settings: [4, 70_000, 3, 9] } });
    const stream = client.request(POST, { endStream: false });
    client.transmit();
    const figures = new Float64Array(10);
    assert.equal(client.native.state(figures), true);
    assert.deepEqual([...figures.subarray(0, 6)], [65_535, 0, 3, 65_535, 0, 65_535]);
    assert.equal(client.native.streamState(stream.slot, stream.id, figures), true);
    assert.deepEqual([...figures.subarray(0, 6)], [2, 16, 0, 0, 0, 70_000]);
    assert.equal(client.native.streamState(stream.slot, 99, figures), false);
    assert.equal(client.native.localSettings(figures), true);
    assert.deepEqual([...figures.subarray(0, 5)], [4096, 1, 9, 70_000, 16_384]);
    assert.equal(client.native.remoteSettings(figures), true);
    assert.equal(figures[3], 65_535);
    assert.equal(client.native.stats(figures), true);
    assert.equal(figures[4], 1);
  });

  it('does nothing once it is closed, but reads what its commands define', () => {
    const { boundary, client } = pair();
    client.native.close();
    client.native.close();
    assert.equal(client.native.receive(Buffer.from('octets'), 2, 6), 6);
    assert.equal(client.native.transmit(0, Buffer.alloc(100), 0), 0);
    assert.deepEqual([...boundary.segments.subarray(0, 3)], [0, 0, 0]);
    assert.equal(client.native.timeout(), -1);
    assert.equal(client.native.tick(), undefined);
    assert.equal(client.native.state(new Float64Array(9)), false);
    assert.equal(client.request(REQUEST).slot, CLOSED);
    const [other, peer] = [boundary.peer(1), boundary.peer(0)];
    other.request(REQUEST);
    exchange(other, peer);
    assert.deepEqual(named(peer.take(), 'HEADERS')[0].fields, REQUEST);
  });

  it('lets its strings be read when it is gone', () => {
    const { boundary, client, server } = pair();
    client.putFields('REQUEST', [1], REQUEST);
    boundary.bridge.discard(client.used);
    client.used = 0;
    client.usedOctets = 0;
    client.request(REQUEST);
    exchange(client, server);
    assert.deepEqual(named(server.take(), 'HEADERS')[0].fields, REQUEST);
  });

  it('has no deadline when nothing is awaited', () => {
    const { client } = pair();
    assert.equal(client.native.timeout(), -1);
  });
});

describe('options', () => {
  it('reach the engine', () => {
    const options = { maxOutstandingPings: 1, maxSendHeaderBlockLength: 100, settings: [4, 1] };
    const { client, server } = pair({ client: options });
    const figures = new Float64Array(7);
    server.native.remoteSettings(figures);
    assert.equal(figures[3], 1);
    assert.equal(client.run('PING', 0, 0), 0);
    assert.equal(client.run('PING', 0, 0), -904);
    client.request(POST.concat([['x-long', 'x'.repeat(100)]]));
    client.transmit();
    assert.deepEqual(named(client.take(), 'NOT_SENT')[0], {
      name: 'NOT_SENT',
      type: 1,
      id: 1,
      slot: 0,
      code: -522,
    });
  });

  it('pad frames', () => {
    for (const [paddingStrategy, flow] of [
      [0, 5],
      [1, 7],
      [2, 261],
    ]) {
      const { client, server } = pair({ client: { paddingStrategy } });
      client.send(client.request(POST, { endStream: false }), Buffer.from('hello'));
      exchange(client, server);
      const log = named(server.take(), 'DATA');
      assert.equal(
        log.reduce((sum, event) => sum + event.flow, 0),
        flow,
      );
      assert.equal(Buffer.concat(log.map(({ data }) => data)).latin1Slice(), 'hello');
    }
  });
});

describe('misuse', () => {
  const words = (length) => new Int32Array(length);
  const octets = (length) => new Uint8Array(length);

  it('of a bridge is an error', () => {
    const { Bridge } = native;
    assert.throws(() => new Bridge());
    assert.throws(() => new Bridge(words(64), octets(64), words(64), octets(64), octets(64)));
    assert.throws(() => new Bridge(words(4), octets(64), words(64), octets(64), words(64)));
    assert.throws(() => new Bridge(words(64), octets(64), words(64), octets(64), words(2)));
    const memory = new ArrayBuffer(1024);
    const [one, two] = [new Int32Array(memory, 0, 64), new Uint8Array(memory, 255, 64)];
    assert.throws(() => new Bridge(one, two, words(64), octets(64), words(64)), /overlap/);
    const { bridge, commands, events } = new Boundary();
    assert.throws(() => bridge.resize(commands, octets(8)), /overlap/);
    assert.throws(() => bridge.resize(words(4), octets(8)), /too small/);
    assert.throws(() => bridge.resizeCommands(events, octets(8)), /overlap/);
    assert.throws(() => bridge.discard(1 << 20), /malformed/);
  });

  it('of `open` is an error', () => {
    const { engine, bridge } = new Boundary();
    const config = new native.Config(0, {});
    assert.throws(() => engine.open(), /number/);
    assert.throws(() => engine.open(-1, config), /number/);
    assert.throws(() => engine.open(0));
    assert.throws(() => engine.open(0, {}));
    assert.throws(() => engine.open(0, bridge));
    engine.open(0, config);
    assert.throws(() => engine.open(0, config), /taken/);
    engine.close(0);
    engine.open(0, config);
  });

  it('of a config is an error', () => {
    const { Config } = native;
    assert.throws(() => new Config(0));
    assert.throws(() => new Config(0, { settings: [1] }), /settings/);
    assert.throws(() => new Config(0, { maxSettings: 'many' }), /maxSettings/);
    assert.throws(() => new Config(0, { paddingStrategy: 3 }), /paddingStrategy/);
  });

  it('of an option that throws is that exception', () => {
    const options = {
      get maxSettings() {
        throw new RangeError('from the getter');
      },
    };
    assert.throws(() => new native.Config(0, options), /from the getter/);
  });

  it('of a handle that nobody has is as good as that of a session that is closed', () => {
    const { engine, segments } = new Boundary();
    segments.fill(1);
    assert.equal(engine.transmit(7, 0, octets(100), 0), 0);
    assert.deepEqual([...segments.subarray(0, 3)], [0, 0, 0]);
    assert.equal(engine.receive(2 ** 31 - 1, octets(4), 1, 4), 4);
    engine.close(7);
  });

  it('of a function is an error, and the session goes on', () => {
    const { boundary, client, server } = pair();
    const session = client.native;
    assert.throws(() => boundary.engine.receive('0', octets(1), 0, 1), /number/);
    assert.throws(() => boundary.engine.receive(), /number/);
    assert.throws(() => session.receive(), /number/);
    assert.throws(() => session.receive('octets', 0, 6), /typed array/);
    assert.throws(() => session.receive(words(1), 0, 4), /typed array/);
    assert.throws(() => session.receive(octets(4), 5, 4), /offset/);
    assert.throws(() => session.receive(octets(4), 0, 5), /offset/);
    assert.throws(() => session.receive(octets(4), -1, 4), /number/);
    assert.throws(() => session.receive(octets(4), {}, 4), /number/);
    assert.throws(() => session.receive(octets(4), 0), /number/);
    assert.throws(() => session.receive(boundary.text, 0, 4), /overlap/);
    assert.throws(() => session.transmit(0, octets(4), 5), /offset/);
    assert.throws(() => session.transmit(0, boundary.data, 0), /overlap/);
    assert.throws(() => session.state(new Float64Array(8)), /too small/);
    assert.throws(() => session.state(octets(90)), /typed array/);
    client.request(REQUEST);
    exchange(client, server);
    assert.deepEqual(named(server.take(), 'HEADERS')[0].fields, REQUEST);
  });

  it('of the rings is an error, and the session goes on', () => {
    const { boundary, client, server } = pair();
    for (const batch of [[0], [99], [protocol.commands.REQUEST, 1, 1], [-1, -1]]) {
      boundary.commands.set(batch);
      assert.throws(() => client.native.apply(batch.length), /malformed command at word 0/);
      const drawing = () => client.native.transmit(batch.length, octets(100), 0);
      assert.throws(drawing, /malformed command at word 0/);
    }
    assert.throws(() => client.native.apply(boundary.commands.length + 1), /malformed/);
    for (const position of [0, 7, -1, boundary.events.length + 1]) {
      boundary.events[0] = position;
      assert.throws(() => client.native.receive(octets(9), 0, 9), /ring/);
    }
    boundary.events[0] = protocol.HEADER;
    // What was defined in the abandoned batches is forgotten, on both sides.
    boundary.outbound.clear();
    client.request(REQUEST);
    exchange(client, server);
    assert.deepEqual(named(server.take(), 'HEADERS')[0].fields, REQUEST);
  });

  it('of a detached chunk is as good as an empty one', () => {
    const { client } = pair();
    const chunk = octets(10);
    structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
    assert.equal(client.native.receive(chunk, 0, chunk.length), 0);
    assert.equal(client.native.transmit(0, chunk, 0), 0);
  });
});

describe('worker threads', () => {
  it('load the same addon and share nothing', async () => {
    const support = path.join(__dirname, '../support/native-peer.js');
    const source = `
      const { exchange, pair } = require(${JSON.stringify(support)});
      const { client, server } = pair();
      let requests = 0;
      for (let i = 0; i < 200; i++) {
        client.request(${JSON.stringify(REQUEST)});
        exchange(client, server);
        requests += server.take().filter(({ name }) => name === 'HEADERS').length;
        client.take();
      }
      require('node:worker_threads').parentPort.postMessage(requests);
      // The sessions are alive when the environment ends.
      globalThis.kept = { client, server };
    `;
    const workers = Array.from({ length: 4 }, () => new Worker(source, { eval: true }));
    const results = await Promise.all(
      workers.map(async (worker) => {
        const exited = once(worker, 'exit');
        const [requests] = await once(worker, 'message');
        const [code] = await exited;
        return [requests, code];
      }),
    );
    assert.deepEqual(results, Array(4).fill([200, 0]));
  });
});
