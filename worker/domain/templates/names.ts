/**
 * Ids of workflows from their names, and what to take where something is taken.
 * @module
 */

const longest = 100;

/** `Início de verão` → `inicio-de-verao`; `fallback` for a name without letters of ours. */
export function idOfName(name: string, fallback: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, longest).replace(/-+$/, "");
  return words === "" ? fallback : words;
}

/** The name itself, else with the first number from 2 on that is free. */
export function freeName(name: string, taken: ReadonlySet<string>, most = longest): string {
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : `-${number}`;
    const tried = name.slice(0, most - suffix.length) + suffix;
    if (!taken.has(tried)) return tried;
  }
}
