/**
 * An action of an execution. Refusals are values: errors lose their class on the way.
 * @module
 */
import { tenantDb } from "../../db/tenant-db.ts";
import type { Cause } from "../../durable-objects/execution/ports.ts";
import { decode } from "../../sdk/schema/codec.ts";
import type { ActReply } from "../../sdk/schema/journal.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { Env } from "../env.ts";
import { chainThrough } from "../events/chain.ts";
import type { ActionContext } from "./action.ts";
import { carryOutAction, fingerprintOf } from "./carry-out.ts";
import { actions } from "./registry.ts";

export interface Act {
  action: string;
  /** Encoded. */
  params: string;
  key: string;
}

export interface ActPorts {
  env: Env;
  now: number;
  waitUntil(work: Promise<unknown>): void;
}

/** Codes of refusals that may be over in a while. */
const passing: ReadonlySet<string> = new Set(["unavailable", "rate-limited", "internal"]);

export async function act({ env, now, waitUntil }: ActPorts, cause: Cause, { action, params, key }: Act): Promise<ActReply> {
  const found = actions.get(action);
  if (!found) return { ok: false, code: "bad-request", detail: `there is no action "${action}": docs/actions.md has those there are`, retryable: false };
  const ctx: ActionContext = {
    env, now, waitUntil, cause, key,
    db: tenantDb(env.DB, cause.tenant),
    tenant: cause.tenant,
    actor: { kind: "execution", executionId: cause.executionId },
    access: null,
    chain: chainThrough(cause),
    requestId: key,
    caller: { ip: null },
    preview: false,
  };
  try {
    const given = decode(params);
    return { ok: true, value: await carryOutAction(ctx, found, given, { key, fingerprint: await fingerprintOf(action, given) }) };
  } catch (error) {
    if (error instanceof PlatformError) return { ok: false, code: error.code, detail: error.message, retryable: passing.has(error.code) || error.retryAfter !== undefined };
    throw error;
  }
}
