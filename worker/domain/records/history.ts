import { and, desc, eq, lt } from "drizzle-orm";
import { z } from "zod";
import { among } from "../../../db/among.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { isMasked, maskFields } from "../../auth/mask-fields.ts";
import { iso } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { findRecord } from "./access.ts";
import type { RecordContext } from "./context.ts";
import { mergedInto } from "./merged.ts";

export const historyEntry = z.object({
  id: z.string(),
  record_id: z.string().describe("Itself, or a record that was merged into it"),
  at: z.string(),
  action: z.string().describe("`lead.update`"),
  actor: z.object({ kind: z.string(), id: z.string().nullable() }),
  before: z.record(z.string(), z.json()).nullable().describe("Of the fields that changed"),
  after: z.record(z.string(), z.json()).nullable(),
});

/** What became of a record, and of those that were merged into it, the newest first. */
export async function recordHistory({ ctx, of, id, input }: { ctx: RecordContext; of: AnyEntity; id: string; input: z.output<typeof pageQuery> }): Promise<Page<z.input<typeof historyEntry>>> {
  await findRecord(ctx, of, id, { deleted: true });
  const before = readCursor(input.cursor);
  const parts = await mergedInto(ctx, of, id);
  const rows = await ctx.db.select(auditEvents, {
    where: and(eq(auditEvents.entity, of.kind), parts.length === 0 ? eq(auditEvents.entity_id, id) : among(auditEvents.entity_id, [id, ...parts]), before === null ? undefined : lt(auditEvents.id, before)),
    orderBy: desc(auditEvents.id),
    limit: input.limit + 1,
  });
  const seen = (fields: JsonObject | null): JsonObject | null => (fields && ctx.access && Object.keys(fields).some((name) => ctx.access && isMasked(ctx.access, of.path, name)) ? maskFields(ctx.access, of.path, fields) : fields);
  return toPage(rows, input.limit, (row) => row.id, (row) => ({ id: row.id, record_id: row.entity_id ?? id, at: iso(row.at), action: row.action, actor: { kind: row.actor_kind, id: row.actor_id }, before: seen(row.before), after: seen(row.after) }));
}
