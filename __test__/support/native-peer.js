'use strict';

const native = require('../../lib/native.js');

const { events: EVENT, commands: COMMAND } = native.opcodes();
const EVENT_NAMES = new Map(Object.entries(EVENT).map(([name, code]) => [code, name]));

const HEADER = 8;
const SENSITIVE = 1 << 30;

/** Names of the kinds of HEADERS and of who closed a stream, by number. */
const KINDS = ['request', 'response', 'informational', 'trailers', 'push'];
const CAUSES = ['done', 'peer', 'engine', 'application'];

/** How the arguments of each event are read. */
const READERS = {
  HEADERS(ring) {
    const stream = ring.stream();
    const [kind, flags, aux, count] = ring.words(4);
    const fields = Array.from({ length: count }, () => ring.field());
    return { ...stream, kind: KINDS[kind], flags, aux, fields };
  },
  DATA(ring, chunk) {
    const stream = ring.stream();
    const [offset, length, flow] = ring.words(3);
    return { ...stream, data: Buffer.from(chunk.subarray(offset, offset + length)), flow };
  },
  END: (ring) => ring.stream(),
  CLOSED(ring) {
    const stream = ring.stream();
    const [code, by] = ring.words(2);
    return { ...stream, code, by: CAUSES[by] };
  },
  SETTINGS(ring) {
    const entries = Array.from({ length: ring.word() }, () => ring.words(2));
    return { entries: entries.map(([id, value]) => [id, value >>> 0]) };
  },
  SETTINGS_ACK: (ring) => ({ remaining: ring.word() }),
  PING: (ring) => ({ payload: ring.words(2) }),
  PING_ACK: (ring) => ({ payload: ring.words(2) }),
  GOAWAY(ring) {
    const [code, last, length] = ring.words(3);
    return { code, last, debug: ring.latin1(length) };
  },
  ALTSVC(ring) {
    const [id, origin, value] = ring.words(3);
    return { id, origin: ring.latin1(origin), value: ring.latin1(value) };
  },
  ORIGIN(ring) {
    const lengths = ring.words(ring.word());
    return { origins: lengths.map((length) => ring.latin1(length)) };
  },
  PRIORITY(ring) {
    const [id, parent, weight, exclusive] = ring.words(4);
    return { id, parent, weight, exclusive };
  },
  PRIORITY_UPDATE(ring) {
    const [id, length] = ring.words(2);
    return { id, value: ring.latin1(length) };
  },
  NOT_SENT(ring) {
    const [type, id, slot, code] = ring.words(4);
    return { type, id, slot, code };
  },
  SESSION_ERROR(ring) {
    const [library, wire, reporting] = ring.words(3);
    return { library, wire, reporting };
  },
  UNKNOWN(ring) {
    const [type, flags, id, length] = ring.words(4);
    return { type, flags, id, length };
  },
  INVALID_FRAME(ring) {
    const [id, code] = ring.words(2);
    return { id, code };
  },
};

/**
 * Both directions of the native boundary, written as plainly as possible: a second reading of the
 * contract beside that of lib/.
 */
class Boundary {
  constructor({ events = 1 << 16, text = 1 << 18, commands = 1 << 15, data = 1 << 17 } = {}) {
    this.events = new Int32Array(events);
    this.text = Buffer.alloc(text);
    this.commands = new Int32Array(commands);
    this.data = Buffer.alloc(data);
    this.segments = new Int32Array(3 * 64);
    this.bridge = new native.Bridge(
      this.events,
      this.text,
      this.commands,
      this.data,
      this.segments,
    );
    this.engine = this.bridge.sessions();
    this.inbound = new Map();
    this.outbound = new Map();
    this.peers = [];
    this.refills = 0;
    /** How many strings crossed as octets. */
    this.literals = 0;
  }

  peer(type, options = {}) {
    const peer = new Peer(this, this.peers.length, type, options);
    this.peers.push(peer);
    return peer;
  }

  /** Reads all events and gives each to its session's log. */
  drain(chunk) {
    do {
      this.at = HEADER;
      this.textAt = 0;
      let peer;
      while (this.at < this.events[0]) {
        const name = EVENT_NAMES.get(this.word());
        if (name === 'SESSION') peer = this.peers[this.word()];
        else peer.log.push(this.event(name, chunk));
      }
      this.events[0] = HEADER;
      this.events[1] = 0;
    } while (this.refill());
  }

  refill() {
    if (this.events[2] === 0) return false;
    if (!this.bridge.refill()) {
      const [words, octets] = this.bridge.spilled();
      this.events = new Int32Array(words);
      this.text = Buffer.alloc(octets);
      this.bridge.resize(this.events, this.text);
      if (!this.bridge.refill()) throw new Error('the arrays were made large enough');
    }
    this.refills += 1;
    return true;
  }

  word() {
    return this.events[this.at++];
  }

  octets(length) {
    this.textAt += length;
    return this.text.subarray(this.textAt - length, this.textAt);
  }

  latin1(length) {
    return this.octets(length).latin1Slice();
  }

  string(word) {
    if (word >= 0) return this.inbound.get(word);
    const string = this.latin1(~word);
    const id = this.word();
    if (id >= 0) this.inbound.set(id, string);
    this.literals += 1;
    return string;
  }

