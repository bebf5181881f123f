import { type Answer, type Button, begin, erase, Refused, send } from "./server";

/** One message of the person. `start` is the label of a button of the welcome. */
export interface Said {
  key: string;
  text?: string;
  button?: string;
  start?: string;
  body?: { text: string } | { button: string };
}

/** A fresh idempotency key; older phones have no randomUUID, nor has a page without TLS. */
export function newKey(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join();
}

/** What was under way when the page was cleared: nobody waits for it any more. */
export class Cleared extends Error {}

/** The conversation with the server. Its token is in this object and nowhere else. */
export class Conversation {
  #token: string | undefined;
  #era = 0;
  #welcome: Button[] = [];

  constructor(token: string | undefined) {
    this.#token = token;
  }

  get begun(): boolean {
    return this.#token !== undefined;
  }

  /**
   * Sends a message and gives the answer. A message keeps its key and its body, so that sending it
   * again never takes a turn twice. Throws Refused, Cleared, or whatever the network throws.
   */
  async send(said: Said, locale: string, country: string | undefined): Promise<Answer> {
    const era = this.#era;
    const cleared = () => era !== this.#era;
    if (!this.#token) {
      const begun = await begin(locale, country);
      if (cleared()) {
        erase(begun.token);
        throw new Cleared();
      }
      this.#token = begun.token;
      this.#welcome = begun.messages.flatMap((message) => message.buttons);
    }
    said.body ??= this.#bodyOf(said);
    const answer = await send(this.#token, said.key, said.body);
    if (cleared()) throw new Cleared();
    return answer;
  }

  /** Erases it on the server too. */
  forget(): void {
    if (this.#token) erase(this.#token);
    this.#era += 1;
    this.#token = undefined;
    this.#welcome = [];
  }

  /** Whether a problem means that the conversation is over; its words can begin a new one. */
  hasEnded(problem: unknown): boolean {
    const ended = problem instanceof Refused && problem.status === 401;
    if (ended) this.#token = undefined;
    return ended;
  }

  #bodyOf(said: Said): { text: string } | { button: string } {
    if (said.button !== undefined) return { button: said.button };
    const same = this.#welcome.find((button) => button.label === said.start);
    return same ? { button: same.token } : { text: said.text ?? said.start ?? "" };
  }
}
