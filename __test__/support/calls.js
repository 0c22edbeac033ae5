'use strict';

const { inspect } = require('node:util');

/** Calls of every method that a session has, with arguments that are right. */
const SESSION_CALLS = {
  ping: (session) => session.ping(() => {}),
  settings: (session) => session.settings({ initialWindowSize: 70_000 }, () => {}),
  goaway: (session) => session.goaway(),
  setNextStreamID: (session) => session.setNextStreamID(session.type === 1 ? 1001 : 1002),
  setLocalWindowSize: (session) => session.setLocalWindowSize(100_000),
  setTimeout: (session) => session.setTimeout(0),
  ref: (session) => session.ref(),
  unref: (session) => session.unref(),
  request: (session) =>
    session
      .request?.({ ':path': '/' })
      .on('error', () => {})
      .resume(),
  altsvc: (session) => session.altsvc?.('h2=":8000"', 'https://example.org'),
  origin: (session) => session.origin?.('https://example.org'),
  inspect: (session) => inspect(session),
  getters(session) {
    const { state, localSettings, remoteSettings, socket, originSet, alpnProtocol, type } = session;
    return [
      state,
      localSettings,
      remoteSettings,
      socket?.remotePort,
      originSet,
      alpnProtocol,
      type,
    ];
  },
  close: (session) => session.close(),
  destroy: (session) => session.destroy(),
};

/** Calls of every method that a stream has. */
const STREAM_CALLS = {
  respond: (stream) => stream.respond?.({ ':status': 200 }),
  additionalHeaders: (stream) => stream.additionalHeaders?.({ ':status': 103 }),
  pushStream: (stream) =>
    stream.pushStream?.({ ':path': '/pushed' }, (error, pushed) => pushed?.on('error', () => {})),
  respondWithFile: (stream) =>
    stream.respondWithFile?.(__filename, undefined, { onError: () => {} }),
  write: (stream) => stream.write('octets'),
  setTimeout: (stream) => stream.setTimeout(0),
  priority: (stream) => stream.priority({}),
  pause: (stream) => stream.pause(),
  resume: (stream) => stream.resume(),
  read: (stream) => stream.read(),
  cork: (stream) => stream.cork(),
  uncork: (stream) => stream.uncork(),
  inspect: (stream) => inspect(stream),
  getters(stream) {
    const { state, rstCode, sentHeaders, sentTrailers, sentInfoHeaders, bufferSize, id } = stream;
    return [state, rstCode, sentHeaders, sentTrailers, sentInfoHeaders, bufferSize, id];
  },
  end: (stream) => stream.end(),
  sendTrailers: (stream) => stream.sendTrailers({ done: 'yes' }),
  close: (stream) => stream.close(),
  destroy: (stream) => stream.destroy(),
};

module.exports = { SESSION_CALLS, STREAM_CALLS };
