import { createServer } from 'node:net';

// Below the range from which systems take the ports of outgoing connections, so that none of those gets in between.
const lowest = 20_000;
const highest = 31_999;

/**
 * Loopback ports that are free now, all different.
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  const found = new Set();
  for (let attempt = 0; found.size < count; attempt += 1) {
    if (attempt > 500) throw new Error(`No ${count} free ports between ${lowest} and ${highest} on 127.0.0.1`);
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

/** Whether a server could listen on this loopback port now. */
export function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
