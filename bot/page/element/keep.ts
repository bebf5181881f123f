/** Sheets to tick and to compose from, printing and copying. All of it stays in the page's memory. */

/** Composes, prints and copies wherever a sheet stands, also in one that arrives later. */
export function watchSheets(): void {
  document.addEventListener("change", (event) => {
    const sheet = (event.target as Element).closest<HTMLElement>(".sheet.choose");
    if (sheet) compose(sheet);
  });
  document.addEventListener("click", (event) => {
    const tool = (event.target as Element).closest<HTMLElement>("[data-tool]");
    const sheet = tool?.closest<HTMLElement>(".sheet");
    if (sheet && tool?.dataset.tool === "print") printOnly(sheet);
    if (sheet && tool?.dataset.tool === "copy") void copy(sheet);
  });
  showTools();
}

/** The tools of sheets are of no use without a script and hidden until it is here. */
export function showTools(): void {
  for (const tools of document.querySelectorAll<HTMLElement>(".sheet .tools")) tools.hidden = false;
  document.querySelectorAll<HTMLElement>(".sheet.choose").forEach(compose);
}

/** Unticks everything and empties what was composed. */
export function clearSheets(): void {
  for (const box of document.querySelectorAll<HTMLInputElement>(".sheet input"))
    box.checked = false;
  document.querySelectorAll<HTMLElement>(".sheet.choose").forEach(compose);
  for (const told of document.querySelectorAll(".copied")) told.textContent = "";
}

const messageOf = (sheet: HTMLElement) => sheet.querySelector("textarea");

function compose(sheet: HTMLElement): void {
  const boxes = [...sheet.querySelectorAll<HTMLInputElement>("input:checked")];
  const message = messageOf(sheet);
  if (!message) return;
  message.value = boxes.map((box) => box.parentElement?.textContent?.trim()).join("\n");
  (message.parentElement as HTMLElement).hidden = !boxes.length;
}

// The words of a sheet: no buttons, nothing about the page. The first text of each line is what is seen of it.
const LINES = "p:not(.hint, .ways), legend, .option span, .facts li, .card .ways a";

function textOf(sheet: HTMLElement): string {
  const parts = [...sheet.children].filter((part) => !part.matches(".tools, .hint, .composed"));
  const texts = parts.map((part) =>
    [...part.querySelectorAll(LINES)]
      .map((line) => line.firstChild?.textContent?.trim())
      .join("\n"),
  );
  return messageOf(sheet)?.value || texts.join("\n\n");
}

function printOnly(sheet: HTMLElement): void {
  const root = document.documentElement;
  for (const other of document.querySelectorAll(".printed")) other.classList.remove("printed");
  sheet.classList.add("printed");
  root.classList.add("one-sheet");
  // Some phones print later than print() returns.
  const printed = () => {
    sheet.classList.remove("printed");
    root.classList.remove("one-sheet");
  };
  addEventListener("afterprint", printed, { once: true });
  print();
}

async function copy(sheet: HTMLElement): Promise<void> {
  const told = sheet.querySelector<HTMLElement>(".copied");
  const done = await copied(textOf(sheet));
  if (told) told.textContent = (done ? told.dataset.done : told.dataset.failed) ?? "";
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without TLS there is no clipboard API; the old way still works there.
    const before = document.activeElement as HTMLElement | null;
    const box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    before?.focus({ preventScroll: true });
    return done;
  }
}
