// Passkeys and live checks. Every page works without it, but for passkeys.
"use strict";

/** base64url <-> bytes, as WebAuthn's JSON forms have them. */
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

async function options(form, path) {
  const token = form.elements.csrf_token.value;
  const answer = await fetch(path, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function created(form) {
  const wanted = await options(form, form.dataset.passkeyNew);
  wanted.challenge = bytes(wanted.challenge);
  wanted.user.id = bytes(wanted.user.id);
  for (const one of wanted.excludeCredentials ?? []) one.id = bytes(one.id);
  const made = await navigator.credentials.create({ publicKey: wanted });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    },
  };
}

async function used(form) {
  const wanted = await options(form, form.dataset.passkey);
  wanted.challenge = bytes(wanted.challenge);
  for (const one of wanted.allowCredentials ?? []) one.id = bytes(one.id);
  const got = await navigator.credentials.get({ publicKey: wanted });
  const { clientDataJSON, authenticatorData, signature, userHandle } = got.response;
  return {
    id: got.id,
    rawId: text(got.rawId),
    type: got.type,
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

function withPasskeys(form, ask) {
  if (!window.PublicKeyCredential) return;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = form.querySelector("[data-problem]");
    problem.textContent = "";
    try {
      form.elements.answer.value = JSON.stringify(await ask(form));
    } catch {
      problem.textContent = "That did not work. Try again, or use a code.";
      return;
    }
    form.submit();
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) withPasskeys(form, used);
for (const form of document.querySelectorAll("form[data-passkey-new]")) withPasskeys(form, created);

/** The checks of a text while it is written: asked half a second after the last key. */
function liveChecks(form) {
  const place = document.getElementById("checks");
  let timer;
  let asked = 0;
  const line = (tag, words, style) => {
    const made = document.createElement(tag);
    made.textContent = words;
    if (style) made.className = style;
    return made;
  };
  const list = (all, style) => {
    const made = document.createElement("ul");
    made.append(...all.map((one) => line("li", one, style)));
    return made;
  };
  async function check() {
    const mine = ++asked;
    const answer = await fetch(form.dataset.lint, { method: "POST", body: new FormData(form) });
    if (!answer.ok || mine !== asked) return;
    const found = await answer.json();
    const told = found.problems.length
      ? [line("p", "This has to be mended before it can be submitted:"), list(found.problems, "error")]
      : [line("p", "The checks have nothing against it.")];
    if (found.hints.length) told.push(list(found.hints));
    const grade = found.grade === null ? "" : `, reads at school grade ${found.grade.toFixed(1)}`;
    told.push(line("p", `${found.words} words${grade}`, "quiet"));
    place.replaceChildren(...told);
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => check().catch(() => {}), 500);
  });
}
for (const form of document.querySelectorAll("form[data-lint]")) liveChecks(form);

// Somebody who wrote something is asked before it is lost.
for (const form of document.querySelectorAll("form[data-lint]")) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => changed && event.preventDefault());
}
