/**
 * What workflow code holds in place of a secret: a text that the network door, and nobody
 * else, turns into the value (docs/secrets.md).
 *
 * It is made only of characters that URLs, forms, JSON, XML and headers leave as they are,
 * so that it comes through each of them whole; base64 alone would hide it.
 * @module
 */

/** How every reference begins: what a request is searched for first. */
export const referenceMarker = "everstep-secret.";

/** Characters of the part that cannot be guessed: 16 bytes in base64url. */
export const tagLength = 22;

const name = "[A-Za-z_][A-Za-z0-9_]{0,99}";

/** A new one for each use: it keeps its place. */
export function referencePattern(): RegExp {
  return new RegExp(`everstep-secret\\.(${name})\\.([A-Za-z0-9_-]{${tagLength}})`, "g");
}

/** @param tag of the execution: the same name has another reference in each */
export function secretReference(secret: string, tag: string): string {
  return `${referenceMarker}${secret}.${tag}`;
}

const wholeName = new RegExp(`^${name}$`);

/** Whether a variable or secret can have this name. */
export function isVariableName(text: string): boolean {
  return wholeName.test(text);
}
