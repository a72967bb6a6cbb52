/**
 * What taking in a webhook, or an event, costs at least: the signature, and one durable write.
 * @module
 */
import type { BenchEnv } from "./env.ts";

/** Both sides sign with it. */
export const hookSecret = "bench-hook-secret";

const encoder = new TextEncoder();
let key: Promise<CryptoKey> | undefined;

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** `POST /bench/hook`, signed as GitHub signs. */
export async function bareHook(request: Request, env: BenchEnv): Promise<Response> {
  const body = await request.arrayBuffer();
  key ??= crypto.subtle.importKey("raw", encoder.encode(hookSecret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const signature = fromHex((request.headers.get("x-hub-signature-256") ?? "").replace("sha256=", ""));
  if (!(await crypto.subtle.verify("HMAC", await key, signature, body))) return new Response(null, { status: 401 });
  const id = request.headers.get("x-github-delivery") ?? crypto.randomUUID();
  await env.BARE.getByName("hooks").accept(id, new TextDecoder().decode(body));
  return Response.json({ id }, { status: 202 });
}

/** `GET /bench/socket` looks on, `POST` tells everybody who does. */
export async function bareSocket(request: Request, env: BenchEnv): Promise<Response> {
  const room = env.BARE.getByName("room");
  if (request.method === "GET") return room.fetch(request);
  await room.tell(await request.text());
  return new Response(null, { status: 204 });
}

/** `POST /bench/event`: a row of the database, and an object that runs one step; when it ran. */
export async function bareEvent(request: Request, env: BenchEnv): Promise<Response> {
  const { n } = await request.json<{ n: number }>();
  const id = crypto.randomUUID();
  await env.DB.prepare("INSERT INTO usage (tenant_id, period, metric, value, updated_at) SELECT id, 'bench', ?, 1, 0 FROM tenants LIMIT 1").bind(id).run();
  const at = await env.BARE.getByName(id).stepAt(id);
  return Response.json({ n, at });
}
