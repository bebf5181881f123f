/** What a message looks like; templates/parts.html shows the same without a script. */
import { make } from "./dom";
import type { Helper, Message } from "./server";
import { fill, type Words, word } from "./words";

const SAFE = /^(https|tel|sms):$/;

function way(words: Words, href: string, label: string): HTMLAnchorElement | false {
  const link = make("a", { className: "way", href }, label);
  if (!SAFE.test(link.protocol)) return false;
  if (link.protocol === "https:") {
    Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
    link.append(" ", make("span", { className: "unseen" }, word(words, "new_tab")));
  }
  return link;
}

function site(url: string): string {
  try {
    return new URL(url).host.replace(/^www\./, "");
  } catch {
    return url;
  }
}

function card(words: Words, one: Helper): HTMLLIElement {
  const { phone, sms, url } = one;
  const label = (key: string, values: Record<string, string>) => fill(word(words, key), values);
  const ways = [
    phone && way(words, `tel:${phone.dial}`, label("call", { number: phone.display })),
    sms && way(words, `sms:${sms.dial}`, label("text", { number: sms.display })),
    url && way(words, url, label("open", { site: site(url) })),
  ].filter(Boolean);
  const facts = [
    one.hours && `${word(words, "hours")}: ${one.hours}`,
    one.cost && `${word(words, "cost")}: ${one.cost}`,
    one.anonymous !== "unknown" && word(words, `anonymous_${one.anonymous}`),
  ].filter((fact): fact is string => Boolean(fact));
  const item = make(
    "li",
    { className: "card" },
    make("p", { className: "name" }, one.name),
    make("p", {}, one.what),
    ways.length && make("p", { className: "ways" }, ...ways),
    facts.length &&
      make("ul", { className: "facts" }, ...facts.map((fact) => make("li", {}, fact))),
  );
  item.dataset.resource = one.id;
  return item;
}

function bar(at: { step: number; of: number }): HTMLProgressElement {
  const made = make("progress", { value: at.step, max: at.of });
  // The words beside it say the same.
  made.setAttribute("aria-hidden", "true");
  return made;
}

const directionOf = (words: Words, { locale }: Message) =>
  word(words, `direction_${locale}`) || "auto";

/** A message of the other side, with its cards; its buttons are the caller's. */
export function bubble(words: Words, message: Message): HTMLDivElement {
  const lines = message.text.split("\n").filter((line) => line.trim());
  const { progress: at } = message;
  const made = make(
    "div",
    { className: "bubble", lang: message.locale, dir: directionOf(words, message) },
    at && make("p", { className: "progress" }, `${fill(word(words, "progress"), at)} `, bar(at)),
    ...lines.map((line) => make("p", {}, line)),
    message.resources.length > 0 &&
      make("ul", { className: "cards" }, ...message.resources.map((one) => card(words, one))),
  );
  Object.assign(made.dataset, { script: message.script, edition: message.edition });
  return made;
}

/** What the person said. */
export function mine(words: Words, said: string): HTMLDivElement {
  // With a direction of its own it does not decide the one of what was said.
  const who = make("span", { className: "unseen", dir: "auto" }, `${word(words, "you")}: `);
  return make("div", { className: "bubble mine", dir: "auto" }, make("p", {}, who, said));
}

/** A button to choose. */
export function choice(label: string, chosen: () => void): HTMLButtonElement {
  const button = make("button", { className: "choice", type: "button" }, label);
  button.addEventListener("click", chosen);
  return button;
}
