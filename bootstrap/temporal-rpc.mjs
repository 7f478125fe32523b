import { connect } from 'node:http2';

const describeNamespace = '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace';

/**
 * Whether a Temporal server serves this namespace: a real RPC, since the port opens before the service answers.
 * Spoken by hand (gRPC is HTTP/2 with a five-byte prefix), so that it needs no package.
 * @param {string} address host:port, without TLS
 * @param {string} [namespace]
 */
export async function servesNamespace(address, namespace = 'default') {
  const status = await callUnary(address, describeNamespace, stringField(1, namespace));
  return status === '0';
}

/** Protocol Buffers: one string field (shorter than 128 bytes). */
export function stringField(number, text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

function callUnary(address, path, message, timeoutMs = 2000) {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const finish = (status) => {
      session.destroy();
      resolve(status);
    };
    session.once('error', () => finish(undefined));
    session.setTimeout(timeoutMs, () => finish(undefined));
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    const request = session.request(headers);
    // A refusal has its status in the headers, an answer in the trailers.
    request.on('response', (answer) => answer['grpc-status'] !== undefined && finish(String(answer['grpc-status'])));
    request.on('trailers', (trailers) => finish(String(trailers['grpc-status'])));
    request.on('error', () => finish(undefined));
    request.resume();
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    request.end(Buffer.concat([prefix, message]));
  });
}
