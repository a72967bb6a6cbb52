/**
 * Which passwords are taken: long ones (NIST SP 800-63B: length, no rules about kinds of
 * characters), but none that guessing programs try first: common passwords, also with digits
 * put before or behind, repetitions, sequences, and what is known about the person.
 * @module
 */
import commonText from "../../.build/common-passwords.txt";
import { PlatformError } from "../../sdk/schema/problem.ts";

const [shortest, longest] = [12, 256];
/** What is left without the known part has to be as long as this. */
const enoughBeside = 8;

let common: ReadonlySet<string> | undefined;
const isCommon = (word: string): boolean => (common ??= new Set(commonText.split("\n"))).has(word);

/**
 * @param known what others know about the person, such as address and name
 * @param pointer where in the request the password stands
 * @throws PlatformError `bad-request` that says why
 */
export function mustBeGoodPassword(password: string, known: readonly string[], pointer = "/password"): void {
  const reason = flawOf(password, known);
  if (reason !== null) throw new PlatformError("bad-request", `${pointer}: ${reason}`, [{ pointer, detail: reason }]);
}

/** Null for a password that may be used. */
export function flawOf(password: string, known: readonly string[]): string | null {
  const text = password.normalize("NFKC");
  const { length } = Array.from(text);
  if (length < shortest) return `a password has at least ${shortest} characters: a sentence is easy to remember`;
  if (length > longest) return `a password has at most ${longest} characters`;
  const lower = text.toLowerCase();
  if (isRepetition(lower)) return "this repeats itself: choose something less regular";
  if (isSequence(lower)) return "this is a sequence of neighbours: choose something less regular";
  if (isCommon(lower) || isCommon(plain(lower)) || isCommon(core(lower)) || isCommon(core(plain(lower)))) return "this is, or is built on, one of the commonest passwords: choose something only you would think of";
  if (known.some((fact) => isBuiltOn(lower, fact))) return "this is built on your address or name: choose something that is not known about you";
  return null;
}

const letters: Readonly<Record<string, string>> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" };

/** p@ssw0rd → password */
const plain = (text: string): string => text.replaceAll(/[013457@$!]/g, (char) => letters[char] ?? char);

/** Without what people put around a word: summer-2026! → summer */
const core = (text: string): string => text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");

/** The same few characters, or the same piece, over and over. */
function isRepetition(text: string): boolean {
  if (new Set(text).size < 5) return true;
  for (let period = 1; period <= text.length / 2; period++) {
    const piece = text.slice(0, period);
    if (text.length % period === 0 && piece.repeat(text.length / period) === text) return period <= 6 || isCommon(piece);
  }
  return false;
}

/** abcdefghijkl, 987654321098 */
function isSequence(text: string): boolean {
  const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  const regular = steps.filter((step) => step === 1 || step === 9 || step === -9).length;
  const falling = steps.filter((step) => step === -1 || step === 9 || step === -9).length;
  return Math.max(regular, falling) >= steps.length - 1;
}

function isBuiltOn(text: string, fact: string): boolean {
  const letters = onlyLetters(text);
  const words = fact.normalize("NFKC").toLowerCase();
  const parts = [words, ...words.split(/[@\s]+/)].map(onlyLetters).filter((part) => part.length >= 4);
  return parts.some((part) => letters.includes(part) && letters.replaceAll(part, "").length < enoughBeside);
}

const onlyLetters = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, "");
