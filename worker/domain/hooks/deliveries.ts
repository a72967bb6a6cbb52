import { and, desc, eq, lt } from "drizzle-orm";
import { z } from "zod";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import { iso, type TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";

export const deliveriesQuery = pageQuery.extend({ status: z.coerce.number().int().optional().describe("HTTP status it was answered with") });

export const deliveryView = z.object({
  id: z.string(),
  path: z.string(),
  delivery_id: z.string().nullable().describe("The sender's id: the same delivery starts nothing twice"),
  event: z.string().nullable(),
  status: z.number().int(),
  reason: z.string().nullable().describe("Why it was refused, or why nothing started"),
  execution_ids: z.array(z.string()),
  bytes: z.number().int(),
  received_at: z.string(),
});
export type DeliveryView = z.infer<typeof deliveryView>;

function view(row: typeof hookDeliveries.$inferSelect): DeliveryView {
  const { id, path, delivery_id, event, status, reason, execution_ids, bytes, received_at } = row;
  return { id, path, delivery_id, event, status, reason, execution_ids, bytes, received_at: iso(received_at) };
}

/** Every call to a hook, newest first. */
export async function listDeliveries({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof deliveriesQuery> & { path: string } }): Promise<Page<DeliveryView>> {
  const before = readCursor(input.cursor);
  const rows = await ctx.db.select(hookDeliveries, {
    where: and(
      eq(hookDeliveries.path, input.path),
      input.status === undefined ? undefined : eq(hookDeliveries.status, input.status),
      before === null ? undefined : lt(hookDeliveries.id, before),
    ),
    orderBy: desc(hookDeliveries.id),
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, (row) => row.id, view);
}
