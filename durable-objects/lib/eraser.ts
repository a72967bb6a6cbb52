/**
 * Finds texts about a person wherever they stand, and puts `[erased]` in their place. It
 * looks into values as they are stored, so that escapes hide nothing and the result still decodes.
 *
 * A text counts only where it stands alone: `ann@example.com` is neither in
 * `joann@example.com` nor in `ann@example.com.br`, and `Ann` is not in `Annual`.
 * @module
 */
import { decode } from "../../sdk/schema/codec.ts";

export const erasedMark = "[erased]";

/** Parts of devalue's flat form whose strings are texts; those of the others are dates, numbers, bytes. */
const textual: ReadonlySet<unknown> = new Set(["null", "Object", "URL", "URLSearchParams", "RegExp"]);

export class Eraser {
  /** How often any of the texts was met. */
  count = 0;
  readonly #pattern: RegExp;

  constructor(texts: readonly string[]) {
    this.#pattern = new RegExp(texts.flatMap(forms).map(alone).join("|"), "giu");
  }

  /** What people may read as it is. */
  text = (text: string): string =>
    text.replace(this.#pattern, () => {
      this.count++;
      return erasedMark;
    });

  orNull(text: string | null): string | null {
    return text === null ? null : this.text(text);
  }

  /** JSON, names of members too. */
  json = (value: unknown): unknown => {
    if (typeof value === "string") return this.#nested(value);
    if (Array.isArray(value)) return value.map(this.json);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [this.text(key), this.json(part)]));
  };

  /** A text that holds JSON. */
  jsonText(text: string): string {
    return this.#unlessSame(text, () => JSON.stringify(this.json(JSON.parse(text))));
  }

  /** A value as sdk/schema/codec.ts writes it. What was spilled is elsewhere. */
  encoded(text: string): string {
    const body = text.slice(1);
    if (text.startsWith("j")) return this.#unlessSame(text, () => `j${JSON.stringify(this.json(JSON.parse(body)))}`);
    if (!text.startsWith("d")) return text;
    return this.#unlessSame(text, () => {
      const flat: unknown = JSON.parse(body);
      const erased = `d${JSON.stringify(Array.isArray(flat) ? flat.map((part) => this.#flatPart(part)) : flat)}`;
      return decodes(erased) ? erased : `j${JSON.stringify(erasedMark)}`;
    });
  }

  #flatPart(part: unknown): unknown {
    if (typeof part === "string") return this.#nested(part);
    if (!Array.isArray(part)) return this.json(part);
    const [tag, ...rest] = part as unknown[];
    return typeof tag === "string" && textual.has(tag) ? [tag, ...rest.map(this.json)] : part;
  }

  /** Encoded values stand in other values: a child's outcome, a step's input. */
  #nested(text: string): string {
    if (!/^[jd]["[{]/.test(text)) return this.text(text);
    const before = this.count;
    try {
      return this.encoded(text);
    } catch {
      this.count = before;
      return this.text(text);
    }
  }

  /** A text in which nothing was found stays as it is, byte for byte. */
  #unlessSame(text: string, erased: () => string): string {
    const before = this.count;
    const result = erased();
    return this.count === before ? text : result;
  }
}

function decodes(text: string): boolean {
  try {
    decode(text);
    return true;
  } catch {
    return false;
  }
}

/** As it is, and as it stands in addresses and forms. */
function forms(text: string): string[] {
  return [...new Set([text, encodeURIComponent(text)])];
}

function alone(text: string): string {
  const exact = text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  if (/@|%40/i.test(text)) return String.raw`(?:(?<![\p{L}\p{N}._+-])|(?<=%[0-9A-F]{2}))${exact}(?![\p{L}\p{N}_]|-[\p{L}\p{N}-]*\.\p{L}|\.[\p{L}\p{N}])`;
  return String.raw`(?<![\p{L}\p{N}_])${exact}(?![\p{L}\p{N}_])`;
}
