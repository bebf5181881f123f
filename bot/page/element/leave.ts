import { byId } from "./dom";
import { onThirdShift } from "./shift";

const LOADER = 100; // milliseconds that the loader of a host page may take

let gone = false;
let forget: () => void = () => {};

/** Whether the page was left: nothing may be shown any more. */
export const hasLeft = (): boolean => gone;

/** What has to be told to forget when the page is left or closed. */
export function onLeaving(erase: () => void): void {
  forget = erase;
}

/** Blanks the page in this very task, erases the conversation and goes to the neutral page. */
export function leave(): void {
  const { exit = "/leave", host } = document.body.dataset;
  blank();
  if (host && parent !== window) {
    // The loader takes the host page away; where there is none, a tap allows the frame to.
    parent.postMessage("handrail:leave", host);
    setTimeout(() => goFromFrame(exit), LOADER);
  } else {
    location.replace(exit);
  }
}

function goFromFrame(exit: string): void {
  try {
    top?.location.replace(exit);
  } catch {
    // No right to: the frame alone goes, and what it showed is gone already.
    location.replace(exit);
  }
}

/** Leave by its link or form, by Shift three times, and for good when the page is closed. */
export function watchLeaving(): void {
  for (const kind of ["click", "submit"]) {
    document.addEventListener(kind, (event) => {
      const way = (event.target as Element).closest("#leaving");
      if (!way || (kind === "click") !== (way.tagName === "A")) return;
      event.preventDefault();
      leave();
    });
  }
  onThirdShift(leave, (left) => {
    // Looked up each time: another language brings another one, and a page that was left has none.
    const told = document.getElementById("presses");
    const words = [undefined, told?.dataset.one, told?.dataset.two];
    if (told) told.textContent = words[left] ?? "";
  });
  byId("hint").hidden = !matchMedia("(hover: hover)").matches;
  // Whoever closes the page loses the only way to the conversation: it is erased too.
  addEventListener("pagehide", () => gone || blank());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function blank(): void {
  gone = true;
  document.title = "";
  document.body.replaceChildren();
  document.documentElement.className = "left";
  forget();
}
