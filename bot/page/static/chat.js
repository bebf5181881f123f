// Makes the page a chat without reloads. What it shows comes from the API, as text nodes only; the
// token lives in a variable only. Without this file the forms of the page do the same.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const chat = byId("chat"), log = byId("log"), choices = byId("choices"), status = byId("status");
  const writing = byId("writing"), input = byId("text"), again = byId("again");
  const words = JSON.parse(chat.dataset.words), exit = document.body.dataset.exit;
  const locale = chat.dataset.locale;
  const TIMEOUT = 15000, LEAVE_TIMES = 3, LEAVE_WITHIN = 5000;
  let country = chat.dataset.country || undefined;
  let token = document.querySelector("input[name=token]")?.value;
  let welcome = []; // buttons of a conversation that has just begun
  let busy = false, gone = false;

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children.filter((child) => child));
    return made;
  }

  // Talking to the server

  async function call(method, path, body, headers = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TIMEOUT);
    try {
      const answer = await fetch("/api/v1" + path, {
        method,
        headers: { "content-type": "application/json", ...headers },
        body: body && JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
      });
      const content = await answer.json();
      if (!answer.ok) throw { status: answer.status, messages: content.messages };
      return content;
    } finally {
      clearTimeout(timer);
    }
  }

  const bearer = () => ({ authorization: "Bearer " + token });

  function forget(old) {
    if (!old) return;
    // keepalive: it goes out although the page is gone.
    const options = { method: "DELETE", keepalive: true, credentials: "omit" };
    fetch("/api/v1/conversation", { ...options, headers: { authorization: "Bearer " + old } }).catch(
      () => {},
    );
  }

  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    return Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("-");
  }

  // A message keeps its key and its body, so that trying again never takes a turn twice.
  async function deliver(message) {
    if (busy || gone) return;
    busy = true;
    offer([]);
    status.textContent = words.wait;
    try {
      if (!token) {
        const begun = await call("POST", "/conversations", { locale, country });
        token = begun.token;
        welcome = begun.messages.flatMap((one) => one.buttons);
      }
      message.body ??= bodyOf(message);
      const headers = { ...bearer(), "idempotency-key": message.key };
      const answer = await call("POST", "/messages", message.body, headers);
      if (gone) return;
      show(answer.messages);
      status.textContent = "";
    } catch (problem) {
      if (!gone) fail(message, problem);
    } finally {
      busy = false;
    }
  }

  function bodyOf(message) {
    if (!message.start) return message.button ? { button: message.button } : { text: message.text };
    const same = welcome.find((button) => button.label === message.start);
    return same ? { button: same.token } : { text: message.start };
  }

  function fail(message, problem) {
    status.textContent = words.failed;
    const expired = problem.status === 401;
    if (expired) {
      token = undefined;
      // Its words can begin a new conversation; the button of an old one cannot.
      message = { key: newKey(), text: message.text, start: message.start };
    }
    const bubbles = problem.messages?.length
      ? problem.messages.map(bubble)
      : [byId("offline").content.cloneNode(true)];
    log.append(...bubbles);
    const retry = message.text || message.start || message.button || !expired;
    offer(retry ? [choice(words.retry, () => deliver(message))] : []);
    reveal(log.lastElementChild);
  }

  // Showing

  function way(kind, href, label) {
    const link = element("a", { className: "way", href }, label);
    if (kind === "open") {
      Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
      link.append(" ", element("span", { className: "unseen" }, words.new_tab));
    }
    return link;
  }

  const SAFE = /^(https:|tel:|sms:)/;
  const fill = (pattern, name, value) => pattern.replace("{" + name + "}", () => value);

  function card(one) {
    const site = one.url && new URL(one.url).host.replace(/^www\./, "");
    const ways = [
      one.phone && way("call", "tel:" + one.phone.dial, fill(words.call, "number", one.phone.display)),
      one.sms && way("text", "sms:" + one.sms.dial, fill(words.text, "number", one.sms.display)),
      site && way("open", one.url, fill(words.open, "site", site)),
    ].filter((link) => link && SAFE.test(link.href));
    const facts = [
      one.hours && words.hours + ": " + one.hours,
      one.cost && words.cost + ": " + one.cost,
      one.anonymous !== "unknown" && words["anonymous_" + one.anonymous],
    ].filter(Boolean);
    const item = element(
      "li",
      { className: "card" },
      element("p", { className: "name" }, one.name),
      element("p", {}, one.what),
      ways.length && element("p", { className: "ways" }, ...ways),
      facts.length &&
        element("ul", { className: "facts" }, ...facts.map((fact) => element("li", {}, fact))),
    );
    item.dataset.resource = one.id;
    return item;
  }

  function bubble(message) {
    const lines = message.text.split("\n").filter((line) => line.trim());
    const made = element(
      "div",
      { className: "bubble", lang: message.locale, dir: "auto" },
      ...lines.map((line) => element("p", {}, line)),
      message.resources.length &&
        element("ul", { className: "cards" }, ...message.resources.map(card)),
    );
    made.dataset.script = message.script;
    made.dataset.edition = message.edition;
    return made;
  }

  // A label under several messages means another thing in each: it stays in its bubble.
  function show(messages) {
    const buttons = messages.flatMap((one) => one.buttons);
    const repeated = ({ label }) => buttons.filter((one) => one.label === label).length > 1;
    const made = ({ label, token }) => choice(label, () => say({ button: token }, label));
    for (const message of messages) {
      const bubbled = bubble(message);
      bubbled.append(...message.buttons.filter(repeated).map(made));
      log.append(bubbled);
    }
    offer(buttons.filter((one) => !repeated(one)).map(made));
  }

  function choice(label, chosen) {
    const button = element("button", { className: "choice", type: "button" }, label);
    button.addEventListener("click", chosen);
    return button;
  }

  function offer(buttons) {
    const lost = choices.contains(document.activeElement);
    choices.replaceChildren(...buttons);
    choices.hidden = !buttons.length;
    // On a phone the keyboard would cover the answer, so there the focus goes to the log.
    if (lost) (matchMedia("(pointer: fine)").matches ? input : log).focus({ preventScroll: true });
  }

  function reveal(node) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  function say(message, shown) {
    if (busy || gone) return;
    const who = element("span", { className: "unseen" }, words.you + ": ");
    const mine = element("div", { className: "bubble mine", dir: "auto" });
    mine.append(element("p", {}, who, shown));
    log.append(mine);
    reveal(mine);
    deliver({ key: newKey(), ...message });
  }

  // Numbers of another country without losing the chat; quick links as in help.py

  function quick(resources) {
    const links = resources.flatMap((one, place) => {
      const ways = [
        ["call", "tel:", one.phone],
        ["text", "sms:", one.sms],
      ].filter(([, , contact]) => contact);
      const found = ways.map(([kind, scheme, { display, dial }]) =>
        one.name.includes(display)
          ? way(kind, scheme + dial, fill(words[kind], "number", display))
          : way(kind, scheme + dial, fill(words[kind + "_name"], "name", one.name)),
      );
      if (!found.length && one.url) {
        found.push(way("open", one.url, fill(words.open_name, "name", one.name)));
      }
      return found.slice(0, place ? 2 : 1);
    });
    return links.slice(0, 3);
  }

  async function changeCountry(select) {
    const place = { country: select.value, locale };
    const help = await call("GET", "/help?" + new URLSearchParams(place));
    country = select.value;
    const name = select.selectedOptions[0].textContent;
    byId("card").replaceChildren(...help.messages.map(bubble));
    byId("country-name").textContent = fill(words.numbers_for, "country", name);
    byId("country-other").textContent = fill(words.not_in, "country", name);
    document.querySelector(".quick").replaceChildren(...quick(help.messages[0].resources));
  }

  // Leaving

  function wipe() {
    const old = token;
    gone = true;
    token = undefined;
    welcome = [];
    document.title = "";
    document.body.replaceChildren();
    document.documentElement.classList.add("left");
    return old;
  }

  function leave() {
    forget(wipe());
    location.replace(exit);
  }

  let shifts = [], modifier = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Shift") modifier = event.ctrlKey || event.altKey || event.metaKey;
    else [shifts, modifier] = [[], true];
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    if (modifier) return void (shifts = []);
    shifts = [...shifts.filter((then) => event.timeStamp - then < LEAVE_WITHIN), event.timeStamp];
    if (shifts.length === LEAVE_TIMES) leave();
  });
  document.addEventListener("pointerdown", () => (shifts = []));

  const leaving = byId("leaving") || document.querySelector(".leave");
  leaving.addEventListener(leaving.tagName === "FORM" ? "submit" : "click", (event) => {
    event.preventDefault();
    leave();
  });
  again.addEventListener(again.tagName === "FORM" ? "submit" : "click", (event) => {
    event.preventDefault();
    const start = "/?" + new URLSearchParams({ locale, ...(country && { country }) });
    forget(wipe());
    location.replace(start);
  });
  // The token goes with the page, so nobody could reach the conversation any more.
  addEventListener("pagehide", () => gone || forget(wipe()));
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  // Writing and choosing

  writing.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text || busy) return;
    input.value = "";
    input.focus({ preventScroll: true });
    say({ text }, text);
  });
  input.addEventListener("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    writing.requestSubmit();
  });
  for (const form of chat.querySelectorAll("#choosing, .inside")) {
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  for (const button of chat.querySelectorAll(".choice")) {
    const label = button.textContent;
    const message = button.name === "start" ? { start: label } : { button: button.value };
    button.type = "button";
    button.addEventListener("click", () => say(message, label));
  }
  byId("country").addEventListener("submit", (event) => {
    if (!token) return; // nothing to lose: the form leads to the page of that country
    event.preventDefault();
    const select = byId("country-code");
    changeCountry(select).catch(() => (status.textContent = words.failed));
  });
  for (const hidden of document.querySelectorAll("input[name=token]")) hidden.remove();
  byId("hint").hidden = false;
})();
