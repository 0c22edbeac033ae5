/** Module hooks for Nodes whose hooks live in a thread of their own (before 22.15 and 23.5). */

import { URL } from 'node:url';

const url = new URL('./register-facade.js', import.meta.url).href;

export async function resolve(specifier, context, nextResolve) {
  const isHttp2 = specifier === 'http2' || specifier === 'node:http2';
  if (!isHttp2 || context.conditions.includes('require')) return nextResolve(specifier, context);
  return { url, format: 'commonjs', shortCircuit: true };
}
