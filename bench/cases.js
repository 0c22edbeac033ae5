'use strict';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * One load, measured with both implementations.
 * @typedef {object} Case
 * @property {string} name
 * @property {'speed'|'latency'|'memory'|'scale'} measure  requests a second; the 99th percentile of
 *   what requests take, at half of what the base can serve; resident octets of what is held open;
 *   CPU time of a request beside the same with `few` connections and streams
 * @property {'server'|'client'} side  which side the implementation under test takes
 * @property {'core'|'compat'} api     stream events, or request and response objects
 * @property {'get'|'handshake'|'resume'|'json'|'post'|'download'|'upload'|'file'|'hold'} work
 * @property {false|'node'|'rustls'} tls  the engine of the implementation under test
 * @property {number} connections      connections at a time
 * @property {number} streams          requests at a time on each connection
 * @property {number} requests         requests in one run
 * @property {number} size             octets of the body that the work moves
 * @property {number} [delay]          milliseconds that octets are under way, each way
 * @property {{connections: number, streams: number}} [few]  what a scale is compared with
 * @property {'nghttpd'} [rival]  what is compared with in place of the base
 * @property {[string, string][]} [fields]  what requests carry beside what the load adds
 * @property {number} [goal]           the least ratio that this package is to reach; where less is
 *   better, the most
 */

const SHAPES = [
  {
    connections: 4,
    streams: 32,
    goals: { 'core h2c': 5, 'compat h2c': 4, 'core tls': 4, 'core rustls': 4.5 },
  },
  { connections: 64, streams: 1, goals: { 'core h2c': 1.9 } },
  { connections: 1, streams: 1, requests: 20_000, goals: { 'core h2c': 1.3 } },
  { connections: 1, streams: 256, goals: { 'core h2c': 5 } },
];
/** The builtin's TLS is OpenSSL's in all of them. */
const TRANSPORTS = [
  { tls: false, transport: 'h2c' },
  { tls: 'node', transport: 'tls' },
  { tls: 'rustls', transport: 'rustls' },
];
const BODIES = [
  { work: 'post', size: KIB, requests: 200_000, connections: 4, streams: 32, goals: { h2c: 4 } },
  {
    work: 'download',
    size: MIB,
    requests: 3_000,
    connections: 4,
    streams: 4,
    goals: { h2c: 1, tls: 1.2, rustls: 1.3 },
  },
  {
    work: 'upload',
    size: MIB,
    requests: 3_000,
    connections: 4,
    streams: 4,
    goals: { h2c: 1.1, tls: 1.1, rustls: 1.3 },
  },
];
const FILES = [
  { work: 'file', unit: '4 KiB', size: 4 * KIB, requests: 60_000, streams: 32, goal: 3 },
  { work: 'file', unit: '1 MiB', size: MIB, requests: 2_000, streams: 4, goal: 1.2 },
];
const CLIENT_LOADS = [
  {
    work: 'get',
    size: 13,
    requests: 100_000,
    connections: 1,
    streams: 32,
    goals: { h2c: 3.5 },
  },
  { work: 'download', size: MIB, requests: 2_000, connections: 4, streams: 4, goals: { h2c: 2 } },
  { work: 'upload', size: MIB, requests: 2_000, connections: 4, streams: 4, goals: { h2c: 1.1 } },
];

/** Twelve fields as browsers send them. */
const BROWSER_FIELDS = [
  ['accept', 'application/json, text/plain, */*'],
  ['accept-encoding', 'gzip, deflate, br, zstd'],
  ['accept-language', 'en-GB,en;q=0.9,de;q=0.7'],
  ['cache-control', 'no-cache'],
  ['cookie', 'session=8f14e45fceea167a5a36dedd4bea2543; theme=dark'],
  ['origin', 'https://app.example.org'],
  ['referer', 'https://app.example.org/members?page=2'],
  ['sec-fetch-dest', 'empty'],
  ['sec-fetch-mode', 'cors'],
  ['sec-fetch-site', 'same-site'],
  ['x-request-id', '0b7a6a0e-6f3c-4a8e-9d5b-2f1f0a7c9e11'],
  ['dnt', '1'],
];

const shapeName = ({ connections, streams }) => `-c${connections} -m${streams}`;

