import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A loopback proxy before one server, to lose, delay and cut what travels (decisions D57). It does nothing by itself:
 * each fault is armed for one occasion, and `struck()` says when it happened.
 */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Stops forwarding in both directions; connections stay open. */
  freeze(): void;
  /** Stops forwarding what the server says; what the clients say still reaches it. */
  freezeReplies(): void;
  thaw(): void;
  /** Ends every connection at once. New ones are accepted. */
  cut(): void;
  /** Ends a connection once that many more bytes came from the server, counted over all connections. */
  cutAfterBytes(byteCount: number): Fault;
  /** Ends the connection instead of forwarding the client's next bytes that contain `text`. */
  loseRequest(text: string): Fault;
  /** Forwards the client's next bytes that contain `text`, and ends the connection when the answer comes. */
  loseReply(text: string): Fault;
  /** Keeps back the client's next bytes that contain `text` until `release`. */
  holdRequest(text: string): HeldRequest;
  close(): Promise<void>;
}

/** One armed fault. */
export interface Fault {
  struck(): Promise<void>;
}

export interface HeldRequest extends Fault {
  release(): void;
}

type Verdict = 'forward' | 'cut' | 'keep';

interface Rule {
  fromClient(chunk: Buffer, link: Link): Verdict;
  fromServer(chunk: Buffer, link: Link): Verdict;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/** Starts a proxy on a free port before `target` (`host:port`, or a URL with a port). */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const place = new URL(target.includes('://') ? target : `tcp://${target}`);
  const links = new Set<Link>();
  const rules = new Set<Rule>();
  let isFrozen = false;
  let areRepliesFrozen = false;

  const listener = createServer({ pauseOnConnect: true }, (client) => {
    const server = connect({ host: place.hostname, port: Number(place.port), noDelay: true });
    const link = { client: client.setNoDelay(true), server };
    links.add(link);
    carry(link, rules);
    const end = (): void => {
      links.delete(link);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('close', end).on('error', end);
    if (isFrozen || areRepliesFrozen) server.pause();
    if (!isFrozen) client.resume();
  });
  await listen(listener);

  const forEachSocket = (act: (socket: Socket) => void): void => {
    for (const { client, server } of links) [client, server].forEach(act);
  };
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    freeze: () => {
      isFrozen = true;
      forEachSocket((socket) => socket.pause());
    },
    freezeReplies: () => {
      areRepliesFrozen = true;
      for (const { server } of links) server.pause();
    },
    thaw: () => {
      areRepliesFrozen = false;
      isFrozen = false;
      forEachSocket((socket) => socket.resume());
    },
    cut: () => {
      forEachSocket((socket) => socket.destroy());
    },
    cutAfterBytes: (byteCount) => arm(rules, bytesRule(byteCount)),
    loseRequest: (text) =>
      arm(rules, (strike) => ({ ...inert, fromClient: (chunk) => (chunk.includes(text) ? strike('cut') : 'forward') })),
    loseReply: (text) => arm(rules, replyRule(text)),
    holdRequest: (text) => hold(rules, text),
    close: async () => {
      forEachSocket((socket) => socket.destroy());
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** `url` with the proxy's host and port. */
export function through(proxy: TcpProxy, url: string): string {
  const changed = new URL(url);
  changed.hostname = proxy.host;
  changed.port = String(proxy.port);
  return changed.href;
}

const inert: Rule = { fromClient: () => 'forward', fromServer: () => 'forward' };

function carry(link: Link, rules: ReadonlySet<Rule>): void {
  const { client, server } = link;
  client.on('data', (chunk: Buffer) => {
    const verdicts = [...rules].map((rule) => rule.fromClient(chunk, link));
    obey(verdicts, link, () => server.write(chunk));
  });
  server.on('data', (chunk: Buffer) => {
    const verdicts = [...rules].map((rule) => rule.fromServer(chunk, link));
    obey(verdicts, link, () => client.write(chunk));
  });
}

function obey(verdicts: readonly Verdict[], link: Link, forward: () => void): void {
  if (verdicts.includes('cut')) {
    link.client.destroy();
    link.server.destroy();
  } else if (!verdicts.includes('keep')) {
    forward();
  }
}

/** Adds a rule that removes itself when it strikes. */
function arm(rules: Set<Rule>, make: (strike: (verdict: Verdict) => Verdict) => Rule): Fault {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const rule = make((verdict) => {
    rules.delete(rule);
    resolve(undefined);
    return verdict;
  });
  rules.add(rule);
  return { struck: () => promise };
}

function bytesRule(byteCount: number): (strike: (verdict: Verdict) => Verdict) => Rule {
  let left = byteCount;
  return (strike) => ({
    ...inert,
    fromServer: (chunk, { client }) => {
      if (chunk.length < left) {
        left -= chunk.length;
        return 'forward';
      }
      client.write(chunk.subarray(0, left));
      return strike('cut');
    },
  });
}

function replyRule(text: string): (strike: (verdict: Verdict) => Verdict) => Rule {
  let asked: Link | undefined;
  return (strike) => ({
    fromClient: (chunk, link) => {
      if (asked === undefined && chunk.includes(text)) asked = link;
      return 'forward';
    },
    fromServer: (_chunk, link) => (link === asked ? strike('cut') : 'forward'),
  });
}

function hold(rules: Set<Rule>, text: string): HeldRequest {
  let forward: (() => void) | undefined;
  const fault = arm(rules, (strike) => ({
    ...inert,
    fromClient: (chunk, { server }) => {
      if (!chunk.includes(text)) return 'forward';
      forward = () => server.write(chunk);
      return strike('keep');
    },
  }));
  return { ...fault, release: () => forward?.() };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
