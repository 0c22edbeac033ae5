// A program that uses all of http2, in each form that its documentation has. It is compiled twice: as
// it stands, and with 'node:http2' for 'rust-http2'. It is never run.
import { type FileHandle } from 'node:fs/promises';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import * as net from 'node:net';
import * as http2 from 'rust-http2';
import {
  connect,
  constants,
  createSecureServer,
  createServer,
  getDefaultSettings,
  getPackedSettings,
  getUnpackedSettings,
  Http2ServerRequest,
  Http2ServerResponse,
  performServerHandshake,
  sensitiveHeaders,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
  type Settings,
} from 'rust-http2';

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS, NGHTTP2_CANCEL } = constants;

// Settings

const settings: Settings = {
  customSettings: { 0xff01: 1 },
  enableConnectProtocol: true,
  enablePush: false,
  headerTableSize: 4096,
  initialWindowSize: 65_535,
  maxConcurrentStreams: 100,
  maxFrameSize: 16_384,
  maxHeaderListSize: 65_535,
};
const packed: Buffer = getPackedSettings(settings);
const unpacked: Settings = getUnpackedSettings(packed);
const windowSize: number | undefined = getDefaultSettings().initialWindowSize;
console.log(unpacked, windowSize, http2.constants.PADDING_STRATEGY_MAX);

// Servers

const options: ServerOptions = {
  maxDeflateDynamicTableSize: 4096,
  maxHeaderListPairs: 64,
  maxOutstandingPings: 5,
  maxSendHeaderBlockLength: 16_384,
  maxSessionInvalidFrames: 10,
  maxSessionMemory: 20,
  maxSessionRejectedStreams: 10,
  maxSettings: 8,
  paddingStrategy: constants.PADDING_STRATEGY_NONE,
  peerMaxConcurrentStreams: 50,
  remoteCustomSettings: [0xff01],
  settings,
  unknownProtocolTimeout: 1000,
};

const plain: http2.Http2Server = createServer();
createServer(options);
createServer((request, response) => {
  const url: string = request.url;
  response.end(url);
});
createServer(options, (request: Http2ServerRequest, response: Http2ServerResponse) => {
  response.end(request.authority);
});

class OwnRequest extends Http2ServerRequest {
  get user(): string {
    return String(this.headers['x-user']);
  }
}
class OwnResponse<T extends Http2ServerRequest = OwnRequest> extends Http2ServerResponse<T> {
  json(value: unknown): void {
    this.setHeader('content-type', 'application/json');
    this.end(JSON.stringify(value));
  }
}
createServer(
  {
    Http1IncomingMessage: IncomingMessage,
    Http1ServerResponse: ServerResponse,
    Http2ServerRequest: OwnRequest,
    Http2ServerResponse: OwnResponse,
  },
  (request, response) => response.json({ user: request.user }),
);

const secureOptions: SecureServerOptions = {
  ...options,
  allowHTTP1: true,
  ca: [Buffer.alloc(0)],
  cert: 'PEM',
  key: Buffer.alloc(0),
  minVersion: 'TLSv1.3',
  origins: ['https://example.org'],
  requestCert: true,
  SNICallback: (servername, callback) => {
    console.log(servername);
    callback(null);
  },
};
const secure: http2.Http2SecureServer = createSecureServer(secureOptions);
createSecureServer((request, response) => response.end(request.httpVersion));
createSecureServer(secureOptions, (request, response) => response.end(request.httpVersion));

for (const server of [plain, secure]) {
  server.setTimeout(1000, () => {}).setTimeout(0);
  server.updateSettings({ maxConcurrentStreams: 5 });
  server.listen({ port: 0, host: 'localhost' }, () => {
    const { port } = server.address() as net.AddressInfo;
    console.log(port);
  });
  server.close((error?: Error) => console.log(error));
}

plain.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number) => {
  const path: string | undefined = headers[':path'];
  const method: string | undefined = headers[HTTP2_HEADER_METHOD] as string | undefined;
  const cookies: string | undefined = headers.cookie;
  const setCookies: string[] | undefined = headers['set-cookie'];
  const bits: number = flags;
  console.log(path, method, cookies, setCookies, bits);
  serve(stream, headers);
});
plain.on('session', (session: ServerHttp2Session) => greet(session));
secure.on('unknownProtocol', (socket) => socket.destroy());

