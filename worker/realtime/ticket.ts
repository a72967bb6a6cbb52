/**
 * Tickets: browsers cannot send a header when they open a WebSocket, and an access token does
 * not belong into an address. A ticket opens one socket, within 30 seconds.
 * @module
 */
import type { z } from "zod";
import { consumeToken, issueToken } from "../../db/one-time-tokens.ts";
import { batch } from "../../db/batch.ts";
import type { Credential } from "../../durable-objects/realtime/contract.ts";
import type { updatesTicket } from "../../sdk/schema/updates.ts";
import { iso, type UserContext } from "../domain/context.ts";
import type { Env } from "../env.ts";

const purpose = "updates";
const lifeMs = 30_000;

export async function issueTicket({ ctx }: { ctx: UserContext }): Promise<z.infer<typeof updatesTicket>> {
  const { env, now, actor } = ctx;
  const { token, statement } = await issueToken(env.DB, { purpose, userId: actor.userId, tenantId: actor.tenantId, data: { session_id: actor.sessionId }, now, lifeMs });
  await batch(env.DB, [statement]);
  return { ticket: token, expires_at: iso(now + lifeMs) };
}

/** Uses it up; null for one that is used, too old, or none. */
export async function redeemTicket({ DB }: Pick<Env, "DB">, ticket: string, now: number): Promise<{ tenant: string; credential: Credential } | null> {
  const redeemed = await consumeToken(DB, { token: ticket, purpose, now });
  const sessionId = redeemed?.data["session_id"];
  if (!redeemed?.tenant_id || !redeemed.user_id || typeof sessionId !== "string") return null;
  return { tenant: redeemed.tenant_id, credential: { kind: "session", sessionId, userId: redeemed.user_id } };
}
