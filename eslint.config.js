'use strict';

const js = require('@eslint/js');
const globals = require('globals');
const importX = require('eslint-plugin-import-x');

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
      'import-x/no-unresolved': ['error', { commonjs: true }],
    },
  },
  // It runs on Nodes that know no newer words.
  { files: ['scripts/check-node.js'], rules: { 'no-var': 'off' } },
  { files: ['__test__/**/*.test.js'], rules: { 'max-lines-per-function': 'off' } },
];
