import { asc, gt } from "drizzle-orm";
import type { z } from "zod";
import { webhookSubscriptions } from "../../../db/schema/webhooks.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { findWebhook, viewWebhook, type WebhookView } from "./view.ts";

/** Oldest first. */
export async function listWebhooks({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> }): Promise<Page<WebhookView>> {
  const after = readCursor(input.cursor);
  const rows = await ctx.db.select(webhookSubscriptions, { where: after === null ? undefined : gt(webhookSubscriptions.id, after), orderBy: asc(webhookSubscriptions.id), limit: input.limit + 1 });
  return toPage(rows, input.limit, (row) => row.id, (row) => viewWebhook(row, ctx.now));
}

/** @throws PlatformError `not-found` */
export async function getWebhook({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<WebhookView> {
  return viewWebhook(await findWebhook(ctx, input.id), ctx.now);
}
