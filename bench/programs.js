'use strict';

// The programs that take part in a run: h2load, nghttpd, and ours as child processes.

const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { promisify } = require('node:util');
const { readFileSync, rmSync } = require('node:fs');
const { execFile, fork, spawn, spawnSync } = require('node:child_process');

const run = promisify(execFile);

/** How many times what a case names is held to count its memory: it goes up in steps. */
const HELD = 4;

/** The longest that one run may take, in milliseconds: a load that hangs is a failure. */
const RUN_LIMIT = 120_000;

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const canPin = os.cpus().length > 1 && runs('taskset', '-c', '0,1', 'true');

/** A command line that stays on one processor, where the machine can do that. */
function pinned(cpu, command) {
  return canPin ? ['taskset', '-c', String(cpu), ...command] : command;
}

/** The first name in `commands` that is not installed. */
function missing(commands) {
  return commands.find((command) => !runs(command, '--version'));
}

/** Resolves to the next message of a child; its end or a long silence is an error. */
function reply(child) {
  return new Promise((resolve, reject) => {
    const settle = (action, value) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      action(value);
    };
    const onMessage = (message) => {
      if (message.error) settle(reject, new Error(message.error));
      else settle(resolve, message);
    };
    const onExit = (code, signal) => {
      settle(reject, new Error(`the process under test ended (${signal ?? code})`));
    };
    const timer = setTimeout(
      () => settle(reject, new Error(`no end within ${RUN_LIMIT / 1000} s`)),
      RUN_LIMIT,
    );
    child.on('message', onMessage).on('exit', onExit);
  });
}

async function ask(child, message) {
  const answer = reply(child);
  child.send(message);
  return answer;
}

/** Starts a script of this folder on a processor; the first is for what is measured. */
function start(script, node, args, cpu = 0) {
  const [execPath, ...rest] = pinned(cpu, [node, path.join(__dirname, script)]);
  const [first, ...others] = [...rest, ...args.map(String)];
  return fork(first, others, { execPath, execArgv: [], serialization: 'json' });
}

/** A path with distance to a port, with a port of its own. */
async function startRelay(delay, port, node) {
  const child = start('relay.js', node, [delay, port], 1);
  return { port: (await reply(child)).port, stop: () => child.kill() };
}

/**
 * A server under test: `load(requests, rate)` resolves to what one run of h2load cost, `hold` to
 * the octets that connections and streams cost while they are open.
 */
async function startServer(testCase, implementation, { node, credentials, files }) {
  const tls = testCase.tls ? { ...credentials, tlsEngine: testCase.tls } : null;
  const file = testCase.work === 'file' ? files(testCase.size) : undefined;
  const args = [implementation, JSON.stringify({ ...testCase, file }), JSON.stringify(tls)];
  const child = start('server.js', node, args);
  const { port } = await reply(child);
  const relay = testCase.delay ? await startRelay(testCase.delay, port, node) : undefined;
  const url = `${testCase.tls ? 'https' : 'http'}://127.0.0.1:${relay?.port ?? port}/`;
  const shakes = testCase.work === 'handshake' || testCase.work === 'resume';
  const shaker = shakes ? start('shaker.js', node, [port, JSON.stringify(testCase)], 1) : undefined;
  if (shaker) await reply(shaker);
  const cpuSeconds = async () => {
    const { cpu } = await ask(child, 'cpu');
    return (cpu.user + cpu.system) / 1e6;
  };
  return {
    async load(requests, rate) {
      const before = await cpuSeconds();
      const cost = shaker
        ? { seconds: (await ask(shaker, { requests })).seconds }
        : await h2load(testCase, { requests, rate, url, files });
      return { ...cost, cpu: (await cpuSeconds()) - before };
    },
    async hold() {
      const { connections, streams } = testCase;
      // As many are held before, so that what the first ones bring to life is not counted: V8
      // compiles for as long, which takes as much memory as they all.
      const holders = [];
      const holdMore = async (count) => {
        const holder = start('holder.js', node, [port, count, streams], 1);
        holders.push(holder);
        await reply(holder);
        return (await ask(child, 'memory')).resident;
      };
      try {
        const before = await holdMore(connections);
        return ((await holdMore(HELD * connections)) - before) / HELD;
      } finally {
        for (const holder of holders) holder.kill();
      }
    },
    stop() {
      relay?.stop();
      shaker?.kill();
      child.kill();
    },
  };
}

