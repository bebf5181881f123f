/** The web API as the page uses it: no cookie, nothing cached, a time limit on each call. */

const LIMIT = 15_000; // milliseconds

export interface Button {
  label: string;
  token: string;
}
export interface Contact {
  display: string;
  dial: string;
}
export interface Helper {
  id: string;
  name: string;
  what: string;
  url: string | null;
  phone: Contact | null;
  sms: Contact | null;
  hours: string | null;
  cost: string | null;
  anonymous: "yes" | "no" | "unknown";
}
export interface Message {
  id: string;
  script: string;
  edition: string;
  locale: string;
  text: string;
  buttons: Button[];
  resources: Helper[];
  progress?: { step: number; of: number };
}
export interface Answer {
  messages: Message[];
  crisis: boolean;
}
export interface Begun {
  token: string;
  messages: Message[];
}

/** A request that was refused: its HTTP status and what the scripts say about it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly messages: Message[],
  ) {
    super();
  }
}

async function call(method: string, path: string, body: unknown, headers: Record<string, string>) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LIMIT);
  try {
    const answer = await fetch(`/api/v1${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      signal: stop.signal,
    });
    if (answer.ok) return await answer.json();
    const problem: Partial<Answer> = await answer.json();
    throw new Refused(answer.status, problem.messages ?? []);
  } finally {
    clearTimeout(timer);
  }
}

/** Begins a conversation. */
export function begin(locale: string, country: string | undefined): Promise<Begun> {
  return call("POST", "/conversations", { locale, country }, {});
}

/** Sends one message. The same key and body again give the same answer and never a second turn. */
export function send(token: string, key: string, body: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, "idempotency-key": key };
  return call("POST", "/messages", body, headers);
}

/** Erases a conversation; the request goes out although the page is gone. */
export function erase(token: string): void {
  const headers = { authorization: `Bearer ${token}` };
  const options = { method: "DELETE", keepalive: true, credentials: "omit", headers } as const;
  fetch("/api/v1/conversation", options).catch(() => {});
}

/** Tells that a helper's link or number was opened; it is counted, and nobody waits for it. */
export function tellOpened(token: string, resource: string): void {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ resource });
  const options = { method: "POST", keepalive: true, credentials: "omit", headers, body } as const;
  fetch("/api/v1/opened", options).catch(() => {});
}

/** A page of ours as a document: nothing in it runs, and no string becomes markup here. */
export function fetchPage(address: string): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.timeout = LIMIT;
    const failed = () => reject(new Error("no page"));
    request.onload = () => (request.responseXML ? resolve(request.responseXML) : failed());
    request.onerror = request.ontimeout = failed;
    request.send();
  });
}
