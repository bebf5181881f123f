/** Building and finding parts of the page. Text nodes only: no markup is ever read from a string. */

type Child = Node | string | false | null | undefined | 0 | "";

/** A new element with properties and children; what is empty is left out. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child): child is Node | string => Boolean(child)));
  return made;
}

/** The element of an id, which the templates promise. Throws when the page has none. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

/** Brings a part into view, without motion for who wants none. */
export function reveal(part: Element | null): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  part?.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

/** A fresh copy of what a template of the page holds. */
export function copyOf(template: string): Node {
  return byId<HTMLTemplateElement>(template).content.cloneNode(true);
}
