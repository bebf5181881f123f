import { type Answer, type Begun, type Button, begin, erase, send, tellOpened } from "./server";

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
    const sent = this.#deliver(said, era, locale, country);
    // Whatever comes of it after a clearing, answer or failure: nobody may see it any more.
    const answer = await sent.catch((problem: unknown) => {
      throw era === this.#era ? problem : new Cleared();
    });
    if (era !== this.#era) throw new Cleared();
    return answer;
  }

  async #deliver(
    said: Said,
    era: number,
    locale: string,
    country: string | undefined,
  ): Promise<Answer> {
    if (!this.#token) this.#open(era, await begin(locale, country));
    said.body ??= this.#bodyOf(said);
    return send(this.#token ?? "", said.key, said.body);
  }

  #open(era: number, begun: Begun): void {
    if (era !== this.#era) {
      erase(begun.token);
      throw new Cleared();
    }
    this.#token = begun.token;
    this.#welcome = begun.messages.flatMap((message) => message.buttons);
  }

  /** Erases it on the server too. */
  forget(): void {
    if (this.#token) erase(this.#token);
    this.#era += 1;
    this.#token = undefined;
    this.#welcome = [];
  }

  /** A helper's link or number was opened; without a conversation nothing is sent. */
  opened(resource: string): void {
    if (this.#token) tellOpened(this.#token, resource);
  }

  /** The server has ended it already; the next message begins a new one. */
  end(): void {
    this.#token = undefined;
  }

  #bodyOf(said: Said): { text: string } | { button: string } {
    if (said.button !== undefined) return { button: said.button };
    const same = this.#welcome.find((button) => button.label === said.start);
    return same ? { button: same.token } : { text: said.text ?? said.start ?? "" };
  }
}