/** Everything that a server can do with a stream. */
function serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const state: [number | undefined, number | undefined, number | undefined] = [
    stream.state.localWindowSize,
    stream.state.state,
    stream.state.remoteClose,
  ];
  const facts: boolean[] = [
    stream.aborted,
    stream.closed,
    stream.destroyed,
    stream.endAfterHeaders,
    stream.headersSent,
    stream.pending,
    stream.pushAllowed,
  ];
  const sent: (OutgoingHttpHeaders | undefined)[] = [
    stream.sentHeaders,
    stream.sentTrailers,
    ...(stream.sentInfoHeaders ?? []),
  ];
  const id: number | undefined = stream.id;
  const session: http2.Http2Session | undefined = stream.session;
  console.log(state, facts, sent, id, session, stream.bufferSize, stream.rstCode, headers);

  stream.additionalHeaders({ ':status': 103, link: '</style.css>; rel=preload' });
  stream.respond();
  stream.respond({ [HTTP2_HEADER_STATUS]: 200, 'x-numbers': [1, 2].map(String) });
  stream.respond(
    { ':status': 200, cookie: 'secret', [sensitiveHeaders as unknown as string]: ['cookie'] },
    { endStream: false, waitForTrailers: true },
  );
  stream.once('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'abc' }));
  stream.write('text');
  stream.write(Buffer.alloc(1), (error) => console.log(error));
  stream.write('text', 'utf8', () => {});
  stream.end('the end', () => {});

  stream.pushStream({ ':path': '/style.css' }, (error, push, pushHeaders) => {
    if (error) throw error;
    push.respond({ ':status': 200 });
    console.log(pushHeaders[':path']);
  });
  stream.pushStream({ [HTTP2_HEADER_PATH]: '/' }, { exclusive: true, parent: 1 }, () => {});
  stream.respondWithFile('/path');
  stream.respondWithFile(
    '/path',
    { 'content-type': 'text/plain' },
    {
      length: 10,
      offset: 5,
      onError: (error) => console.log(error.code),
      statCheck: (stat, sentHeaders, statOptions) => {
        sentHeaders['last-modified'] = stat.mtime.toUTCString();
        statOptions.length = 10;
      },
      waitForTrailers: false,
    },
  );
  stream.respondWithFD(3);
  stream.respondWithFD(null! as FileHandle, { ':status': 200 }, { statCheck: () => {} });
  stream.setTimeout(1000);
  stream.setTimeout(1000, () => stream.close(NGHTTP2_CANCEL));
  stream.close();
  stream.close(constants.NGHTTP2_NO_ERROR, () => {});
  stream.destroy(new Error('gone'));
}

/** Everything that a server can do with a session. */
function greet(session: ServerHttp2Session): void {
  const server: http2.Http2Server | http2.Http2SecureServer = session.server;
  session.altsvc('h2=":8000"', 'https://example.org');
  session.altsvc('h2=":8000"', 1);
  session.altsvc('h2=":8000"', new URL('https://example.org'));
  session.altsvc('h2=":8000"', { origin: 'https://example.org' });
  session.origin('https://example.com', new URL('https://example.net'), { origin: 'https://a.b' });
  console.log(server);
}

// The compatibility API

function onRequest(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const words: string[] = [
    request.authority,
    request.httpVersion,
    request.method,
    request.scheme,
    request.url,
    ...request.rawHeaders,
    ...request.rawTrailers,
  ];
  const versions: number[] = [request.httpVersionMajor, request.httpVersionMinor];
  const incoming: IncomingHttpHeaders[] = [request.headers, request.trailers];
  const socket: net.Socket | TLSSocket = request.socket;
  const stream: ServerHttp2Stream = request.stream;
  console.log(words, versions, incoming, socket, stream, request.aborted, request.complete);
  request.setTimeout(10, () => {});
  const chunk: Buffer | string | null = request.read(10);
  console.log(chunk);

  response.statusCode = 201;
  response.sendDate = false;
  response.setHeader('x-one', 1);
  response.setHeader('x-many', ['a', 'b']);
  response.appendHeader('x-many', 'c');
  response.appendHeader('x-many', ['d', 'e']);
  response.removeHeader('x-one');
  response.addTrailers({ 'x-sum': 'abc' });
  const names: string[] = response.getHeaderNames();
  const all: OutgoingHttpHeaders = response.getHeaders();
  const has: boolean = response.hasHeader('x-one');
  console.log(names, all, has, response.getHeader('x-many'), response.headersSent);
  response.writeContinue();
  response.writeEarlyHints({ link: ['</a>; rel=preload', '</b>; rel=preload'] });
  response.createPushResponse({ ':path': '/pushed' }, (error, pushed) => {
    if (error === null) pushed.end('pushed');
  });
  response.setTimeout(10, () => {});
  response.writeHead(200).writeHead(200, { 'x-a': 'b' }).writeHead(200, 'OK', { 'x-a': 'b' });
  const more: boolean = response.write('text', 'utf8', () => {});
  console.log(more, response.req.url, response.stream.id, response.socket.remoteAddress);
  response.write(new Uint8Array(1), () => {});
  response.end().end(() => {});
  response.end('text').end('text', () => {});
  response.end('text', 'utf8', () => {});
}
plain.on('request', onRequest).on('checkContinue', onRequest);