/** The figure of a log of h2load below which 99 of 100 requests are, in seconds. */
function percentile(log) {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const taken = lines.map((line) => Number(line.split('\t')[2])).sort((a, b) => a - b);
  return taken[Math.floor(taken.length * 0.99)] / 1e6;
}

/**
 * One run of h2load; resolves to its seconds, and with a rate (requests a second) also to the 99th
 * percentile of what a request takes. A request that fails is an error.
 */
async function h2load(testCase, { requests, rate, url, files }) {
  const { work, size, streams, fields = [] } = testCase;
  const connections = Math.min(testCase.connections, requests);
  const options = ['-n', requests, '-c', connections, '-m', streams];
  if (work === 'post' || work === 'upload') options.push('-d', files(size));
  for (const [name, value] of fields) options.push('-H', `${name}: ${value}`);
  const log = `${files(0)}.log`;
  if (rate !== undefined) {
    rmSync(log, { force: true });
    options.push('--rps', Math.ceil(rate / connections), '--log-file', log);
  }
  const [command, ...args] = pinned(1, ['h2load', ...options.map(String), url]);
  const { stdout } = await run(command, args, { timeout: RUN_LIMIT });
  const succeeded = Number(/, (\d+) succeeded/.exec(stdout)?.[1]);
  const good = Number(/^status codes: (\d+) 2xx/m.exec(stdout)?.[1]);
  if (succeeded !== requests || good !== requests) {
    throw new Error(`${good} of ${requests} requests succeeded:\n${stdout.trim()}`);
  }
  const seconds = requests / Number(/, ([\d.]+) req\/s/.exec(stdout)[1]);
  return rate === undefined ? { seconds } : { seconds, p99: percentile(log) };
}

/** A client under test: `load(requests)` resolves to what its requests cost. */
async function startClient(testCase, implementation, { node, origin }) {
  const child = start('client.js', node, [implementation, JSON.stringify(testCase), origin]);
  await reply(child);
  return { load: (requests) => ask(child, { requests }), stop: () => child.kill() };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListening(port) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = net.connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`nghttpd does not listen on port ${port}`);
}

/** Serves a folder with nghttpd, one thread of it. */
async function spawnNghttpd(folder, credentials, cpu) {
  const port = await freePort();
  const security = credentials ? [credentials.keyFile, credentials.certFile] : [];
  const options = [...(credentials ? [] : ['--no-tls']), '-a', '127.0.0.1', '-d', folder];
  const line = ['nghttpd', ...options, String(port), ...security];
  const [command, ...args] = pinned(cpu, line);
  const child = spawn(command, args, { stdio: 'ignore' });
  await untilListening(port);
  return { child, port };
}

/** Ticks of a process's CPU time in a second, as Linux tells them in /proc. */
const TICKS = 100;

/** CPU time of a process in seconds; NaN where the system has no /proc. */
function cpuTime(pid) {
  if (process.platform !== 'linux') return NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** nghttpd in the place of a server under test. */
async function startRival(testCase, { folder, credentials, files }) {
  files(testCase.size);
  const { child, port } = await spawnNghttpd(folder, testCase.tls ? credentials : null, 0);
  const url = `${testCase.tls ? 'https' : 'http'}://127.0.0.1:${port}/${testCase.size}`;
  return {
    async load(requests, rate) {
      const before = cpuTime(child.pid);
      const cost = await h2load(testCase, { requests, rate, url, files });
      return { ...cost, cpu: cpuTime(child.pid) - before };
    },
    stop: () => child.kill(),
  };
}

/** Serves a folder on the second processor, at a distance if there is a delay. */
async function startNghttpd(folder, credentials, { delay, node }) {
  const { child, port } = await spawnNghttpd(folder, credentials, 1);
  const relay = delay ? await startRelay(delay, port, node) : undefined;
  return {
    origin: `${credentials ? 'https' : 'http'}://127.0.0.1:${relay?.port ?? port}`,
    stop() {
      relay?.stop();
      child.kill();
    },
  };
}

module.exports = { missing, pins: canPin, startClient, startNghttpd, startRival, startServer };
