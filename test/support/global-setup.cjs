const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { connect } = require('node:net');
const { join, resolve } = require('node:path');

const checkout = resolve(__dirname, '../..');
const stateFolder = join(checkout, '.tillflow');

/** Before any test: the stack answers, and the workflows are bundled once for all test files (2 s each otherwise). */
module.exports = async function globalSetup() {
  const stack = readStack();
  await Promise.all([
    assertAnswers('The database', place(stack.databaseUrl, 3306)),
    assertAnswers('Redis', place(stack.redisUrl, 6379)),
    assertAnswers('Temporal', place(`grpc://${stack.temporalAddress}`, 7233)),
  ]);
  await bundleWorkflows();
};

function readStack() {
  const file = join(stateFolder, 'stack.json');
  if (!existsSync(file)) throw new Error('The stack is not up. Bring it up with: npm run stack -- up');
  return JSON.parse(readFileSync(file, 'utf8'));
}

function place(url, defaultPort) {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || defaultPort) };
}

function assertAnswers(what, { host, port }) {
  return new Promise((fulfil, reject) => {
    const complain = (why) =>
      reject(new Error(`${what} does not answer at ${host}:${port} (${why}). Bring it up with: npm run stack -- up`));
    const socket = connect({ host, port, timeout: 5000 });
    socket.once('connect', () => {
      socket.destroy();
      fulfil();
    });
    socket.once('timeout', () => {
      socket.destroy();
      complain('no answer in 5 s');
    });
    socket.once('error', (error) => complain(error.message));
  });
}

async function bundleWorkflows() {
  const workflowsPath = join(checkout, 'src', 'workflows', 'index.ts');
  if (!existsSync(workflowsPath)) return;
  const { bundleWorkflowCode } = require('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: onlyErrors });
  mkdirSync(stateFolder, { recursive: true });
  const file = join(stateFolder, 'test-workflow-bundle.js');
  // Another run may be reading the last one.
  writeFileSync(`${file}.${process.pid}`, code);
  renameSync(`${file}.${process.pid}`, file);
  process.env.TILLFLOW_WORKFLOW_BUNDLE = file;
}

const silent = () => {};
const onlyErrors = {
  log: silent,
  trace: silent,
  debug: silent,
  info: silent,
  warn: (message, meta) => console.warn(message, meta ?? ''),
  error: (message, meta) => console.error(message, meta ?? ''),
};
