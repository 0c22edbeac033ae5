'use strict';

/**
 * Preload (`node -r rust-http2/register`, `node --import rust-http2/register`): from here on this
 * package answers `http2` and `node:http2`, for require, import and process.getBuiltinModule, in the
 * application and its dependencies. Worker threads inherit the flag, and so the preload.
 *
 * Nothing is loaded before somebody asks for http2, but for what tells the builtin from ours. Node's
 * own modules keep the builtin: they cannot be reached.
 */

const Module = require('node:module');
const { pathToFileURL } = require('node:url');
const { kOriginal } = require('./builtin.js');

const FACADE_URL = new URL('./register-facade.js', pathToFileURL(__filename)).href;

function isHttp2(specifier) {
  return specifier === 'http2' || specifier === 'node:http2';
}

function loadOurs() {
  return require('./index.js');
}

/** Makes a stand-in look like what it replaces, and keeps that reachable for builtin.js. */
function disguise(replacement, original) {
  const { name, length } = original;
  return Object.defineProperties(replacement, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
    [kOriginal]: { value: original },
  });
}

function hookRequire() {
  const original = Module._load;
  Module._load = disguise(function (request, ...rest) {
    return isHttp2(request) ? loadOurs() : Reflect.apply(original, this, [request, ...rest]);
  }, original);
}

function hookGetBuiltinModule() {
  const original = process.getBuiltinModule;
  if (original === undefined) return;
  process.getBuiltinModule = disguise(function (id) {
    return isHttp2(id) ? loadOurs() : Reflect.apply(original, this, [id]);
  }, original);
}

/** import, where hooks run in this thread: Node 22.15 and 23.5 on. */
function hookImport() {
  Module.registerHooks({
    resolve(specifier, context, nextResolve) {
      // require() has its own hook, and require.resolve() keeps saying 'http2'.
      if (!isHttp2(specifier) || context.conditions.includes('require')) {
        return nextResolve(specifier, context);
      }
      return { url: FACADE_URL, format: 'commonjs', shortCircuit: true };
    },
  });
}

function register() {
  if (Module._load[kOriginal] !== undefined) return;
  hookRequire();
  hookGetBuiltinModule();
  if (typeof Module.registerHooks === 'function') hookImport();
  else Module.register('./register-hooks.mjs', pathToFileURL(__filename));
}

register();
