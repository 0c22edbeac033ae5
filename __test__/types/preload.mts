// A program that is started with the preload, and names this package in its tsconfig.json only.
import { connect, createServer } from 'node:http2';

createServer({ maxContinuations: 4 });
connect('http://localhost', { maxAutoWindowSize: 0 });
