import { make } from "./dom";
import { type Words, word } from "./words";

/** A whole plan as a sheet that can be printed or copied, with the warning that goes with it. */
export function plan(words: Words, bubbles: Node[]): HTMLElement {
  const tool = (name: string) => {
    const button = make(
      "button",
      { className: "choice", type: "button" },
      word(words, `keep_${name}`),
    );
    button.dataset.tool = name;
    return button;
  };
  const told = make("span", { className: "copied" });
  told.setAttribute("role", "status");
  told.dataset.done = word(words, "keep_copied");
  told.dataset.failed = word(words, "keep_not_copied");
  return make(
    "div",
    { className: "sheet plan" },
    ...bubbles,
    make("p", { className: "hint" }, word(words, "keep_warning")),
    make("p", { className: "ways tools" }, tool("print"), tool("copy"), told),
  );
}
