// Run by temporal-download.mjs with the project's Node, after npm ci: starting a server is how the SDK downloads one.
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [, , downloadDir, version] = process.argv;
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', version: `v${version}`, downloadDir } },
});
await environment.teardown();
