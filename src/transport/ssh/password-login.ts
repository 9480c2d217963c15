// The password of a login: given once, by whichever method the host has for it, and to no question that asks for something else.
import type { AnyAuthMethod, Prompt } from 'ssh2';
import type { Secret } from '../../model/index.ts';
import { plain } from '../printable.ts';

/** The methods that take a password, the plainer one first: it leaves no doubt about what is asked. */
export const passwordMethods = ['password', 'keyboard-interactive'] as const;

/** A question for something that only the person has at the time. */
const codeLike =
  /\b(otp|token|code|verification|one[- ]time|passcode|challenge|pin)\b|yubikey|\bnew\b|retype/i;

/** Whether a question of the host is for the password, in whatever language it is asked. */
export function asksForPassword(question: string): boolean {
  return !codeLike.test(question);
}

/** One password, and what became of it. */
export class PasswordLogin {
  readonly #password: Secret;
  readonly #user: string;
  readonly #notes: string[] = [];
  #isGiven = false;

  constructor(user: string, password: Secret) {
    this.#user = user;
    this.#password = password;
  }

  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** What the host asked that is not answered. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** The next method that the host takes; undefined when there is none, or the password was refused. */
  next(accepts: readonly string[], tried: ReadonlySet<string>): AnyAuthMethod | undefined {
    const type = passwordMethods.find((each) => accepts.includes(each) && !tried.has(each));
    if (type === undefined || this.#isGiven) return undefined;
    const username = this.#user;
    if (type === 'password') return { type, username, password: this.#take() };
    return {
      type,
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => {
        finish(this.#answers(prompts));
      },
    };
  }

  /** The password, for a question in words; undefined for one that is not answered. */
  answer(question: string): string | undefined {
    // A host that asks for it again has refused it.
    if (asksForPassword(question)) return this.#isGiven ? undefined : this.#take();
    this.#notes.push(`the host asks ${JSON.stringify(plain(question).trim().slice(0, 80))}`);
    return undefined;
  }

  #take(): string {
    this.#isGiven = true;
    return this.#password.reveal();
  }

  // Fewer answers than questions end the method.
  #answers(prompts: readonly Prompt[]): string[] {
    const answers: string[] = [];
    for (const { prompt } of prompts) {
      const answer = this.answer(prompt);
      if (answer === undefined) break;
      answers.push(answer);
    }
    return answers;
  }
}