// Clients

const client: ClientHttp2Session = connect('http://localhost');
connect(new URL('http://localhost'));
connect('http://localhost', (session, socket) => console.log(session.type, socket.localPort));
connect('https://localhost', {
  ca: 'PEM',
  createConnection: (authority, given) => net.connect(Number(authority.port), String(given)),
  maxReservedRemoteStreams: 5,
  protocol: 'https:',
  rejectUnauthorized: false,
  servername: 'example.org',
  settings: { enablePush: false },
});
connect('http://localhost', { createConnection: () => new Duplex() }, (session) => use(session));

/** Everything that can be done with a session. */
function use(session: ClientHttp2Session): void {
  const texts: (string | undefined)[] = [session.alpnProtocol, ...(session.originSet ?? [])];
  const facts: (boolean | undefined)[] = [
    session.closed,
    session.connecting,
    session.destroyed,
    session.encrypted,
    session.pendingSettingsAck,
  ];
  const both: Settings[] = [session.localSettings, session.remoteSettings];
  const state: (number | undefined)[] = [
    session.state.deflateDynamicTableSize,
    session.state.effectiveLocalWindowSize,
    session.state.effectiveRecvDataLength,
    session.state.inflateDynamicTableSize,
    session.state.lastProcStreamID,
    session.state.localWindowSize,
    session.state.nextStreamID,
    session.state.outboundQueueSize,
    session.state.remoteWindowSize,
  ];
  const socket: net.Socket | TLSSocket = session.socket;
  console.log(texts, facts, both, state, socket.remoteAddress, session.type);

  const accepted: boolean = session.ping((error, duration, payload) => {
    console.log(error?.message, duration.toFixed(1), payload.toString('hex'));
  });
  session.ping(Buffer.alloc(8), () => console.log(accepted));
  session.ping(new DataView(new ArrayBuffer(8)), () => {});
  session.settings({ enablePush: false });
  session.settings({}, (error, current, duration) => {
    console.log(error?.message, current.maxFrameSize, duration.toFixed(1));
  });
  session.setLocalWindowSize(2 ** 20);
  session.goaway();
  session.goaway(constants.NGHTTP2_NO_ERROR, 5, Buffer.from('reason'));
  session.setTimeout(1000, () => session.close());
  session.ref();
  session.unref();
  session.close(() => {});
  session.destroy(new Error('gone'), constants.NGHTTP2_INTERNAL_ERROR);
}

/** Everything that can be done with a request. */
async function request(session: ClientHttp2Session): Promise<string> {
  session.request();
  session.request({ ':method': 'POST', 'content-type': 'text/plain' });
  const stream: ClientHttp2Stream = session.request(
    { [HTTP2_HEADER_PATH]: '/', 'x-list': ['a', 'b'] },
    {
      endStream: true,
      exclusive: false,
      parent: 0,
      signal: AbortSignal.timeout(1000),
      waitForTrailers: true,
    },
  );
  stream.on('response', (headers) => {
    const status: number | undefined = headers[':status'];
    console.log(status, headers['content-type']);
  });
  stream.on('push', (headers) => console.log(headers.date));
  session.on('stream', (pushed, headers, flags) => {
    const path: string | undefined = headers[':path'];
    pushed.close(flags);
    console.log(path);
  });
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}
request(client).then(console.log, console.error);

// Sessions on any transport

const handshaken: ServerHttp2Session = performServerHandshake(new Duplex(), options);
handshaken.on('stream', (stream) => stream.respond({ ':status': 204 }, { endStream: true }));
