import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Who a process is beyond its number, which the system reuses: the moment it started, as the system counts it.
 * @param {number} pid
 * @returns {{ pid: number, startedAt: string }} `startedAt` is empty for a process that does not exist
 */
export function identify(pid) {
  return { pid, startedAt: startMark(pid) };
}

/** Whether this very process still runs: the number and the moment of its start agree, and it is not a zombie. */
export function isAlive({ pid, startedAt }) {
  return startedAt !== '' && startMark(pid) === startedAt;
}

/** The number of a process's parent; undefined when it cannot be told. */
export function parentOf(pid) {
  return Number(processFields(pid)?.[1]) || undefined;
}

function startMark(pid) {
  return process.platform === 'linux' ? startTicks(pid) : startTime(pid);
}

function startTicks(pid) {
  const fields = processFields(pid);
  return fields && fields[0] !== 'Z' ? fields[19] : '';
}

/** State, parent and so on, from Linux; undefined elsewhere and for a process that does not exist. */
function processFields(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name is in parentheses and may hold spaces; fields are counted after it.
    return status.slice(status.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function startTime(pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
