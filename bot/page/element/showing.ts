/** What the chat shows and offers, and where the focus goes when a part of it is exchanged. */
import { bubble, choice } from "./bubbles";
import { byId, copyOf } from "./dom";
import { type Button, type Message, Refused } from "./server";
import { plan } from "./sheet";
import type { Words } from "./words";

/** The box to write in; a service that has ended has none. */
export const boxOf = () => document.querySelector<HTMLTextAreaElement>("#text");

/** Adds an answer to the log and offers its buttons. Throws when nothing was said. */
export function show(words: Words, messages: Message[], press: (button: Button) => void): void {
  if (!messages.length) throw new Error("nothing was said");
  const buttons = messages.flatMap((one) => one.buttons);
  const repeated = ({ label }: Button) => buttons.filter((one) => one.label === label).length > 1;
  const made = (button: Button) => choice(button.label, () => press(button));
  // A label under several messages means another thing in each: it stays in its bubble.
  const bubbles = messages.map((one) => {
    const shown = bubble(words, one);
    shown.append(...one.buttons.filter(repeated).map(made));
    return shown;
  });
  const whole = messages.filter((one) => one.progress).length > 1;
  byId("log").append(...(whole ? [plan(words, bubbles)] : bubbles));
  offer(buttons.filter((one) => !repeated(one)).map(made));
}

/** What a refusal says; where that is nothing to read, the card that the page holds itself. */
export function refused(words: Words, problem: unknown): Node[] {
  try {
    if (problem instanceof Refused && problem.messages.length)
      return problem.messages.map((one) => bubble(words, one));
  } catch {}
  return [copyOf("offline")];
}

/** Takes away what was shown while there was no answer. */
export function forgetPassing(): void {
  for (const one of document.querySelectorAll(".passing")) one.remove();
}

/** Exchanges the buttons below the log. */
export function offer(buttons: Node[]): void {
  const choices = byId("choices");
  const lost = choices.contains(document.activeElement);
  choices.replaceChildren(...buttons);
  choices.hidden = !buttons.length;
  if (lost) focusAgain();
}

/** To the box; on a phone its keyboard would cover the answer, so there to the log. */
export function focusAgain(): void {
  const box = matchMedia("(pointer: fine)").matches ? boxOf() : null;
  (box ?? byId("log")).focus({ preventScroll: true });
}
