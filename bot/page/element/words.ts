/** The fixed words of the page in its language: locales/<locale>.yml, the keys of words.py. */
export type Words = Readonly<Record<string, string>>;

/** The word of a key; an unknown key says nothing. */
export function word(words: Words, key: string): string {
  return words[key] ?? "";
}

/** A pattern such as "Call {number}" with its gaps filled. */
export function fill(pattern: string, values: Record<string, string | number>): string {
  return pattern.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}
