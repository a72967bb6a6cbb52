/**
 * Reading a request's body up to a limit: what is too large is never held in memory.
 * @module
 */
import { PlatformError } from "../../sdk/schema/problem.ts";

function tooLarge(maxBytes: number): PlatformError {
  return new PlatformError("too-large", `The body may have at most ${maxBytes} bytes.`);
}

/** @throws PlatformError `too-large` */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!request.body) return new Uint8Array();
  const announced = request.headers.get("content-length");
  if (announced !== null) {
    if (Number(announced) > maxBytes) throw tooLarge(maxBytes);
    return new Uint8Array(await request.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** Null when the bytes are not UTF-8. */
export function readText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

/** `application/json` or any `+json`. */
export function isJson(contentType: string | null): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType ?? "");
}

/**
 * The body as JSON; `undefined` when there is none.
 * @throws PlatformError `too-large`, `unsupported-media-type`, `bad-request`
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes.length === 0) return undefined;
  if (!isJson(request.headers.get("content-type"))) throw new PlatformError("unsupported-media-type", "Send JSON with `Content-Type: application/json`.");
  const text = readText(bytes);
  if (text === null) throw new PlatformError("bad-request", "The body is not UTF-8.");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new PlatformError("bad-request", `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
