import { and, asc, eq, isNotNull, isNull } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import type { TenantContext } from "../context.ts";
import { beginReplay, findReplay, mostItems, type ReplayView, viewReplay } from "../dead-letters/job.ts";
import { replaySoon } from "../dead-letters/run.ts";
import { between } from "./deliveries.ts";

const time = z.iso.datetime({ offset: true });

export const redriveFilter = z
  .strictObject({
    filter: z.strictObject({
      status: z.number().int().optional().describe("HTTP status the calls were answered with"),
      since: time.optional(),
      until: time.optional(),
      ids: z.array(z.string().max(64)).min(1).max(1000).optional(),
    }),
  })
  .describe("Calls whose body was kept; all of it has to fit");

const scopeOf = (path: string): string => `hook:${path}`;

/** Oldest first, so that workflows get them in the order they came. */
export async function redriveMany({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof redriveFilter> & { path: string; key: string | null } }): Promise<ReplayView> {
  const { path, filter, key } = input;
  const { status, since, until, ids } = filter;
  const rows = await ctx.db.select(hookDeliveries, {
    where: and(
      eq(hookDeliveries.path, path),
      isNotNull(hookDeliveries.payload_key),
      isNull(hookDeliveries.redrive_of),
      status === undefined ? undefined : eq(hookDeliveries.status, status),
      between(since === undefined ? null : Date.parse(since), until === undefined ? null : Date.parse(until)),
      ids === undefined ? undefined : among(hookDeliveries.id, ids),
    ),
    orderBy: asc(hookDeliveries.id),
    limit: mostItems + 1,
  });
  const items = rows.map(({ id }) => ({ kind: "hook_delivery" as const, id }));
  const job = await beginReplay(ctx, { scope: scopeOf(path), items, action: "hook.redrive", entityId: path, filter, key });
  replaySoon(ctx, job);
  return viewReplay(job);
}

/** @throws PlatformError `not-found` */
export async function getHookRedrive({ ctx, input }: { ctx: TenantContext; input: { path: string; id: string } }): Promise<ReplayView> {
  return viewReplay(await findReplay(ctx, scopeOf(input.path), input.id));
}
