const TIMES = 3;
const WITHIN = 5000; // milliseconds

/**
 * Calls `leave` at the third press of Shift within five seconds. A Shift that writes a capital or is
 * part of a shortcut, any other key and a tap begin the count anew. `counted` hears how many are left.
 * As GOV.UK's "Exit this page": Shift, and never Escape, which stops a page that is loading.
 */
export function onThirdShift(leave: () => void, counted?: (left: number) => void): void {
  let presses: number[] = [];
  let writing = false;
  const count = (times: number[]) => {
    presses = times;
    if (times.length === TIMES) leave();
    else counted?.(TIMES - times.length);
  };
  const reset = () => presses.length && count([]);
  addEventListener("keydown", (event) => {
    if (event.key === "Shift") writing = event.ctrlKey || event.altKey || event.metaKey;
    else {
      writing = true;
      reset();
    }
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    if (writing) reset();
    else count([...presses.filter((then) => event.timeStamp - then < WITHIN), event.timeStamp]);
  });
  addEventListener("pointerdown", reset);
}
