'use strict';

/**
 * Every event of every class, with the types that a listener's parameters have, as one TypeScript
 * program that registers a listener for each in each way.
 */

const REGISTER = ['addListener', 'on', 'once', 'prependListener', 'prependOnceListener'];

const HEADERS = ['http2.IncomingHttpHeaders', 'number'];
const RESPONSE = ['http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader', 'number'];
const EXCHANGE = ['http2.Http2ServerRequest', 'http2.Http2ServerResponse'];
const SOCKET = 'net.Socket | tls.TLSSocket';

const STREAM = {
  aborted: [],
  close: [],
  data: ['Buffer | string'],
  drain: [],
  end: [],
  error: ['Error'],
  finish: [],
  frameError: ['number', 'number', 'number'],
  pipe: ['stream.Readable'],
  streamClosed: ['number'],
  timeout: [],
  trailers: HEADERS,
  unpipe: ['stream.Readable'],
  wantTrailers: [],
};

const SESSION = {
  close: [],
  error: ['Error'],
  frameError: ['number', 'number', 'number'],
  goaway: ['number', 'number', 'Buffer | undefined'],
  localSettings: ['http2.Settings'],
  remoteSettings: ['http2.Settings'],
  timeout: [],
};

/** Its payload is declared by the types that have a map of events only. */
const PING = { ping: ['Buffer'] };

const SERVER = {
  checkContinue: EXCHANGE,
  request: EXCHANGE,
  session: ['http2.ServerHttp2Session'],
  stream: ['http2.ServerHttp2Stream', ...HEADERS],
  timeout: [],
};

const LISTENER = {
  close: [],
  connection: ['net.Socket'],
  error: ['Error'],
  listening: [],
  // Its own, but wrongly declared here and there before.
  sessionError: ['Error', 'http2.ServerHttp2Session'],
};

/** What each class declares itself, and what it inherits. */
const CLASSES = {
  Http2Stream: [STREAM],
  ClientHttp2Stream: [
    { continue: [], headers: RESPONSE, push: HEADERS, response: RESPONSE },
    STREAM,
  ],
  ServerHttp2Stream: [{}, STREAM],
  Http2Session: [SESSION, PING],
  ClientHttp2Session: [
    {
      altsvc: ['string', 'string', 'number'],
      connect: ['http2.ClientHttp2Session', SOCKET],
      origin: ['string[]'],
      stream: ['http2.ClientHttp2Stream', ...RESPONSE],
    },
    { ...SESSION, ...PING },
  ],
  ServerHttp2Session: [
    {
      connect: ['http2.ServerHttp2Session', SOCKET],
      stream: ['http2.ServerHttp2Stream', ...HEADERS],
    },
    { ...SESSION, ...PING },
  ],
  Http2Server: [SERVER, LISTENER],
  Http2SecureServer: [
    { ...SERVER, unknownProtocol: [SOCKET] },
    {
      ...LISTENER,
      secureConnection: ['tls.TLSSocket'],
      tlsClientError: ['Error', 'tls.TLSSocket'],
    },
  ],
  Http2ServerRequest: [
    {
      aborted: ['boolean', 'number'],
      close: [],
      data: ['Buffer | string'],
      end: [],
      error: ['Error'],
      readable: [],
    },
  ],
  Http2ServerResponse: [
    {
      close: [],
      drain: [],
      error: ['Error'],
      finish: [],
      pipe: ['stream.Readable'],
      unpipe: ['stream.Readable'],
    },
  ],
};

const HEAD = `
import * as http2 from 'rust-http2';
import type * as net from 'node:net';
import type * as stream from 'node:stream';
import type * as tls from 'node:tls';

/** Takes what is a T, and not \`any\`. */
declare function is<T>(): <V extends T>(value: 0 extends 1 & V ? never : V) => void;
`;

/**
 * Whether the parameters of an event's listener get their types from the event's name, in the types
 * of a Node. Before 25 a class did not know the events that it inherits; since then a client
 * session's events are taken for a stream's, and the stream of a server's 'stream' for anyone's.
 */
function infers(version, name, event, own) {
  if (version < 25) return Object.hasOwn(own, event);
  return name !== 'ClientHttp2Session' && !(name.endsWith('Server') && event === 'stream');
}

/** Listeners whose parameters have no types of their own. */
function inferred(instance, event, types) {
  const names = types.map((_, at) => `a${at}`);
  const body = types.map((type, at) => `is<${type}>()(${names[at]});`).join(' ');
  return REGISTER.map((way) => `${instance}.${way}('${event}', (${names}) => { ${body} });`);
}

/** Listeners that say themselves what they take. */
function annotated(instance, event, types) {
  const parameters = types.map((type, at) => `a${at}: ${type}`);
  const ways = [...REGISTER, 'off', 'removeListener'];
  return [
    ...ways.map((way) => `${instance}.${way}('${event}', (${parameters}) => {});`),
    ...ways.map((way) => `// @ts-expect-error\n${instance}.${way}('${event}', 'no function');`),
    `${instance}.emit('${event}'${types.map((type) => `, null! as ${type}`).join('')});`,
  ];
}

/**
 * The program.
 * @param {number} version Of Node, whose types it is compiled against.
 * @returns {string}
 */
function eventsProgram(version) {
  const lines = Object.entries(CLASSES).flatMap(([name, [own, inherited = {}]]) => {
    const instance = `an${name}`;
    const all = { ...inherited, ...own };
    const inferable = Object.entries(all).filter(([event]) => infers(version, name, event, own));
    return [
      `declare const ${instance}: http2.${name};`,
      ...inferable.flatMap(([event, types]) => inferred(instance, event, types)),
      ...Object.entries(all).flatMap(([event, types]) => annotated(instance, event, types)),
    ];
  });
  return `${HEAD}\n${lines.join('\n')}\n`;
}

module.exports = { eventsProgram };
