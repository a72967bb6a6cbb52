/**
 * Making the request of an action and reading its answer, wherever it is sent from.
 * @module
 */
import type { httpRequest } from "./http.ts";
import type { ParamsOf, ResultOf } from "./spec.ts";

export type HttpParams = ParamsOf<typeof httpRequest>;
export type HttpAnswer = ResultOf<typeof httpRequest>;

export function requestOf({ url, method = "GET", headers = {}, json, body }: HttpParams): Request {
  const sent = new Headers(headers);
  if (json !== undefined && !sent.has("content-type")) sent.set("content-type", "application/json");
  const content = json === undefined ? body : JSON.stringify(json);
  return new Request(url, { method, headers: sent, ...(content === undefined ? {} : { body: content }) });
}

/** @throws Error when it is larger than was asked for */
export async function answerOf(response: Response, { url, max_bytes: most = 1_048_576 }: HttpParams): Promise<HttpAnswer> {
  const text = await textOf(response, most, new URL(url).host);
  return { status: response.status, headers: Object.fromEntries(response.headers), body: text, json: parsed(text, response.headers.get("content-type") ?? "") };
}

/** Whether it makes sense to try again; null: it is no failure. */
export function failureOf({ status }: HttpAnswer, { fail_on_status: fails = true }: HttpParams): "passing" | "final" | null {
  if (!fails || status < 400) return null;
  return status >= 500 || [408, 425, 429].includes(status) ? "passing" : "final";
}

async function textOf({ body }: Response, most: number, host: string): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > most) {
      await reader.cancel().catch(() => undefined);
      throw new Error(`the answer of ${host} is larger than ${most} bytes: ask for less, or raise max_bytes (10 MiB at most)`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parsed(text: string, type: string): HttpAnswer["json"] {
  if (!/[/+]json\b/i.test(type)) return null;
  try {
    return JSON.parse(text) as HttpAnswer["json"];
  } catch {
    return null;
  }
}
