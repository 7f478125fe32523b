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

function startMark(pid) {
  return process.platform === 'linux' ? startTicks(pid) : startTime(pid);
}

function startTicks(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name is in parentheses and may hold spaces; fields are counted after it.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : fields[19];
  } catch {
    return '';
  }
}

function startTime(pid) {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
