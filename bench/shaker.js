'use strict';

// Shakes hands with a server under test over TLS 1.3, `connections` at a time, and goes when the
// server's SETTINGS have come. A child of run.js; it speaks for itself, so that both
// implementations have the same peer.

const tls = require('node:tls');
const { answerLoads } = require('./answer-loads');

const [port, caseText] = process.argv.slice(2);
const { work, connections } = JSON.parse(caseText);

const OPENING = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');

/** Resolves to a session to resume, when the server has answered. */
function shake(session) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
      session,
    });
    let ticket = session;
    let answered = false;
    const finish = () => {
      if (!answered || ticket === undefined) return;
      if (session !== undefined && !socket.isSessionReused()) reject(new Error('not resumed'));
      socket.destroy();
      resolve(ticket);
    };
    // A ticket serves again: the load is the same where a server gives another when it resumes.
    if (session === undefined) {
      socket.on('session', (data) => {
        ticket = data;
        finish();
      });
    }
    socket.on('data', () => {
      answered = true;
      finish();
    });
    socket.on('secureConnect', () => socket.write(OPENING));
    socket.on('error', reject);
  });
}

async function load(requests) {
  let left = requests;
  const lane = async () => {
    const session = work === 'resume' ? await shake() : undefined;
    while (left-- > 0) await shake(session);
  };
  const started = process.hrtime.bigint();
  await Promise.all(Array.from({ length: connections }, lane));
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9 };
}

answerLoads(load);
