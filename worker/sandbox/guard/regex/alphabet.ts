/**
 * Which characters two parts of a pattern have in common. Sets are compared on a finite
 * alphabet: Latin, one of each kind beyond, and the neighbours of every character that the
 * pattern names. The engine itself says what a class, escape or case-blind letter matches.
 * @module
 */

/** The engine's own constructor, before guard.ts replaces the global one. */
const Engine = RegExp;

const beyond = ["Α", "α", "Я", "я", "漢", "あ", "א", "ع", "٣", "\u2028", "\u2003", "\ufeff", "😀", "\ud83d", "\ude00", "\u{10ffff}"];
const common: readonly string[] = [...Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)), ...beyond];

/** A test for overlap, with the sets of this pattern remembered. */
export function overlapOf(source: string, flags: string): (a: string, b: string) => boolean {
  const alphabet = [...new Set([...common, ...named(source)])];
  const charFlags = flags.replace(/[dgmy]/g, "");
  const sets = new Map<string, Set<string>>();
  const known = new Map<string, boolean>();
  const setOf = (char: string): Set<string> => {
    const before = sets.get(char);
    if (before) return before;
    const test = new Engine(`^(?:${char})$`, charFlags);
    const set = new Set(alphabet.filter((c) => test.test(c)));
    sets.set(char, set);
    return set;
  };
  return (a, b) => {
    const key = `${a}\u0000${b}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const other = setOf(b);
    const answer = [...setOf(a)].some((c) => other.has(c));
    known.set(key, answer);
    return answer;
  };
}

/** Characters written in the pattern, as themselves or as `\uXXXX`, and their neighbours. */
function named(source: string): string[] {
  const written = [...source].map((c) => c.codePointAt(0) ?? 0);
  const escaped: number[] = [];
  // Not matchAll, which makes a RegExp and so would come back here.
  const escape = /\\u\{?([\da-f]{4,6})/gi;
  for (let m = escape.exec(source); m; m = escape.exec(source)) escaped.push(parseInt(m[1] ?? "0", 16));
  return [...written, ...escaped]
    .filter((code) => code > 0x17f && code <= 0x10ffff)
    .flatMap((code) => [code - 1, code, Math.min(code + 1, 0x10ffff)])
    .map((code) => String.fromCodePoint(code));
}
