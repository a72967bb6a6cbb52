/**
 * Where in a text JSON goes wrong.
 * @module
 */
type Expects = "value" | "first-value" | "first-key" | "key" | "colon" | "comma" | "end";

/** Where the text stops being JSON: the messages of Node's versions differ, so it is searched. */
export function errorOffset(text: string): number {
  const token = /\s*(?:[{}[\],:]|"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b)/uy;
  const stack: string[] = [];
  let expects: Expects = "value";
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    const start = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
    if (found === undefined) return start;
    const next = step(found.trim(), expects, stack);
    if (next === null) return start;
    expects = next;
    at = token.lastIndex;
  }
}

/** What may follow `token`, or null when it may not stand here. */
function step(token: string, expects: Expects, stack: string[]): Expects | null {
  const after = (): Expects => (stack.length === 0 ? "end" : "comma");
  if (expects === "colon") return token === ":" ? "value" : null;
  if (expects === "end") return null;
  const closes = (token === "}" && stack.at(-1) === "{") || (token === "]" && stack.at(-1) === "[");
  if (closes && (expects === "comma" || expects === "first-key" || expects === "first-value")) {
    stack.pop();
    return after();
  }
  if (expects === "comma") return token === "," ? (stack.at(-1) === "{" ? "key" : "value") : null;
  if (expects === "key" || expects === "first-key") return token.startsWith('"') ? "colon" : null;
  if (token === "{" || token === "[") {
    stack.push(token);
    return token === "{" ? "first-key" : "first-value";
  }
  return "}],:".includes(token) ? null : after();
}
