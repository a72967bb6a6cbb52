/**
 * Carries out an action of an execution, exactly once for its key: the result is written in
 * the batch of the change, and whoever comes again gets it from there.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { actionResults } from "../../db/schema/events.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import type { Cause } from "../../durable-objects/execution/ports.ts";
import { decode, encode } from "../../sdk/schema/codec.ts";
import type { ActReply } from "../../sdk/schema/journal.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { Env } from "../env.ts";
import type { Action, ActionContext } from "./action.ts";
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

export async function act({ env, now, waitUntil }: ActPorts, cause: Cause, asked: Act): Promise<ActReply> {
  const found = actions.get(asked.action);
  if (!found) return refused("bad-request", `there is no action "${asked.action}"; there are ${[...actions.keys()].join(", ")}`);
  const db = tenantDb(env.DB, cause.tenant);
  const ctx: ActionContext = { env, db, tenant: cause.tenant, now, cause, actor: { kind: "execution", executionId: cause.executionId }, key: asked.key, waitUntil };
  try {
    return (await before(ctx)) ?? (await carryOut(ctx, found, asked));
  } catch (error) {
    if (error instanceof PlatformError) return { ok: false, code: error.code, detail: error.message, retryable: passing.has(error.code) };
    throw error;
  }
}

async function before({ db, key }: ActionContext): Promise<ActReply | null> {
  const row = await db.first(actionResults, and(eq(actionResults.key, key)));
  return row && { ok: true, value: row.result };
}

async function carryOut(ctx: ActionContext, found: Action, { params, action, key }: Act): Promise<ActReply> {
  const parsed = found.params.safeParse(decode(params));
  if (!parsed.success) return refused("bad-request", parsed.error.issues.map(({ path, message }) => `${path.join(".") || action}: ${message}`).slice(0, 10).join("; "));
  const { statements, result, afterwards } = await found.plan(ctx, parsed.data);
  const value = encode(result);
  const written = ctx.db.insert(actionResults, { key, execution_id: ctx.cause.executionId, action, result: value, created_at: ctx.now });
  try {
    await ctx.db.batch([written, ...statements]);
  } catch (error) {
    // Another attempt was quicker, or had come through and not been heard.
    const first = await before(ctx);
    if (first) return first;
    throw error;
  }
  afterwards?.();
  return { ok: true, value };
}

const refused = (code: string, detail: string): ActReply => ({ ok: false, code, detail, retryable: false });
