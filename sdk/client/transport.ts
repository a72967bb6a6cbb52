/**
 * One HTTP call: bearer key in, checked value out.
 * @module
 */
import type { z } from "zod";
import { ApiError, ConnectionError, toApiError } from "./errors.ts";

export interface ClientOptions {
  /** Where the server is, e.g. `http://127.0.0.1:8787`. */
  url: string;
  /** A tenant's API key, or where to get a person's access token before each call. */
  apiKey: string | (() => Promise<string>);
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

export interface CallOptions {
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export type Call = <T>(method: string, path: string, reply: z.ZodType<T>, options?: CallOptions) => Promise<T>;

/**
 * @returns a function that calls `path` below `/api/v1`
 * @throws ApiError when refused, ConnectionError when there is no answer
 */
export function createCall(options: ClientOptions): Call {
  const base = `${options.url.replace(/\/+$/, "")}/api/v1`;
  return async (method, path, schema, { query, body, headers, signal } = {}) => {
    const send = options.fetch ?? fetch;
    const bearer = typeof options.apiKey === "string" ? options.apiKey : await options.apiKey();
    const request: RequestInit = {
      method,
      headers: {
        accept: "application/json",
        ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    };
    const reply = await send(`${base}${path}${queryString(query)}`, request).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ConnectionError(options.url, error);
    });
    if (!reply.ok) throw await toApiError(reply);
    return readReply(reply, schema, options.url);
  };
}

async function readReply<T>(reply: Response, schema: z.ZodType<T>, url: string): Promise<T> {
  // The connection may break in the middle of a reply too.
  const text = await reply.text().catch((error: unknown) => {
    throw new ConnectionError(url, error);
  });
  let value: unknown = null;
  if (text !== "") {
    try {
      value = JSON.parse(text);
    } catch {
      throw new ApiError(reply.status, "unexpected-reply", `the server's answer is not JSON: ${text.slice(0, 200)}`);
    }
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({ pointer: `/${issue.path.join("/")}`, detail: issue.message }));
  const where = errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
  throw new ApiError(reply.status, "unexpected-reply", `the server's answer is not what this version expects (${where})`, errors);
}

function queryString(query: CallOptions["query"]): string {
  const entries = Object.entries(query ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries).toString()}`;
}
