/**
 * Giving a call to workflows once more: to those that listen now, as executions of their own.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { findHookListeners } from "../../../db/hook-lookup.ts";
import { newId } from "../../../db/ids.ts";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import { hooks } from "../../../db/schema/hooks.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { Env } from "../../env.ts";
import { audited } from "../audit/record.ts";
import type { BaseContext, TenantContext } from "../context.ts";
import { configOf, type HookConfig } from "./config.ts";
import { type DeliveryRow, deliveryView, findDelivery, viewDelivery } from "./deliveries.ts";
import { eventLabel, eventNames } from "./event-names.ts";
import { parsePayload } from "./payload.ts";
import { nobodyTakes, startAll } from "./start.ts";

export const redrivenView = z.object({ redrive: deliveryView.describe("Its own entry in the log of calls"), execution_ids: z.array(z.string()) });

/** What it takes; people are not needed for it. */
export type RedriveContext = Pick<BaseContext, "objects" | "usage" | "waitUntil" | "now"> & { env: Env; db: TenantDb };

/**
 * @param input.key the caller's Idempotency-Key: one key re-drives once
 * @throws PlatformError `not-found`, `conflict` when no body is kept or nobody takes it, and what starting throws
 */
export async function redriveDelivery({ ctx, input }: { ctx: TenantContext; input: { path: string; id: string; key: string | null } }): Promise<z.infer<typeof redrivenView>> {
  const found = await findDelivery(ctx, input);
  const { row, created } = await redrive(ctx, found, input.key ?? newId(ctx.now));
  if (created) await ctx.db.batch([audited(ctx, { action: "hook.redrive", entityId: found.path, after: { delivery: found.redrive_of ?? found.id, execution_ids: row.execution_ids } })]);
  return { redrive: viewDelivery(row), execution_ids: row.execution_ids };
}

/**
 * @param redriveId the same one gives what it gave before
 * @throws PlatformError as above
 */
export async function redrive(ctx: RedriveContext, found: DeliveryRow, redriveId: string): Promise<{ row: DeliveryRow; created: boolean }> {
  const original = found.redrive_of === null ? found : await findDelivery(ctx, { path: found.path, id: found.redrive_of });
  const { path, id } = original;
  const before = await ctx.db.first(hookDeliveries, and(eq(hookDeliveries.redrive_of, id), eq(hookDeliveries.redrive_id, redriveId)));
  if (before) return { row: before, created: false };

  const stored = original.payload_key === null ? null : await ctx.env.BLOBS.get(original.payload_key);
  if (!stored || original.scheme === null) throw new PlatformError("conflict", `The call ${id} cannot be re-driven: ${original.scheme === null ? "it was not found genuine, so nothing of it was kept" : "its body is not kept any more, or it only repeated another"}.`);
  const headers = original.headers ?? {};
  const contentType = headers["content-type"] ?? stored.httpMetadata?.contentType ?? null;
  const parsed = parsePayload(new Uint8Array(await stored.arrayBuffer()), contentType);
  if (!parsed.ok) throw new PlatformError("conflict", `The call ${id} cannot be re-driven: its body is ${parsed.fault}.`);

  const events = eventNames(await configNow(ctx.db, original), new Headers(headers), parsed.value);
  const listeners = await findHookListeners(ctx.env.DB, ctx.db.tenant, path);
  const delivery = { tenant: ctx.db.tenant, path, scheme: original.scheme, events, id: original.delivery_id ?? id, payload: parsed.value, headers, listeners, redrive: `${id}:${redriveId}` };
  const started = await startAll(ctx, delivery);
  if (started.length === 0) throw new PlatformError("conflict", `The call ${id} cannot be re-driven: ${nobodyTakes(events)}.`);
  const row: DeliveryRow = {
    ...original,
    id: newId(ctx.now),
    event: eventLabel(events),
    status: 202,
    reason: null,
    execution_ids: started.map((one) => one.id),
    payload_key: null,
    redrive_of: id,
    redrive_id: redriveId,
    redriven_at: null,
    received_at: ctx.now,
  };
  await ctx.db.batch([ctx.db.insert(hookDeliveries, row), ctx.db.update(hookDeliveries, { redriven_at: ctx.now }, eq(hookDeliveries.id, id))]);
  return { row, created: true };
}

/** As the hook is set up now; another scheme than the call's says nothing of it. */
async function configNow(db: TenantDb, { path, scheme }: DeliveryRow): Promise<HookConfig> {
  const hook = await db.first(hooks, eq(hooks.path, path));
  if (hook && hook.scheme === scheme) return configOf(hook);
  return configOf({ scheme: scheme ?? "none", config: {} });
}
