'use strict';

// The client under test, a child of run.js: sends the load of a case to a server, and
// reports the time and the CPU time that it took.

const [implementation, caseText, origin] = process.argv.slice(2);
const http2 = require(implementation);
const { answerLoads } = require('./answer-loads');
const { work, connections, streams, size, tls } = JSON.parse(caseText);

/** Octets of the answer to an upload. */
const SMALL = 13;
const large = Buffer.alloc(size, 'rust-http2 ');

/** Requests one file and checks that it came whole, or uploads one. */
function request(session) {
  const upload = work === 'upload';
  const path = `/${upload ? SMALL : size}`;
  const expected = upload ? SMALL : size;
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ':method': upload ? 'POST' : 'GET' });
    if (upload) stream.end(large);
    let status;
    let received = 0;
    stream.on('response', (headers) => {
      status = headers[':status'];
    });
    stream.on('data', (chunk) => {
      received += chunk.length;
    });
    stream.on('error', reject);
    stream.on('end', () => {
      if (status === 200 && received === expected) resolve();
      else reject(new Error(`status ${status} with ${received} octets, not 200 with ${expected}`));
    });
  });
}

/** Sends `requests` requests over fresh connections; resolves to what they cost. */
async function load(requests) {
  const sessions = Array.from({ length: connections }, () =>
    http2.connect(origin, { rejectUnauthorized: false, tlsEngine: tls || undefined }),
  );
  let left = requests;
  const lane = async (session) => {
    while (left-- > 0) await request(session);
  };
  const started = process.hrtime.bigint();
  const before = process.cpuUsage();
  await Promise.all(
    sessions.flatMap((session) => Array.from({ length: streams }, () => lane(session))),
  );
  const { user, system } = process.cpuUsage(before);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  for (const session of sessions) session.close();
  return { seconds, cpu: (user + system) / 1e6 };
}

answerLoads(load);
