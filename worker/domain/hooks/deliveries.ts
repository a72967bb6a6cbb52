import { and, desc, eq, gte, lt } from "drizzle-orm";
import { z } from "zod";
import { firstIdAt } from "../../../db/ids.ts";
import { hookDeliveries } from "../../../db/schema/hook-deliveries.ts";
import { webhookScheme } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";

export type DeliveryRow = typeof hookDeliveries.$inferSelect;

const time = z.iso.datetime({ offset: true });

export const deliveriesQuery = pageQuery.extend({
  status: z.coerce.number().int().optional().describe("HTTP status it was answered with"),
  since: time.optional(),
  until: time.optional(),
});

export const deliveryView = z.object({
  id: z.string(),
  path: z.string(),
  delivery_id: z.string().nullable().describe("The sender's id: the same delivery starts nothing twice"),
  event: z.string().nullable(),
  status: z.number().int(),
  reason: z.string().nullable().describe("Why it was refused, or why nothing started"),
  execution_ids: z.array(z.string()),
  bytes: z.number().int(),
  scheme: webhookScheme.nullable().describe("By which the call was found genuine; null: it was not"),
  secret: z.enum(["current", "previous"]).nullable().describe("Which secret fitted"),
  sender: z.string().nullable().describe("Of `espocrm`: the id of the webhook there, as the call has it"),
  has_payload: z.boolean().describe("The body was kept: it can be re-driven"),
  redrive_of: z.string().nullable().describe("The call that was given to workflows once more by this"),
  redriven_at: z.string().nullable(),
  received_at: z.string(),
});
export type DeliveryView = z.infer<typeof deliveryView>;

export function viewDelivery(row: DeliveryRow): DeliveryView {
  const { id, path, delivery_id, event, status, reason, execution_ids, bytes, scheme, secret, sender, payload_key, redrive_of, redriven_at, received_at } = row;
  const common = { id, path, delivery_id, event, status, reason, execution_ids, bytes, scheme, secret, sender, redrive_of };
  return { ...common, has_payload: payload_key !== null, redriven_at: redriven_at === null ? null : iso(redriven_at), received_at: iso(received_at) };
}

/** Calls that came in a time: ids sort by it. */
export const between = (since: number | null, until: number | null) => and(since === null ? undefined : gte(hookDeliveries.id, firstIdAt(since)), until === null ? undefined : lt(hookDeliveries.id, firstIdAt(until)));

/** Every call to a hook, newest first. */
export async function listDeliveries({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof deliveriesQuery> & { path: string } }): Promise<Page<DeliveryView>> {
  const before = readCursor(input.cursor);
  const rows = await ctx.db.select(hookDeliveries, {
    where: and(
      eq(hookDeliveries.path, input.path),
      input.status === undefined ? undefined : eq(hookDeliveries.status, input.status),
      between(input.since === undefined ? null : Date.parse(input.since), input.until === undefined ? null : Date.parse(input.until)),
      before === null ? undefined : lt(hookDeliveries.id, before),
    ),
    orderBy: desc(hookDeliveries.id),
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, (row) => row.id, viewDelivery);
}

/** @throws PlatformError `not-found` */
export async function findDelivery(ctx: Pick<TenantContext, "db">, { path, id }: { path: string | null; id: string }): Promise<DeliveryRow> {
  const row = await ctx.db.first(hookDeliveries, and(eq(hookDeliveries.id, id), path === null ? undefined : eq(hookDeliveries.path, path)));
  if (!row) throw new PlatformError("not-found", `There is no delivery ${id}${path === null ? "" : ` to the hook \`${path}\``}.`);
  return row;
}

export const payloadView = z.object({
  content_type: z.string(),
  bytes: z.number().int(),
  preview: z.string().describe("How it begins"),
  truncated: z.boolean().describe("There is more: `url` has all of it"),
  url: z.string().describe("Path of the whole body, as it came"),
});

export const deliveryDetail = deliveryView.extend({
  headers: z.record(z.string(), z.string()).nullable().describe("Without credentials and signatures"),
  payload: payloadView.nullable(),
});

const previewBytes = 64 * 1024;

/** @throws PlatformError `not-found` */
export async function getDelivery({ ctx, input }: { ctx: TenantContext; input: { path: string; id: string } }): Promise<z.infer<typeof deliveryDetail>> {
  const row = await findDelivery(ctx, input);
  const stored = row.payload_key === null ? null : await ctx.env.BLOBS.get(row.payload_key, { range: { offset: 0, length: previewBytes } });
  const payload = stored && {
    content_type: stored.httpMetadata?.contentType ?? "application/octet-stream",
    bytes: stored.size,
    preview: new TextDecoder().decode(await stored.arrayBuffer()),
    truncated: stored.size > previewBytes,
    url: `/api/v1/hooks/${row.path}/deliveries/${row.id}/payload`,
  };
  return { ...viewDelivery(row), headers: row.headers, payload };
}

/** The raw body. @throws PlatformError `not-found` */
export async function getPayload({ ctx, input }: { ctx: TenantContext; input: { path: string; id: string } }): Promise<ReadableStream<Uint8Array>> {
  const { id, payload_key } = await findDelivery(ctx, input);
  const stored = payload_key === null ? null : await ctx.env.BLOBS.get(payload_key);
  if (!stored) throw new PlatformError("not-found", `Of the delivery ${id} no body is kept.`);
  return stored.body;
}
