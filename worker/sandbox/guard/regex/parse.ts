/**
 * Reads a regular expression that is known to be valid into the shape its matching has.
 * What one character matches is kept as source text: the engine itself decides it.
 * @module
 */

export type Pattern =
  | { kind: "char"; source: string }
  | { kind: "cat"; parts: Pattern[] }
  | { kind: "alt"; parts: Pattern[] }
  | { kind: "repeat"; body: Pattern; min: number; max: number }
  | { kind: "group"; body: Pattern; name: string | null; index: number }
  /** `^`, `$`, `\b`: no width, but can fail. */
  | { kind: "assertion" }
  | { kind: "look"; body: Pattern; ahead: boolean }
  | { kind: "reference"; to: string };

export interface Parsed {
  pattern: Pattern;
  /** `(?i:…)`: flags that change on the way. */
  modifiers: boolean;
}

export function parsePattern(source: string, flags: string): Parsed {
  return new Reader(source, /[uv]/.test(flags), flags.includes("v")).read();
}

class Reader {
  private at = 0;
  private groups = 0;
  private modifiers = false;
  private readonly named: boolean;
  private readonly source: string;
  private readonly unicode: boolean;
  private readonly sets: boolean;

  constructor(source: string, unicode: boolean, sets: boolean) {
    this.source = source;
    this.unicode = unicode;
    this.sets = sets;
    this.named = unicode || /\(\?<[^=!]/.test(source);
  }

  read(): Parsed {
    return { pattern: this.alternatives(), modifiers: this.modifiers };
  }

  private alternatives(): Pattern {
    const parts = [this.sequence()];
    while (this.eat("|")) parts.push(this.sequence());
    return parts.length === 1 && parts[0] ? parts[0] : { kind: "alt", parts };
  }

  private sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.at < this.source.length && !/[|)]/.test(this.source.charAt(this.at))) {
      const part = this.term();
      parts.push(this.quantified(part));
    }
    return { kind: "cat", parts };
  }

  /** One thing that a quantifier may follow. */
  private term(): Pattern {
    if (this.take(/[\^$]/y) || this.take(/\\[bB]/y)) return { kind: "assertion" };
    const open = this.take(/\((?:\?(?:<([^=!>][^>]*)>|(<?[=!])|([a-zA-Z]*(?:-[a-zA-Z]*)?):))?/y);
    if (open) return this.group(open);
    const reference = this.take(/\\(?:([1-9]\d*)|k<([^>]*)>)/y);
    if (reference?.[1] || (reference && this.named)) return { kind: "reference", to: reference[1] ?? reference[2] ?? "" };
    if (reference) this.at -= reference[0].length;
    return { kind: "char", source: this.character() };
  }

  private group([all, name, look, modifiers]: RegExpExecArray): Pattern {
    if (modifiers) this.modifiers = true;
    const index = all === "(" || name ? ++this.groups : 0;
    const body = this.alternatives();
    this.eat(")");
    if (look) return { kind: "look", body, ahead: !look.startsWith("<") };
    return { kind: "group", body, name: name ?? null, index };
  }

  private quantified(body: Pattern): Pattern {
    const q = this.take(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y);
    if (!q) return body;
    if (q[1]) return { kind: "repeat", body, min: q[1] === "+" ? 1 : 0, max: q[1] === "?" ? 1 : Infinity };
    const min = Number(q[2]);
    return { kind: "repeat", body, min, max: q[3] ? (q[4] ? Number(q[4]) : Infinity) : min };
  }

  /** The source text of what matches one character: literal, escape or class. */
  private character(): string {
    if (this.source[this.at] === "[") return this.characterClass();
    const escape = this.unicode
      ? /\\(?:u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|c[a-z]|p\{[^}]*\}|[^])/iy
      : /\\(?:u[\da-f]{4}|x[\da-f]{2}|c[a-z]|[0-3]?[0-7]{1,2}|[^])/iy;
    const found = this.take(escape) ?? this.take(this.unicode ? /[^]/uy : /[^]/y);
    return found?.[0] ?? "";
  }

  private characterClass(): string {
    const start = this.at;
    let depth = 0;
    do {
      const c = this.source[this.at];
      if (c === "\\") this.at++;
      else if (c === "[" && (depth === 0 || this.sets)) depth++;
      else if (c === "]") depth--;
      this.at++;
    } while (depth > 0 && this.at < this.source.length);
    return this.source.slice(start, this.at);
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found) this.at += found[0].length;
    return found;
  }

  private eat(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }
}
