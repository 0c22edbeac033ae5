// The same from CommonJS.
import http2 = require('rust-http2');

const server: http2.Http2Server = http2.createServer((request, response) => {
  const url: string = request.url;
  response.setHeader('x-url', url);
  response.end();
});
server.close();
http2.connect('http://localhost', { maxAutoWindowSize: 0 }, (session) => session.close());

// @ts-expect-error: statuses are numbers.
new http2.Http2ServerResponse(null).statusCode = 'OK';
