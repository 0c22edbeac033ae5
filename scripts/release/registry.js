'use strict';

const { createServer } = require('node:http');
const { once } = require('node:events');

const attachmentsOf = ({ _attachments }) => Object.values(_attachments);

/** Adds what `npm publish` sent to a package's document. */
function add(packuments, name, sent, origin) {
  const packument = packuments.get(name) ?? { name, versions: {}, 'dist-tags': {} };
  for (const [version, manifest] of Object.entries(sent.versions)) {
    if (packument.versions[version] !== undefined) return false;
    const tarball = `${origin}/${name}/-/${version}.tgz`;
    packument.versions[version] = { ...manifest, dist: { ...manifest.dist, tarball } };
  }
  Object.assign(packument['dist-tags'], sent['dist-tags']);
  packuments.set(name, packument);
  return true;
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks));
}

/**
 * Starts an npm registry that holds what is published to it, in memory, and nothing else.
 * @returns {Promise<{origin: string, close: () => void}>}
 */
async function startRegistry() {
  const packuments = new Map();
  const tarballs = new Map();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;

  async function answer(request, response) {
    const send = (status, body) => response.writeHead(status).end(body);
    const name = decodeURIComponent(request.url.slice(1)).split('?')[0];
    if (request.method === 'PUT') {
      const sent = await bodyOf(request);
      if (!add(packuments, name, sent, origin)) return send(409, '{}');
      const [version] = Object.keys(sent.versions);
      const [{ data }] = attachmentsOf(sent);
      tarballs.set(`${name}/-/${version}.tgz`, Buffer.from(data, 'base64'));
      return send(201, '{}');
    }
    if (tarballs.has(name)) return send(200, tarballs.get(name));
    return packuments.has(name) ? send(200, JSON.stringify(packuments.get(name))) : send(404, '{}');
  }

  server.on('request', answer);
  return {
    origin,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

module.exports = { startRegistry };