const gets = TRANSPORTS.flatMap(({ tls, transport }) =>
  ['core', 'compat'].flatMap((api) =>
    SHAPES.map(({ goals, ...shape }) => ({
      name: `server get ${api} ${transport} ${shapeName(shape)}`,
      measure: 'speed',
      side: 'server',
      work: 'get',
      api,
      tls,
      requests: 200_000,
      size: 13,
      goal: goals[`${api} ${transport}`],
      ...shape,
    })),
  ),
);

const json = {
  name: 'server json compat tls, 12 fields, -c4 -m32',
  measure: 'speed',
  side: 'server',
  api: 'compat',
  work: 'json',
  tls: 'node',
  connections: 4,
  streams: 32,
  requests: 100_000,
  size: 0,
  fields: BROWSER_FIELDS,
  goal: 3.5,
};

const both = (side, loads) =>
  TRANSPORTS.flatMap(({ tls, transport }) =>
    loads.map(({ goals, ...load }) => ({
      name: `${side} ${load.work} core ${transport} ${shapeName(load)}`,
      measure: 'speed',
      side,
      api: 'core',
      tls,
      goal: goals[transport],
      ...load,
    })),
  );

const files = FILES.map(({ unit, ...load }) => ({
  name: `server file ${unit} core h2c -c4 -m${load.streams}`,
  measure: 'speed',
  side: 'server',
  api: 'core',
  tls: false,
  connections: 4,
  ...load,
}));

/** The windows of the side under test are what holds up the other. */
const distances = [
  ['client', 'download'],
  ['server', 'upload'],
].map(([side, work]) => ({
  name: `${side} ${work} 16 MiB over 50 ms`,
  measure: 'speed',
  side,
  api: 'core',
  work,
  tls: false,
  connections: 1,
  streams: 1,
  requests: 1,
  size: 16 * MIB,
  delay: 25,
  goal: 15,
}));

const latency = {
  name: 'p99 of get core h2c -c4 -m32 at half the peak',
  measure: 'latency',
  side: 'server',
  api: 'core',
  work: 'get',
  tls: false,
  connections: 4,
  streams: 32,
  requests: 100_000,
  size: 13,
  goal: 0.7,
};

const memory = [
  { name: 'memory of 1,000 idle sessions', connections: 1_000, streams: 0 },
  { name: 'memory of 10,000 open streams', connections: 10, streams: 1_000 },
].map((held) => ({
  measure: 'memory',
  side: 'server',
  api: 'core',
  work: 'hold',
  tls: false,
  requests: 1,
  size: 0,
  goal: 0.6,
  ...held,
}));

const scales = [
  {
    name: 'cost at 10,000 streams',
    few: { connections: 10, streams: 10 },
    connections: 10,
    streams: 1_000,
  },
  {
    name: 'cost at 2,000 connections',
    few: { connections: 100, streams: 1 },
    connections: 2_000,
    streams: 1,
  },
].map((scale) => ({
  measure: 'scale',
  side: 'server',
  api: 'core',
  work: 'get',
  tls: false,
  requests: 100_000,
  size: 13,
  goal: 1.3,
  ...scale,
}));

/** One request on each connection: what it costs is the handshake. */
const handshakes = [
  { name: 'server handshakes', work: 'handshake' },
  { name: 'server handshakes, resumed', work: 'resume' },
].map((kind) => ({
  measure: 'speed',
  side: 'server',
  api: 'core',
  tls: 'rustls',
  connections: 8,
  streams: 1,
  requests: 2_000,
  size: 13,
  goal: 1,
  ...kind,
}));

/** The same file of 13 octets from nghttpd, one thread, that the server under test makes. */
const rival = {
  name: 'server get core h2c -c4 -m32 beside nghttpd',
  measure: 'speed',
  side: 'server',
  rival: 'nghttpd',
  api: 'core',
  work: 'get',
  tls: false,
  connections: 4,
  streams: 32,
  requests: 200_000,
  size: 13,
  goal: 1,
};

/** @type {Case[]} */
module.exports = [
  ...gets,
  rival,
  json,
  ...both('server', BODIES),
  ...handshakes,
  ...files,
  ...both('client', CLIENT_LOADS),
  ...distances,
  latency,
  ...memory,
  ...scales,
];
