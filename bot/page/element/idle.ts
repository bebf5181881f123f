const WARNING = 60_000; // milliseconds between the question and the clearing

interface Watch {
  /** Minutes without a sign of somebody; 0 never asks. */
  minutes: number;
  /** Whether there is anything to clear now, and nothing that forbids it. */
  applies: () => boolean;
  ask: () => void;
  unask: () => void;
  clear: () => void;
}

/** Asks after a while whether somebody is there, and clears the page a minute after that. */
export function watchIdle({ minutes, applies, ask, unask, clear }: Watch): void {
  if (!minutes) return;
  let timer = 0;
  let asked = false;
  let since = Date.now();
  const wait = () => {
    since = Date.now();
    clearTimeout(timer);
    if (asked) unask();
    asked = false;
    timer = setTimeout(() => {
      if (!applies()) return wait();
      asked = true;
      ask();
      timer = setTimeout(() => {
        // A crisis may have been told in the meantime, by a late answer.
        if (applies()) clear();
        wait();
      }, WARNING);
    }, minutes * 60_000);
  };
  // A phone in a pocket runs no timers: whoever takes it out later must not find the page as it was.
  const look = () => {
    const away = Date.now() - since > minutes * 60_000 + WARNING;
    if (away && !document.hidden && applies()) {
      clear();
      wait();
    }
  };
  for (const sign of ["keydown", "input", "pointerdown", "click", "wheel", "touchmove"]) {
    const here = () => {
      look();
      wait();
    };
    addEventListener(sign, here, { passive: true });
  }
  document.addEventListener("visibilitychange", look);
  wait();
}
