import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';
import type { Answer } from './route.ts';

/** Starts what works on a row that stands; starting it twice starts it once. */
export type Begin = (id: string) => Promise<void>;

/** Begins what an answer is about; also one that is given again, since the first call may have died before it could. */
export async function beginAfter(answer: Answer, begin: Begin): Promise<Answer> {
  const { id } = z.object({ id: z.string() }).parse(JSON.parse(String(answer.body)));
  await begin(id);
  return answer;
}

/** A file of which the same bytes are taken once. */
export interface FileTaking {
  /** Takes it, or throws the code of `duplicate`. */
  readonly take: () => Promise<Answer>;
  /** What was made of these bytes before. */
  readonly first: () => Promise<{ readonly id: string } | null>;
  readonly duplicate: DomainError;
  readonly begin: Begin;
}

/** Takes a file and begins to work on it. The second of two is refused, and sees to it that the first is worked on. */
export async function takeFile({ take, first, duplicate, begin }: FileTaking): Promise<Answer> {
  let answer: Answer;
  try {
    answer = await take();
  } catch (error) {
    const isSecond = error instanceof DomainError && error.code === duplicate.code;
    if (!isSecond && !(error instanceof UniqueConstraintViolationException)) throw error;
    const known = await first();
    if (known === null) throw error;
    await begin(known.id);
    throw duplicate;
  }
  return beginAfter(answer, begin);
}
