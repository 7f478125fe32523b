import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { BookAnswer, BookMessage, BookOrder } from './book-process.ts';

/** A process that posts, seen from the test. */
export interface BookProcess {
  /** Sends `order` and answers everything that came back until it was done. */
  run(order: BookOrder): Promise<readonly BookAnswer[]>;
  /** Sends `order` and does not wait; `onAnswer` hears each answer. */
  start(order: BookOrder, onAnswer: (answer: BookAnswer) => void): void;
  /** `kill -9`; waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a process on the product's sources, as production runs them. */
export async function startBookProcess(): Promise<BookProcess> {
  const child = fork(resolve(import.meta.dirname, 'book-process.ts'), {
    execArgv: ['--no-warnings'],
    stdio: 'inherit',
  });
  await nextMessage(child, 'ready');
  return {
    run: async (order) => {
      const answers: BookAnswer[] = [];
      const hear = (message: BookMessage): void => {
        if (message.kind === 'answer') answers.push(message);
      };
      child.on('message', hear);
      child.send(order);
      await nextMessage(child, 'done');
      child.off('message', hear);
      return answers;
    },
    start: (order, onAnswer) => {
      child.on('message', (message: BookMessage) => {
        if (message.kind === 'answer') onAnswer(message);
      });
      child.send(order);
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function nextMessage(child: ChildProcess, kind: BookMessage['kind']): Promise<void> {
  return new Promise((fulfil, reject) => {
    const hear = (message: BookMessage): void => {
      if (message.kind !== kind) return;
      child.off('message', hear).off('exit', complain);
      fulfil();
    };
    const complain = (): void => {
      reject(new Error(`The process ended before it was ${kind}`));
    };
    child.on('message', hear).once('exit', complain);
  });
}
