'use strict';

/**
 * Makes this process, a child of run.js, a source of load: whenever it is told of a number of
 * requests it sends them, and reports what they cost or why they failed.
 * @param {(requests: number) => Promise<{seconds: number, cpu?: number}>} load
 */
function answerLoads(load) {
  process.on('message', async ({ requests }) => {
    try {
      process.send(await load(requests));
    } catch (error) {
      process.send({ error: error.message });
    }
  });
  process.on('disconnect', () => process.exit());
  process.send({ ready: true });
}

module.exports = { answerLoads };
