import { connect } from 'node:net';

/**
 * Says something to a TCP server and returns its first words, or undefined when nobody answers in time.
 * @param {{ host: string, port: number }} address
 * @param {{ say?: string, enough?: (heard: Buffer) => boolean, timeoutMs?: number }} [talk] `enough` ends the hearing
 * @returns {Promise<Buffer | undefined>}
 */
export function hear({ host, port }, { say = '', enough = () => true, timeoutMs = 2000 } = {}) {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const socket = connect({ host, port });
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(undefined));
    socket.once('connect', () => say && socket.write(say));
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      if (enough(heard)) finish(heard);
    });
    socket.once('error', () => finish(undefined));
    socket.once('close', () => resolve(undefined));
  });
}

/** Whether something accepts connections there. */
export function accepts({ host, port }, timeoutMs = 3000) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
  });
}
