/**
 * From an Authorization header to an actor.
 * @module
 */
import { findCredential, touchCredential, type WorkflowRow } from "../../db/credentials.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { Env } from "../env.ts";
import type { Actor, KeyActor } from "./actor.ts";
import { hashApiKey, isApiKey } from "./api-key.ts";
import { sameSecret } from "./bytes.ts";

/** How fresh `last_used_at` is kept. */
const touchEveryMs = 60_000;

export interface Identity {
  actor: Actor;
  /** The workflow asked for along with the key. */
  workflow: WorkflowRow | null;
}

export interface AuthenticateOptions {
  /** Reads this workflow of the key's tenant in the same round trip. */
  workflowId: string | null;
  now: number;
  waitUntil(work: Promise<unknown>): void;
}

/** One answer for every wrong key, so that nothing is learned from the difference. */
const refusal = () => new PlatformError("unauthorized", "Send a valid API key: `Authorization: Bearer es_…`.");

/** @throws PlatformError `unauthorized` */
export async function authenticate(env: Env, authorization: string | null, options: AuthenticateOptions): Promise<Identity> {
  const [scheme, token, ...more] = (authorization ?? "").trim().split(/\s+/);
  if (!token || more.length > 0 || scheme?.toLowerCase() !== "bearer") throw refusal();
  if (isApiKey(token)) return identify(env, token, options);
  if (env.OPERATOR_KEY && (await sameSecret(token, env.OPERATOR_KEY))) return { actor: { kind: "operator" }, workflow: null };
  throw refusal();
}

async function identify(env: Env, key: string, { workflowId, now, waitUntil }: AuthenticateOptions): Promise<Identity> {
  const found = await findCredential(env.DB, await hashApiKey(key), workflowId);
  if (!found || found.revoked_at !== null) throw refusal();
  if (found.last_used_at === null || found.last_used_at < now - touchEveryMs) waitUntil(touchCredential(env.DB, found.key_id, now, touchEveryMs));
  const actor: KeyActor = { kind: "api_key", tenantId: found.tenant_id, keyId: found.key_id, name: found.name };
  return { actor, workflow: found.workflow };
}
