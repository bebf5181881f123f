import { byId } from "./dom";

interface Writer {
  busy: () => boolean;
  say: (text: string) => void;
  refuseFiles: () => void;
}

/** The box to write in: Enter sends, Shift and Enter break the line, files are refused unread. */
export function watchWriting({ busy, say, refuseFiles }: Writer): void {
  const send = (event: Event) => {
    event.preventDefault();
    const box = byId<HTMLTextAreaElement>("text");
    const text = box.value.trim();
    if (!text || busy()) return;
    box.value = "";
    box.focus({ preventScroll: true });
    say(text);
  };
  document.addEventListener("submit", (event) => {
    if ((event.target as Element).id === "writing") send(event);
  });
  document.addEventListener("keydown", (event) => {
    if ((event.target as Element).id !== "text") return;
    // 229: some keyboards send the Enter that ends a composition without saying that it does.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && !event.shiftKey && !composing) send(event);
  });
  const refuse = (event: Event, given: DataTransfer | null) => {
    // Some programs put a picture beside the words that they copy: the words are meant.
    if (!given?.types.includes("Files") || given.types.includes("text/plain")) return;
    event.preventDefault();
    if (event.type !== "dragover") refuseFiles();
  };
  document.addEventListener("paste", (event) => refuse(event, event.clipboardData));
  document.addEventListener("dragover", (event) => refuse(event, event.dataTransfer));
  document.addEventListener("drop", (event) => refuse(event, event.dataTransfer));
  keepAboveKeyboard();
}

// Where a keyboard covers the page without resizing it, the exit moves along and the box stays in view.
function keepAboveKeyboard(): void {
  const view = window.visualViewport;
  view?.addEventListener("resize", () => {
    const box = document.activeElement;
    if (box?.id === "text" && view.height < innerHeight) box.scrollIntoView({ block: "center" });
  });
  view?.addEventListener("scroll", () => {
    const down = view.scale === 1 ? view.offsetTop : 0;
    // In a low window the exit alone stays, and the bar around it scrolls (page.css).
    for (const one of [
      document.querySelector<HTMLElement>(".top"),
      document.getElementById("leaving"),
    ]) {
      const stays = one && /sticky|fixed/.test(getComputedStyle(one).position);
      if (one) one.style.transform = stays && down ? `translateY(${down}px)` : "";
    }
  });
}
