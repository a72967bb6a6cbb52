/**
 * A server's answer without the values of secrets: status text, headers and body.
 * @module
 */
import { Buffer } from "node:buffer";
import { Refusal } from "./refusal.ts";
import { type Forms, Redaction, TooDear } from "./secrets-redact.ts";

export interface Cleaning {
  host: string;
  values: readonly string[];
  forms: Forms;
  /** What stands in place of each secret. */
  marks: readonly string[];
  /** The same in `Location`. */
  again: readonly string[];
}

/** The runtime decodes these by itself; a text in another form cannot be looked through. */
const readable = /^(gzip|x-gzip|br|identity)?$/i;

/** @throws Refusal `secret-not-allowed` */
export function cleanResponse(response: Response, cleaning: Cleaning): Response {
  const { host, forms, marks, again } = cleaning;
  const encoding = response.headers.get("content-encoding")?.trim() ?? "";
  if (response.body && !readable.test(encoding)) {
    response.body.cancel().catch(() => undefined);
    throw new Refusal("secret-not-allowed", `${host} answered in the encoding ${JSON.stringify(cleanText(encoding, forms, marks))}, which cannot be looked through for secrets: ask for gzip with Accept-Encoding`);
  }
  const headers = new Headers();
  for (const [name, value] of response.headers) {
    if (!isTold(name, cleaning)) headers.append(name, cleanText(value, forms, name === "location" ? again : marks));
  }
  // What is replaced has another length.
  if (response.body) for (const name of ["content-length", "content-encoding"]) headers.delete(name);
  const { status } = response;
  const statusText = cleanText(response.statusText, forms, marks);
  return new Response(response.body && cleanBody(response.body, host, new Redaction(forms, marks)), { status, statusText, headers });
}

/** Header names come in lower case, whatever was sent. */
function isTold(name: string, { values }: Cleaning): boolean {
  return values.some((value) => name.includes(value.toLowerCase()));
}

/** Each character of a header is a byte. */
function cleanText(text: string, forms: Forms, marks: readonly string[]): string {
  const redaction = new Redaction(forms, marks);
  const parts = [redaction.push(Buffer.from(text, "latin1")), redaction.end()];
  return Buffer.concat(parts).toString("latin1");
}

function cleanBody(body: ReadableStream<Uint8Array>, host: string, redaction: Redaction): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          // Until there is something to hand on: a chunk may be held back whole.
          for (;;) {
            const { done, value } = await reader.read();
            const clean = done ? redaction.end() : redaction.push(value);
            if (clean.length > 0) controller.enqueue(clean);
            if (done) controller.close();
            if (done || clean.length > 0) return;
          }
        } catch (error) {
          reader.cancel(error).catch(() => undefined);
          throw error instanceof TooDear ? new Refusal("secret-not-allowed", `${host}: ${error.message}`) : error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
