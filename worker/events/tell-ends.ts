/**
 * Ends of executions as events of their tenant: what the hub tells (durable-objects/tenant-hub/untold.ts).
 * @module
 */
import type { JsonObject } from "../../db/schema/json.ts";
import { type Statement, type TenantDb, tenantDb } from "../../db/tenant-db.ts";
import type { EndedEntry } from "../../durable-objects/tenant-hub/contract.ts";
import type { Tell } from "../../durable-objects/tenant-hub/untold.ts";
import type { Env } from "../env.ts";
import { chainThrough } from "./chain.ts";
import { type EmitContext, emitOnce } from "./emit.ts";
import { idFrom } from "./event-id.ts";
import { dispatcherOf } from "./objects.ts";

const longestMessage = 2_000;

export function tellEnds(env: Env): Tell {
  return async (ended) => {
    for (const tenant of new Set(ended.map(({ cause }) => cause.tenant))) {
      const db = tenantDb(env.DB, tenant);
      const statements: Statement[] = [];
      for (const entry of ended) if (entry.cause.tenant === tenant) statements.push(emitOnce(contextOf(db, entry), await eventOf(entry)));
      await db.batch(statements);
      await dispatcherOf(env, tenant).nudge(tenant);
    }
  };
}

function contextOf(db: TenantDb, { id, workflowId, completedAt, cause: { chain } }: EndedEntry): EmitContext {
  return { db, now: completedAt, actor: { kind: "execution", executionId: id }, chain: chainThrough({ chain, workflowId, executionId: id }) };
}

/** An execution that is retried may end again: at another time. */
async function eventOf(entry: EndedEntry): Promise<{ id: string; type: string; data: JsonObject; record: { type: string; id: string } }> {
  const { id, workflowId, version, status, trigger, parentId, createdAt, completedAt, errorMessage } = entry;
  const type = `execution.${status}`;
  return {
    id: await idFrom([entry.cause.tenant, type, id, completedAt]),
    type,
    record: { type: "execution", id },
    data: {
      execution_id: id,
      workflow_id: workflowId,
      version,
      status,
      trigger,
      parent_id: parentId,
      created_at: new Date(createdAt).toISOString(),
      completed_at: new Date(completedAt).toISOString(),
      duration_ms: completedAt - createdAt,
      error_message: errorMessage?.slice(0, longestMessage) ?? null,
    },
  };
}

