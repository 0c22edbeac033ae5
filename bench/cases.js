'use strict';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * One load, measured with both implementations.
 * @typedef {object} Case
 * @property {string} name
 * @property {'server'|'client'} side  which side the implementation under test takes
 * @property {'core'|'compat'} api     stream events, or request and response objects
 * @property {'get'|'post'|'download'|'upload'} work
 * @property {boolean} tls
 * @property {number} connections      connections at a time
 * @property {number} streams          requests at a time on each connection
 * @property {number} requests         requests in one run
 * @property {number} size             octets of the body that the work moves
 */

const SHAPES = [
  { connections: 4, streams: 32 },
  { connections: 64, streams: 1 },
  { connections: 1, streams: 256 },
];
const TRANSPORTS = [
  { tls: false, transport: 'h2c' },
  { tls: true, transport: 'tls' },
];
const BODIES = [
  { work: 'post', size: KIB, requests: 100_000, connections: 4, streams: 32 },
  { work: 'download', size: MIB, requests: 1_000, connections: 4, streams: 4 },
  { work: 'upload', size: MIB, requests: 1_000, connections: 4, streams: 4 },
];
const CLIENT_LOADS = [
  { work: 'get', size: 13, requests: 50_000, connections: 4, streams: 32 },
  { work: 'download', size: MIB, requests: 500, connections: 4, streams: 4 },
];

const shapeName = ({ connections, streams }) => `-c${connections} -m${streams}`;

const gets = TRANSPORTS.flatMap(({ tls, transport }) =>
  ['core', 'compat'].flatMap((api) =>
    SHAPES.map((shape) => ({
      name: `server get ${api} ${transport} ${shapeName(shape)}`,
      side: 'server',
      work: 'get',
      api,
      tls,
      requests: 100_000,
      size: 13,
      ...shape,
    })),
  ),
);

const bodies = TRANSPORTS.flatMap(({ tls, transport }) =>
  BODIES.map((load) => ({
    name: `server ${load.work} core ${transport} ${shapeName(load)}`,
    side: 'server',
    api: 'core',
    tls,
    ...load,
  })),
);

const clients = TRANSPORTS.flatMap(({ tls, transport }) =>
  CLIENT_LOADS.map((load) => ({
    name: `client ${load.work} core ${transport} ${shapeName(load)}`,
    side: 'client',
    api: 'core',
    tls,
    ...load,
  })),
);

/** @type {Case[]} */
module.exports = [...gets, ...bodies, ...clients];
