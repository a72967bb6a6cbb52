/**
 * Encodings of files that people bring. What is UTF-16 is recoded as it comes, so that what is
 * kept is one whose commas, quotes and line ends are single bytes: a place in the file is then a
 * place between two rows. Whether the rest is UTF-8 is known at the end: one byte that is not
 * makes it Windows-1252, of which Latin-1 is a part.
 * @module
 */

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
export type KeptEncoding = "utf-8" | "windows-1252";

export const keptAs = (encoding: Encoding): KeptEncoding => (encoding === "windows-1252" ? encoding : "utf-8");

/** So many bytes tell UTF-16 from the rest. */
const enough = 4096;
const marks = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
] as const;

/** @returns how many bytes its mark takes */
function sniff(bytes: Uint8Array): { encoding: Encoding; mark: number } {
  const marked = marks.find((one) => one.bytes.every((byte, index) => bytes[index] === byte));
  if (marked) return { encoding: marked.encoding, mark: marked.bytes.length };
  // Latin letters have an empty byte each in UTF-16, and text in any other encoding has none.
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index & 1] = (zeros[index & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const half = bytes.length / 2;
  if (odd > half * 0.3 && even < half * 0.05) return { encoding: "utf-16le", mark: 0 };
  if (even > half * 0.3 && odd < half * 0.05) return { encoding: "utf-16be", mark: 0 };
  return { encoding: "utf-8", mark: 0 };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Takes a file piece by piece and gives it back as it is kept, without its mark.
 * @example
 * ```ts
 * const recoder = new Recoder();
 * for await (const piece of body) await store(recoder.push(piece));
 * await store(recoder.end());
 * recoder.encoding;
 * ```
 */
export class Recoder {
  #begin: Uint8Array[] = [];
  #length = 0;
  #known: Encoding | null = null;
  #decoder: TextDecoder | null = null;
  #isUtf8 = true;

  get encoding(): Encoding {
    return this.#known === "utf-8" && !this.#isUtf8 ? "windows-1252" : (this.#known ?? "utf-8");
  }

  push(piece: Uint8Array): Uint8Array {
    if (this.#known !== null) return this.#take(piece, false);
    this.#begin.push(piece.slice());
    this.#length += piece.length;
    return this.#length < enough ? new Uint8Array() : this.#start(false);
  }

  end(): Uint8Array {
    return this.#known === null ? this.#start(true) : this.#take(new Uint8Array(), true);
  }

  #start(last: boolean): Uint8Array {
    const begin = joined(this.#begin);
    const { encoding, mark } = sniff(begin.subarray(0, enough));
    this.#begin = [];
    this.#known = encoding;
    this.#decoder = new TextDecoder(encoding, { fatal: encoding === "utf-8", ignoreBOM: true });
    return this.#take(begin.subarray(mark), last);
  }

  #take(piece: Uint8Array, last: boolean): Uint8Array {
    if (this.#known !== "utf-8") return new TextEncoder().encode(this.#decoder?.decode(piece, { stream: !last }));
    try {
      if (this.#isUtf8) this.#decoder?.decode(piece, { stream: !last });
    } catch {
      this.#isUtf8 = false;
    }
    return piece;
  }
}

/** Of what is kept. Half a character at the end is left for the next piece. */
export function decode(bytes: Uint8Array, encoding: KeptEncoding, last: boolean): string {
  return new TextDecoder(encoding, { fatal: false, ignoreBOM: true }).decode(bytes, { stream: !last });
}

/** How many bytes a text of it takes. */
export function bytesOf(text: string, encoding: KeptEncoding): number {
  return encoding === "utf-8" ? new TextEncoder().encode(text).length : text.length;
}
