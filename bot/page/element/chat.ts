import { choice, mine } from "./bubbles";
import { Cleared, Conversation, newKey, type Said } from "./conversation";
import { byId, copyOf, make, reveal } from "./dom";
import { watchIdle } from "./idle";
import { clearSheets, showTools } from "./keep";
import { hasLeft, onLeaving } from "./leave";
import { addressOf, goTo } from "./place";
import { type Message, Refused } from "./server";
import { boxOf, focusAgain, forgetPassing, offer, refused, show } from "./showing";
import { type Words, word } from "./words";
import { watchWriting } from "./writing";

const ELSEWHERE = "ZZ"; // a country that the directory does not list, as in help.py
const SLOW = 4000; // milliseconds; the server itself answers within two seconds

interface Beginning {
  log: Node[];
  choices: Node[];
}

/** Makes the server's page a chat without reloads. */
export class HandrailChat extends HTMLElement {
  #words: Words = {};
  #locale = "";
  #country: string | undefined;
  #beginning: Beginning | undefined;
  #busy = false;
  #crisis = false;
  #moves = 0;
  #wired = false;
  #slow = 0;
  #conversation = new Conversation(undefined);

  connectedCallback(): void {
    if (this.#wired) return;
    this.#wired = true;
    const { words = "{}", locale = "", country, idle, crisis } = this.dataset;
    this.#words = JSON.parse(words);
    this.#locale = locale;
    this.#country = country || undefined;
    this.#crisis = crisis !== undefined;
    const token = document.querySelector<HTMLInputElement>("input[name=token]")?.value;
    this.#conversation = new Conversation(token);
    onLeaving(() => this.#conversation.forget());
    if (!token) this.#beginning = beginningOf(document);
    watchWriting({
      busy: () => this.#busy,
      say: (text) => this.#say({ text }, text),
      refuseFiles: () => this.#refuseFiles(),
    });
    watchIdle({
      minutes: Number(idle),
      applies: () => !this.#crisis && !this.#busy && this.#used(),
      ask: () => this.#askWhetherThere(),
      unask: () => document.getElementById("idle")?.replaceChildren(),
      clear: () => {
        this.clear();
        byId("status").textContent = word(this.#words, "idle_cleared");
      },
    });
    this.#adopt();
    document.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("submit", (event) => this.#submitted(event));
  }

  /** Erases the conversation here and on the server; works without the network. */
  clear(): void {
    this.#conversation.forget();
    this.#crisis = false;
    this.#busy = false;
    clearTimeout(this.#slow);
    if (this.#beginning) {
      this.#begin(this.#beginning);
      const box = boxOf();
      if (box) box.value = "";
      byId("idle").replaceChildren();
      clearSheets();
      byId("status").textContent = word(this.#words, "cleared");
      focusAgain();
      scrollTo(0, 0);
    } else {
      // The page came in the middle of a chat without a script: its beginning is not in memory.
      location.replace(addressOf(this.#locale, this.#country));
    }
  }

  #begin({ log, choices }: Beginning): void {
    byId("log").replaceChildren(...copies(log));
    offer(copies(choices));
    this.#adopt();
  }

  // Sending

  #say(message: Omit<Said, "key">, shown: string): void {
    if (this.#busy || hasLeft()) return;
    const said = mine(this.#words, shown);
    byId("log").append(said);
    reveal(said);
    void this.#deliver({ key: newKey(), ...message });
  }

  async #deliver(said: Said): Promise<void> {
    if (this.#busy || hasLeft()) return;
    this.#busy = true;
    const before = [...byId("choices").children].filter((one) => !one.matches("[name=retry]"));
    offer([]);
    const status = byId("status");
    status.textContent = word(this.#words, "wait");
    const slow = setTimeout(() => this.#meanwhile(), SLOW);
    this.#slow = slow;
    try {
      const answer = await this.#conversation.send(said, this.#locale, this.#country);
      clearTimeout(slow);
      this.#busy = false;
      this.#crisis ||= answer.crisis;
      forgetPassing();
      show(this.#words, answer.messages, (button) =>
        this.#say({ button: button.token }, button.label),
      );
      status.textContent = "";
      await this.#follow(answer.messages);
    } catch (problem) {
      if (problem instanceof Cleared || hasLeft()) return;
      this.#busy = false;
      this.#fail(said, problem, before);
    } finally {
      clearTimeout(slow);
    }
  }

  // Whoever waits in fear has the numbers before the answer, in a few lines that go when it comes.
  #meanwhile(): void {
    if (hasLeft() || !this.#busy) return;
    const ways = [...byId("quick").children].map((way) => way.cloneNode(true));
    const told = make("p", {}, word(this.#words, "slow"));
    const passing = make(
      "div",
      { className: "bubble passing" },
      told,
      make("p", { className: "ways" }, ...ways),
    );
    byId("log").append(passing);
    passing.scrollIntoView({ block: "nearest" });
  }

  #fail(said: Said, problem: unknown, before: Element[]): void {
    byId("status").textContent = word(this.#words, "failed");
    const ended = problem instanceof Refused && problem.status === 401;
    if (ended) this.#conversation.end();
    // The words of a conversation that has ended can begin a new one; its buttons cannot.
    const again: Said = ended ? { ...said, key: newKey() } : said;
    if (ended) {
      delete again.body;
      delete again.button;
    }
    forgetPassing();
    byId("log").append(make("div", { className: "passing" }, ...refused(this.#words, problem)));
    const possible = again.text !== undefined || again.start || again.button;
    const retry = choice(word(this.#words, "retry"), () => void this.#deliver(again));
    retry.name = "retry";
    // What was offered is still there; of a conversation that has ended, the beginning is.
    const others = ended ? copies(this.#beginning?.choices ?? []) : before;
    offer([...(possible ? [retry] : []), ...others]);
    // The numbers stand above; what can be done about it has to be in view.
    byId("status").scrollIntoView({ block: "end" });
  }

  // Showing

  #askWhetherThere(): void {
    const stay = choice(word(this.#words, "idle_stay"), () => {});
    byId("idle").replaceChildren(word(this.#words, "idle"), " ", stay);
  }

  #refuseFiles(): void {
    const log = byId("log");
    log.append(copyOf("no-files"));
    reveal(log.lastElementChild);
  }

  #used(): boolean {
    const marks = document.querySelector(".mine, .sheet :checked");
    return marks !== null || Boolean(boxOf()?.value);
  }

  // The forms and links of the server's page

  // A token in a field would outlive the one in memory.
  #adopt(): void {
    for (const field of document.querySelectorAll("input[name=token], .unkept")) field.remove();
    showTools();
  }

  #clicked(event: MouseEvent): void {
    const target = event.target as Element;
    const tap = target.closest<HTMLElement>("a.language, a#again");
    const button = target.closest<HTMLButtonElement>("#choosing button, .inside button");
    const helper = target.closest("a.way")?.closest<HTMLElement>("[data-resource]");
    if (helper) this.#conversation.opened(helper.dataset.resource ?? "");
    if (button) {
      event.preventDefault();
      const label = button.textContent ?? "";
      // A button of the welcome has no token yet: it is named by its words.
      this.#say(button.name === "start" ? { start: label } : { button: button.value }, label);
    } else if (tap && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (tap.id === "again") this.clear();
      else void this.#speak(tap.lang, tap.textContent ?? "");
    }
  }

  #submitted(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    const language = form.querySelector<HTMLElement>("button[lang]");
    if (form.id === "country") {
      event.preventDefault();
      const [chosen] = byId<HTMLSelectElement>("country-code").selectedOptions;
      if (chosen) void this.#go(chosen.value, chosen.text);
    } else if (form.id === "again") {
      event.preventDefault();
      this.clear();
    } else if (language) {
      event.preventDefault();
      void this.#speak(language.lang, language.textContent ?? "");
    }
  }

  // Languages and countries

  async #speak(locale: string, name: string): Promise<void> {
    if (!(await this.#moveAlone(locale, this.#country))) return;
    byId("status").textContent = "";
    if (this.#conversation.begun) this.#say({ text: name }, name);
  }

  async #go(country: string, name: string): Promise<void> {
    if (!(await this.#moveAlone(this.#locale, country))) return;
    byId("status").textContent = byId("country-name").textContent;
    // The chat is told as by words: the cards that it shows from now on are of that country.
    if (this.#conversation.begun && country !== ELSEWHERE) this.#say({ text: name }, name);
  }

  // Nothing is sent meanwhile, or the page and the conversation would part.
  async #moveAlone(locale: string, country: string | undefined): Promise<boolean> {
    if (this.#busy || hasLeft()) return false;
    this.#busy = true;
    byId("status").textContent = word(this.#words, "wait");
    const moved = await this.#move(locale, country);
    this.#busy = false;
    return moved;
  }

  async #follow(messages: Message[]): Promise<void> {
    const spoken = messages[messages.length - 1]?.locale;
    if (spoken && spoken !== this.#locale) await this.#move(spoken, this.#country);
  }

  async #move(locale: string, country: string | undefined): Promise<boolean> {
    this.#moves += 1;
    const move = this.#moves;
    try {
      const page = await goTo(locale, country, () => move === this.#moves);
      const chat = page.getElementById("chat");
      this.#words = JSON.parse(chat?.dataset.words ?? "{}");
      this.#locale = locale;
      this.#country = country;
      this.#beginning = beginningOf(page);
      if (!this.#conversation.begun && !this.querySelector(".mine")) this.#begin(this.#beginning);
      this.#adopt();
      return true;
    } catch {
      if (!hasLeft() && move === this.#moves)
        byId("status").textContent = word(this.#words, "failed");
      return false;
    }
  }
}

function beginningOf(page: Document): Beginning {
  const log = [...(page.getElementById("log")?.children ?? [])];
  const choices = [...(page.getElementById("choices")?.children ?? [])];
  return { log: copies(log), choices: copies(choices) };
}

function copies(nodes: Node[]): Node[] {
  return nodes.map((node) => document.importNode(node, true));
}
