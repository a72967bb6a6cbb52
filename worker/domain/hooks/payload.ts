/**
 * The body of a call as a workflow's input.
 * @module
 */

/** JSON, or a form whose field `payload` is JSON (GitHub's other content type). A fault is what is wrong with it. */
export type Parsed = { ok: true; value: unknown } | { ok: false; fault: "not UTF-8" | "a form without `payload`" | "not JSON" };

export function parsePayload(body: Uint8Array, contentType: string | null): Parsed {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    return { ok: false, fault: "not UTF-8" };
  }
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType ?? "");
  const json = isForm ? new URLSearchParams(text).get("payload") : text;
  if (json === null) return { ok: false, fault: "a form without `payload`" };
  try {
    return { ok: true, value: JSON.parse(json) as unknown };
  } catch {
    return { ok: false, fault: "not JSON" };
  }
}
