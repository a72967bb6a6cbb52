import { PlatformError } from "../../../sdk/schema/problem.ts";

/** A value of 25 MB, in base64, and what stands around it. */
const longest = 40_000_000;

/**
 * Lines of JSON, one after the other, without holding more than one.
 * @throws PlatformError `bad-request` for a line that is not JSON, `too-large`
 */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<unknown, void> {
  let pieces: string[] = [];
  let length = 0;
  let number = 1;
  const parsed = (): unknown => {
    const text = pieces.join("");
    pieces = [];
    length = 0;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new PlatformError("bad-request", `Line ${number} of the file is not JSON.`);
    }
  };
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    for (const [index, part] of parts.entries()) {
      if (part !== "") pieces.push(part);
      length += part.length;
      if (length > longest) throw new PlatformError("too-large", `Line ${number} of the file is longer than any that an export has.`);
      if (index === parts.length - 1) break;
      if (pieces.length > 0) yield parsed();
      number++;
    }
  }
  if (pieces.length > 0) yield parsed();
}
