'use strict';

const js = require('@eslint/js');
const globals = require('globals');
const importX = require('eslint-plugin-import-x');

/** A pattern for files of lib/. */
const lib = (...names) => [`./lib/@(${names.join('|')}).js`];

const SESSIONS = lib('*session*');
const STREAMS = lib('*stream*');
const ENTRIES = lib('server', 'connect', 'index', 'register');
const COMPAT = ['./lib/compat/*.js'];
const BRIDGE = lib('native', 'bridge');
const CLASSES = [...SESSIONS, ...STREAMS, ...ENTRIES, ...COMPAT];

/** Who may not import whom: the layers of lib/, from its leaves to its entry. */
const BOUNDARIES = [
  {
    target: lib('symbols', 'errors', 'error-messages', 'constants', 'validators', 'behavior'),
    from: [...CLASSES, ...BRIDGE, ...lib('headers', 'settings', 'options', 'events', 'transport')],
    message: 'A leaf imports nothing but leaves.',
  },
  {
    target: lib('headers', 'settings', 'options'),
    from: CLASSES,
    message: 'Conversions know no streams and no sessions.',
  },
  {
    target: STREAMS,
    from: [...SESSIONS, ...ENTRIES, ...COMPAT, ...BRIDGE],
    message: 'A stream reaches its session through this[kSession].',
  },
  {
    target: SESSIONS,
    from: [...ENTRIES, ...COMPAT],
    message: 'A session knows no server.',
  },
  {
    target: COMPAT,
    from: [...SESSIONS, ...BRIDGE],
    message: 'The compatibility API uses the public stream API.',
  },
  {
    target: lib('events', 'transport'),
    from: [...SESSIONS, ...STREAMS],
    message: 'Sessions and streams are handed in.',
  },
  {
    target: lib('server', 'connect'),
    from: BRIDGE,
    message: 'Sessions own the native side.',
  },
  {
    target: lib('file-response', 'socket-proxy', 'timeouts', 'diagnostics'),
    from: CLASSES,
    message: 'The object is handed in.',
  },
  {
    target: ['./bench/**/*.js', './__test__/{conformance,interop,faults,support}/**/*.js'],
    from: ['./lib/!(index|register).js', './lib/compat/*.js'],
    message: 'Only __test__/unit reads private files.',
  },
];

module.exports = [
  { ignores: ['target/', 'coverage/', 'fuzz/', 'lib/native.js'] },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    plugins: { 'import-x': importX },
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: 'commonjs',
      globals: globals.node,
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      'no-unused-vars': ['error', { args: 'after-used', argsIgnorePattern: '^_' }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-rest-params': 'error',
      'prefer-spread': 'error',
      strict: ['error', 'global'],
      'import-x/no-cycle': ['error', { commonjs: true }],
      'import-x/no-restricted-paths': ['error', { basePath: __dirname, zones: BOUNDARIES }],
      'import-x/no-unresolved': ['error', { commonjs: true }],
    },
  },
  // It runs on Nodes that know no newer words.
  { files: ['scripts/check-node.js'], rules: { 'no-var': 'off' } },
  { files: ['__test__/**/*.test.js'], rules: { 'max-lines-per-function': 'off' } },
];