  field() {
    let word = this.word();
    const mark = (word < 0 ? ~word : word) & SENSITIVE;
    word ^= mark;
    const field = [this.string(word), this.string(this.word())];
    if (mark !== 0) field.push('sensitive');
    return field;
  }

  words(count) {
    return Array.from({ length: count }, () => this.word());
  }

  stream() {
    return { slot: this.word(), id: this.word() };
  }

  event(name, chunk) {
    const read = READERS[name];
    if (read === undefined) throw new Error(`no event begins before word ${this.at}`);
    return { name, ...read(this, chunk) };
  }
}

/** One session, with a log of its events and the bodies it sends. */
class Peer {
  constructor(boundary, handle, type, options) {
    this.boundary = boundary;
    boundary.engine.open(handle, new native.Config(type, { settings: [], ...options }));
    /** The engine's functions, for this session. */
    this.native = {};
    for (const [name, call] of Object.entries(boundary.engine)) {
      this.native[name] = (...parts) => call(handle, ...parts);
    }
    this.log = [];
    /** Bodies to be sent, by slot. */
    this.bodies = new Map();
    this.used = 0;
    this.usedOctets = 0;
  }

  /** Takes what was logged. */
  take() {
    return this.log.splice(0);
  }

  /** Queues the words of a command; strings and octets in between go the way of their kind. */
  put(name, ...parts) {
    const { commands, data } = this.boundary;
    commands[this.used++] = COMMAND[name];
    for (const part of parts) {
      if (typeof part === 'number') commands[this.used++] = part;
      else this.usedOctets += part.copy(data, this.usedOctets);
    }
  }

  /** Queues a command with fields: [name, value] or [name, value, 'sensitive']. */
  putFields(name, words, fields) {
    this.put(name, ...words, fields.length);
    for (const [field, value, sensitive] of fields) {
      this.putString(field, sensitive ? SENSITIVE : 0, true);
      this.putString(value, 0, !sensitive);
    }
  }

  putString(string, mark, keep) {
    const { commands, data, outbound } = this.boundary;
    if (keep && outbound.has(string)) {
      commands[this.used++] = outbound.get(string) | mark;
      return;
    }
    const length = data.latin1Write(string, this.usedOctets);
    this.usedOctets += length;
    const id = keep ? outbound.size : -1;
    if (keep) outbound.set(string, id);
    commands[this.used++] = ~(length | mark);
    commands[this.used++] = id;
  }

  /** Runs what was queued and answers the last command's result. */
  apply() {
    const { used } = this;
    this.used = 0;
    this.usedOctets = 0;
    const result = this.native.apply(used);
    this.boundary.drain();
    return result;
  }

  /** Runs one command. */
  run(name, ...parts) {
    this.put(name, ...parts);
    return this.apply();
  }

  request(fields, { endStream = true } = {}) {
    this.putFields('REQUEST', [endStream ? 1 : 0], fields);
    const slot = this.apply();
    return { slot, id: this.boundary.events[3] };
  }

  respond({ slot, id }, fields, { endStream = true } = {}) {
    this.putFields('RESPOND', [slot, id, endStream ? 1 : 0], fields);
    return this.apply();
  }

  /** Sends a body, or a part of it. */
  send({ slot, id }, body, { end = true } = {}) {
    this.bodies.set(slot, Buffer.concat([this.bodies.get(slot) ?? Buffer.alloc(0), body]));
    return this.run('DATA', slot, id, body.length, end ? 1 : 0);
  }

  /** Draws what is to be sent, with the bodies in their places. */
  transmit(options) {
    const pieces = [];
    while (this.draw(pieces, options));
    return Buffer.concat(pieces);
  }

  /** Draws one buffer; answers whether there is more than fitted. */
  draw(pieces, { size = 1 << 16, offset = 0 } = {}) {
    const { segments } = this.boundary;
    const out = Buffer.alloc(size);
    const end = offset + this.native.transmit(0, out, offset);
    const [count, more, flags] = segments;
    this.flags = flags;
    let from = offset;
    for (let at = 3; at < 3 + count * 3; at += 3) {
      const [slot, length, position] = segments.subarray(at, at + 3);
      const body = this.bodies.get(slot);
      this.bodies.set(slot, body.subarray(length));
      if (position >= 0) {
        body.copy(out, position, 0, length);
      } else {
        pieces.push(out.subarray(from, -position - 1), body.subarray(0, length));
        from = -position - 1;
      }
    }
    pieces.push(out.subarray(from, end));
    this.boundary.drain();
    return more !== 0;
  }

  /** Reads a chunk to its end. */
  receive(chunk) {
    for (let offset = 0; offset < chunk.length;) {
      offset = this.native.receive(chunk, offset, chunk.length);
      this.boundary.drain(chunk);
    }
  }
}

/** Lets two sessions talk until both are silent. */
function exchange(a, b, { split } = {}) {
  const pass = (from, to) => {
    const octets = from.transmit();
    const pieces = split === undefined ? [octets] : split(octets);
    for (const piece of pieces) to.receive(piece);
    return octets.length;
  };
  while (pass(a, b) + pass(b, a) > 0);
}

/** A client and a server that have exchanged their SETTINGS. */
function pair(options = {}) {
  const boundary = new Boundary(options.boundary);
  const client = boundary.peer(1, options.client);
  const server = boundary.peer(0, options.server);
  exchange(client, server);
  client.take();
  server.take();
  return { boundary, client, server };
}

module.exports = { Boundary, exchange, pair };
