/** Preload: has this package answer `http2` and `node:http2`. */
export {};
