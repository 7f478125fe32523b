import { condition } from '@temporalio/workflow';

/** A command with its caller waiting for the answer. */
export interface Letter<Command, Answer> {
  readonly command: Command;
  answer(answer: Answer): void;
}

/** Commands in the order they came, each answered by the workflow's one loop, so that handlers never race. */
export class Mailbox<Command, Answer> {
  readonly #letters: Letter<Command, Answer>[] = [];

  /** Leaves a command and waits for its answer: the body of an update handler. */
  async ask(command: Command): Promise<Answer> {
    const answers: Answer[] = [];
    this.#letters.push({ command, answer: (answer) => void answers.push(answer) });
    await condition(() => answers.length > 0);
    return answers[0] as Answer;
  }

  hasMail(): boolean {
    return this.#letters.length > 0;
  }

  take(): Letter<Command, Answer> | undefined {
    return this.#letters.shift();
  }

  /** Answers what is left when the loop has ended, so that no caller waits for ever. */
  async answerRest(obey: (command: Command) => Promise<Answer>): Promise<void> {
    for (let letter = this.take(); letter !== undefined; letter = this.take())
      letter.answer(await obey(letter.command));
  }
}
