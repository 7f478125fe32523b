import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { findProgram, run } from './command.mjs';
import { SetupFailure } from './failure.mjs';

const policyFile = '/usr/sbin/policy-rc.d';
// Somebody else's apt may take minutes.
const lockPatienceMs = 10 * 60_000;
const quietly = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', RUNLEVEL: '1' };

/** Whether we may install Debian packages here. */
export function mayInstallPackages() {
  return process.getuid?.() === 0 && findProgram(['apt-get']) !== undefined;
}

/**
 * Installs Debian packages without starting the services they bring.
 * @param {string[]} packages
 * @param {{ signal?: AbortSignal, step: { note: (text: string) => void } }} context
 */
export async function installPackages(packages, { signal, step }) {
  await repairInterruptedInstall({ signal, step });
  await apt(['update', '-q'], { signal, step, note: 'apt-get update' });
  await withoutServices(() =>
    apt(['install', '-y', '-q', '--no-install-recommends', ...packages], {
      signal,
      step,
      note: `installing ${packages.join(' and ')}`,
    }),
  );
}

/** A package tool that was killed half-way refuses everything until it may finish. */
async function repairInterruptedInstall({ signal, step }) {
  const { output } = await run('dpkg', ['--audit'], { signal });
  if (output.trim() === '') return;
  step.note('finishing an interrupted installation');
  await withoutServices(() => run('dpkg', ['--configure', '-a'], { signal, env: { ...process.env, ...quietly } }));
}

async function apt(args, { signal, step, note }) {
  const deadline = Date.now() + lockPatienceMs;
  const options = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];
  for (;;) {
    step.note(note);
    const asked = { signal, env: { ...process.env, ...quietly }, stopSignal: 'SIGINT', patienceMs: 60_000 };
    const { code, output } = await run('apt-get', [...options, ...args], asked);
    if (code === 0) return;
    if (!/Could not get lock|Unable to lock/.test(output) || Date.now() > deadline) throw notInstalled(args, output);
    step.note('waiting for another package installation to end');
    await pause(2000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function notInstalled(args, output) {
  return new SetupFailure(`apt-get ${args.join(' ')} failed.`, {
    detail: output.split('\n').slice(-12).join('\n'),
    advice: ['Put the package sources right (apt-get update), or install the packages by hand, and run this again.'],
  });
}

/** Debian asks this file before it starts a service; one that is already there (as in containers) stays. */
async function withoutServices(work) {
  const ours = !existsSync(policyFile);
  if (ours) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await work();
  } finally {
    if (ours) rmSync(policyFile, { force: true });
  }
}
