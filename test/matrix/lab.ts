/**
 * The whole platform in one process, asked as from outside: real database, real objects, real
 * sandbox. What goes out to the network is answered here.
 * @module
 */
import { env as bindings } from "cloudflare:workers";
import { objectsOf } from "../../worker/domain/ports.ts";
import { askLimiter, newUsage } from "../../worker/domain/usage/usage.ts";
import type { Env } from "../../worker/env.ts";
import { createApp } from "../../worker/http/app.ts";
import { prepareBundle } from "../../worker/sandbox/deploy.ts";

export const env = bindings as unknown as Env;
export const operatorKey = env.OPERATOR_KEY ?? "";
export const origin = "http://everstep.test";
/** A sign-in provider that only has a discovery document. */
export const issuer = "https://sign-in.example.com";
/** Takes every webhook. */
export const receiver = "https://receiver.example.com";

export interface Answer {
  status: number;
  headers: Headers;
  /** As it came. */
  text: string;
  /** Null unless it is JSON. */
  json: Record<string, unknown> | null;
}

export interface Lab {
  /** What the app answers to, as `METHOD /path/:parameter`. */
  readonly routes: readonly string[];
  /** Sends a request and waits for what goes on after its answer. */
  send(request: Request): Promise<Answer>;
  /** @param path after the origin; a body that is not a string is sent as JSON */
  call(credential: string | null, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export function openLab(): Lab {
  globalThis.fetch = outside;
  // Nothing lingers after an answer: tests wait for it.
  const usage = newUsage({ ask: askLimiter(env), lingerMs: 0 });
  const app = createApp({ sandbox: { prepare: prepareBundle }, objects: objectsOf, usage: () => usage });
  const send: Lab["send"] = async (request) => {
    const after: Promise<unknown>[] = [];
    const response = await app.fetch(request, env, { waitUntil: (work: Promise<unknown>) => void after.push(work), passThroughOnException: () => {}, props: {} });
    const text = new TextDecoder().decode(await response.arrayBuffer());
    await Promise.all(after);
    const isJson = /^application\/(\S+\+)?json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, text, json: isJson ? (JSON.parse(text) as Answer["json"]) : null };
  };
  const call: Lab["call"] = (credential, method, path, body, headers = {}) => {
    const all: Record<string, string> = { ...(credential === null ? {} : { authorization: credential.includes(" ") ? credential : `Bearer ${credential}` }), ...headers };
    const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    if (sent !== undefined) all["content-type"] ??= "application/json";
    return send(new Request(origin + path, { method, headers: all, ...(sent === undefined ? {} : { body: sent }) }));
  };
  return { routes: app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`), send, call };
}

/** Nothing in these tests reaches a network. */
const outside: typeof fetch = async (input) => {
  const { href } = new URL(input instanceof Request ? input.url : String(input));
  if (href.startsWith(`${receiver}/`)) return new Response("thanks");
  if (href !== `${issuer}/.well-known/openid-configuration`) return new Response("not here", { status: 404 });
  return Response.json({ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, response_types_supported: ["code"], subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"] });
};
