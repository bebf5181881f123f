/** The page in another language or with the numbers of another country, without a reload. */
import { byId } from "./dom";
import { hasLeft } from "./leave";
import { fetchPage } from "./server";

// What differs from language to language and from country to country; the chat itself stays.
const PARTS = ["quick", "heading", "text-label", "send", "offline", "no-files", "help", "sheets"];
const ENDS = ["leaving", "presses", "foot"];
const LABELLED = ["log", "choices"];

/** The address of the page for a place. */
export function addressOf(locale: string, country: string | undefined): string {
  const { host } = document.body.dataset;
  const query = new URLSearchParams({ locale, ...(country && { country }), ...(host && { host }) });
  return `/?${query}`;
}

/**
 * Fetches the page of a place and takes its fixed parts over. Gives the new page, of which the caller
 * may take more. Throws when it cannot be had or is not `wanted` any more; then all is as it was.
 */
export async function goTo(
  locale: string,
  country: string | undefined,
  wanted: () => boolean,
): Promise<Document> {
  const page = await fetchPage(addressOf(locale, country));
  if (hasLeft() || !wanted() || !page.getElementById("chat")) throw new Error("another page");
  const active = document.activeElement;
  const own = active?.id && `#${active.id}`;
  const focused = active?.closest("#country")
    ? "#country-other"
    : active?.closest("#heading")
      ? "#heading :is(a, button)"
      : own;
  keepTicks(document, page);
  const hint = page.getElementById("hint");
  if (hint) hint.hidden = byId("hint").hidden;
  for (const id of [...PARTS, ...ENDS]) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
  }
  for (const id of LABELLED) {
    const label = page.getElementById(id)?.getAttribute("aria-label");
    if (label) document.getElementById(id)?.setAttribute("aria-label", label);
  }
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.documentElement.dir = page.documentElement.dir;
  if (focused) document.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
  return page;
}

// The same lines stand in the same order in every language.
function keepTicks(before: Document, after: Document): void {
  const sheets = [...before.querySelectorAll<HTMLDetailsElement>("#sheets details")];
  for (const [place, fresh] of [...after.querySelectorAll("details.at-hand")].entries()) {
    fresh.toggleAttribute("open", sheets[place]?.open ?? false);
    const ticked = [...(sheets[place]?.querySelectorAll("input") ?? [])].map((box) => box.checked);
    for (const [line, box] of [...fresh.querySelectorAll("input")].entries()) {
      box.checked = ticked[line] ?? false;
    }
  }
}
