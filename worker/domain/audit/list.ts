import { desc } from "drizzle-orm";
import type { z } from "zod";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import type { TenantContext } from "../context.ts";
import type { Page } from "../page.ts";
import { type auditQuery, matching, readAuditCursor, toCursor } from "./query.ts";
import { type AuditEventView, viewAuditEvents } from "./view.ts";

/**
 * Newest first.
 * @throws PlatformError `bad-request` for a cursor of another tenant
 */
export async function listAuditEvents({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof auditQuery> }): Promise<Page<AuditEventView>> {
  const before = readAuditCursor(ctx.tenant, input.cursor);
  const rows = await ctx.db.select(auditEvents, { where: matching(input, before), orderBy: desc(auditEvents.id), limit: input.limit + 1 });
  const kept = rows.slice(0, input.limit);
  const last = kept.at(-1);
  return { data: await viewAuditEvents(ctx, kept), pagination: { next_cursor: rows.length > input.limit && last ? toCursor(ctx.tenant, last.id) : null } };
}
