/**
 * Takes secrets out of what a server answers, however its bytes are cut into chunks.
 *
 * Invariants
 * 1. For every chunking the output, joined, is that of the whole in one piece: at each place
 *    the longest form that stands there is replaced, from left to right.
 * 2. Held back is only what may be the beginning of a form: less than the longest one.
 * 3. The work is bounded by the bytes that come: a server that makes comparing dear, by
 *    repeating most of a form over and over, is refused.
 *
 * How: Wu and Manber's search for several patterns. The last two bytes of a window as long as
 * the shortest form tell how far the next place can be where any form begins.
 * @module
 */
import { utf8 } from "../auth/bytes.ts";

/** Bytes compared beyond the first: far more than texts that are not made for it need. */
const freeComparisons = 64 * 1_048_576;
const comparisonsPerByte = 4;
const widest = 64;

interface Form {
  bytes: Uint8Array;
  /** Which secret it is of. */
  secret: number;
}

/** Thrown when looking would cost too much. */
export class TooDear extends Error {
  override readonly name = "TooDear";
}

/** Forms of secrets, made ready to be searched for; kept and used for many answers. */
export class Forms {
  readonly longest: number;
  readonly #width: number;
  /** By two bytes: how far from them the next beginning is at least. */
  readonly #shift: Uint8Array;
  /** By the two bytes at the end of their first window, longest first. */
  readonly #byBlock = new Map<number, Form[]>();
  readonly #byFirst: Form[][] = [];

  /** @param secrets for each its forms; of forms that are the same the first secret's counts */
  constructor(secrets: ReadonlyArray<readonly string[]>) {
    const forms = new Map<string, Form>();
    for (const [secret, texts] of secrets.entries()) for (const text of texts) if (!forms.has(text)) forms.set(text, { bytes: utf8(text), secret });
    const sorted = [...forms.values()].sort((one, other) => other.bytes.length - one.bytes.length);
    this.longest = sorted[0]?.bytes.length ?? 0;
    this.#width = Math.min(sorted.at(-1)?.bytes.length ?? 2, widest);
    this.#shift = new Uint8Array(65_536).fill(this.#width - 1);
    for (const form of sorted) this.#add(form);
  }

  #add(form: Form): void {
    const last = this.#width - 1;
    for (let at = 1; at <= last; at++) {
      const block = blockAt(form.bytes, at);
      this.#shift[block] = Math.min(this.#shift[block] ?? 0, last - at);
    }
    const block = blockAt(form.bytes, last);
    this.#byBlock.set(block, [...(this.#byBlock.get(block) ?? []), form]);
    (this.#byFirst[form.bytes[0] ?? 0] ??= []).push(form);
  }

  /** The next place from `at` on where a form may begin, or `end`. Everything before it is free of them. */
  next(bytes: Uint8Array, at: number, end: number): number {
    const last = this.#width - 1;
    for (let place = at; place < end; ) {
      const shift = this.#shift[blockAt(bytes, place + last)] ?? 0;
      if (shift === 0) return place;
      place += shift;
    }
    return end;
  }

  /** Before this place there is room for the shortest form. */
  room(bytes: Uint8Array): number {
    return bytes.length - this.#width + 1;
  }

  candidates(bytes: Uint8Array, at: number): readonly Form[] {
    return this.#byBlock.get(blockAt(bytes, at + this.#width - 1)) ?? [];
  }

  beginningWith(byte: number | undefined): readonly Form[] {
    return this.#byFirst[byte ?? 0] ?? [];
  }
}

/** The two bytes that end at `at`. */
function blockAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at - 1] ?? 0) << 8) | (bytes[at] ?? 0);
}

/** One answer on its way through. */
export class Redaction {
  readonly #forms: Forms;
  readonly #marks: readonly Uint8Array[];
  #held: Uint8Array = new Uint8Array();
  #budget = freeComparisons;

  /** @param marks what stands in place of each secret */
  constructor(forms: Forms, marks: readonly string[]) {
    this.#forms = forms;
    this.#marks = marks.map(utf8);
  }

  /** What can be handed on after this chunk. @throws TooDear */
  push(chunk: Uint8Array): Uint8Array {
    this.#budget += chunk.length * comparisonsPerByte;
    return this.#pass(join([this.#held, chunk]), false);
  }

  /** What was held back. @throws TooDear */
  end(): Uint8Array {
    return this.#pass(this.#held, true);
  }

  #pass(bytes: Uint8Array, whole: boolean): Uint8Array {
    const forms = this.#forms;
    const out: Uint8Array[] = [];
    // Up to here the longest form would have come whole.
    const sure = Math.min(whole ? bytes.length : bytes.length - forms.longest + 1, forms.room(bytes));
    let copied = 0;
    let at = 0;
    const replace = (form: Form): void => {
      out.push(bytes.subarray(copied, at), this.#marks[form.secret] ?? new Uint8Array());
      at += form.bytes.length;
      copied = at;
    };
    while (at < sure) {
      at = forms.next(bytes, at, sure);
      if (at >= sure) break;
      const found = forms.candidates(bytes, at).find((form) => this.#shared(bytes, at, form) === form.bytes.length);
      if (found) replace(found);
      else at++;
    }
    // Nothing is left that a form has room in.
    if (whole) at = bytes.length;
    while (at < bytes.length) {
      const found = this.#undecided(bytes, at);
      if (found === "wait") break;
      if (found) replace(found);
      else at++;
    }
    out.push(bytes.subarray(copied, at));
    this.#held = bytes.slice(at);
    return join(out);
  }

  /** The longest form at a place near the end; `wait` when more bytes could make it another. */
  #undecided(bytes: Uint8Array, at: number): Form | "wait" | null {
    let found: Form | null = null;
    for (const form of this.#forms.beginningWith(bytes[at])) {
      const shared = this.#shared(bytes, at, form);
      if (shared === form.bytes.length) found ??= form;
      else if (at + shared === bytes.length) return "wait";
    }
    return found;
  }

  /** How many bytes from `at` on are those of the form. */
  #shared(bytes: Uint8Array, at: number, form: Form): number {
    const most = Math.min(form.bytes.length, bytes.length - at);
    let shared = 0;
    while (shared < most && bytes[at + shared] === form.bytes[shared]) shared++;
    this.#budget -= shared;
    if (this.#budget < 0) throw new TooDear("the answer repeats parts of a secret too often to be looked through");
    return shared;
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const filled = parts.filter(({ length }) => length > 0);
  if (filled.length === 1 && filled[0]) return filled[0];
  const whole = new Uint8Array(filled.reduce((size, { length }) => size + length, 0));
  let offset = 0;
  for (const part of filled) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
