'use strict';

// A path with distance to a server under test, a child of run.js: says its port when it listens.

const { startRelay } = require('../scripts/relay');

const [delay, target] = process.argv.slice(2).map(Number);

startRelay(delay, target).then((server) => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
