/**
 * Opening a socket: who it is, whether a browser may from where it is, and on to the tenant's
 * realtime object, which is told nothing else of the request.
 *
 * Invariants
 * 1. No access token and no API key in an address: there they would be kept by others.
 * 2. A page of another origin opens no socket, whatever it knows.
 * @module
 */
import { findTenant } from "../../db/tenants.ts";
import { type Connect, connectHeader, type Credential } from "../../durable-objects/realtime/contract.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { ticketProtocol, updatesProtocol } from "../../sdk/schema/updates.ts";
import { hashApiKey } from "../auth/api-key.ts";
import { authenticate } from "../auth/authenticate.ts";
import type { BaseContext } from "../domain/context.ts";
import { settingsOf } from "../domain/tenants/settings.ts";
import { realtimeOf } from "../events/objects.ts";
import { redeemTicket } from "./ticket.ts";
import { standingOf } from "./standing.ts";

interface Caller {
  tenant: string;
  credential: Credential;
}

/** Counts one request of this caller. @throws PlatformError `rate-limited` */
export type Admit = (caller: Caller) => Promise<void>;

/** @throws PlatformError `unauthorized`, `forbidden` for a foreign origin, `rate-limited` when there are too many sockets, and all that `authenticate` throws */
export async function connect(ctx: BaseContext, request: Request, admit: Admit): Promise<Response> {
  const { searchParams } = new URL(request.url);
  for (const name of ["access_token", "token", "api_key", "authorization"]) {
    if (searchParams.has(name)) throw new PlatformError("bad-request", `No ${name} in the address, where others keep it: send the header Authorization, or a ticket of POST /api/v1/updates/tickets.`);
  }
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
  const offeredTicket = offered.find((one) => one.startsWith(ticketProtocol));
  const caller = await identify(ctx, request, searchParams.get("ticket") ?? offeredTicket?.slice(ticketProtocol.length) ?? null);
  await admit(caller);
  await mustBeFrom(ctx, request.headers.get("origin"), caller.tenant);
  // A browser that has offered protocols goes on only when one of them is taken.
  const protocol = offered.find((one) => one === updatesProtocol) ?? offeredTicket ?? null;
  const asked: Connect = { ...caller, protocol };
  const answer = await realtimeOf(ctx.env, caller.tenant).fetch(new Request("https://realtime.internal/", { headers: { upgrade: "websocket", [connectHeader]: JSON.stringify(asked) } }));
  if (answer.status === 429) throw new PlatformError("rate-limited", `No more sockets: ${await answer.text()}.`, undefined, 60);
  const { webSocket } = answer;
  if (answer.status !== 101 || !webSocket) throw new Error(`the realtime object answered ${answer.status}`);
  return new Response(null, { status: 101, webSocket, headers: answer.headers });
}

async function identify({ env, now, waitUntil }: BaseContext, { headers }: Request, ticket: string | null): Promise<Caller> {
  const authorization = headers.get("authorization");
  if (authorization === null && ticket !== null) {
    const redeemed = await redeemTicket(env, ticket, now);
    const [standing = null] = redeemed ? await standingOf(env, redeemed.tenant, [redeemed.credential], now) : [];
    if (!redeemed || !standing) throw new PlatformError("unauthorized", "The ticket has been used, is older than 30 seconds, or is none: get another with POST /api/v1/updates/tickets.");
    return redeemed;
  }
  const { actor, mfaMissing } = await authenticate(env, authorization, { workflowId: null, now, waitUntil });
  if (actor.kind === "operator") throw new PlatformError("forbidden", "The operator key opens /api/v1/operator only; use a tenant's API key here.");
  if (mfaMissing) throw new PlatformError("mfa-required", "This tenant asks for a second factor. Set one up first, with POST /api/v1/auth/mfa/setup.");
  if (actor.kind === "user") return { tenant: actor.tenantId, credential: { kind: "session", sessionId: actor.sessionId, userId: actor.userId } };
  const key = (authorization ?? "").trim().split(/\s+/)[1] ?? "";
  return { tenant: actor.tenantId, credential: { kind: "key", hash: await hashApiKey(key), keyId: actor.keyId } };
}

/** Only browsers say where they come from. */
async function mustBeFrom({ env }: BaseContext, origin: string | null, tenant: string): Promise<void> {
  if (origin === null) return;
  if (env.PUBLIC_URL && URL.canParse(env.PUBLIC_URL) && new URL(env.PUBLIC_URL).origin === origin) return;
  const row = await findTenant(env.DB, tenant);
  if (row && settingsOf(row).redirect_origins.includes(origin)) return;
  throw new PlatformError("forbidden", `Pages of ${origin.slice(0, 200)} may open no socket: an admin adds their origin to the tenant's redirect_origins.`);
}
