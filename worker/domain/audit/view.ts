import { z } from "zod";
import { among } from "../../../db/among.ts";
import { namesOfUsers } from "../../../db/members.ts";
import { apiKeys } from "../../../db/schema/api-keys.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { maskFields } from "../../auth/mask-fields.ts";
import { iso, type TenantContext } from "../context.ts";
import { seenOfRecord } from "../records/seen.ts";

export type AuditRow = typeof auditEvents.$inferSelect;

const fields = z.record(z.string(), z.json()).nullable();

export const auditEventView = z.object({
  id: z.string(),
  at: z.string(),
  actor_kind: z.enum(auditEvents.actor_kind.enumValues),
  actor_id: z.string().nullable(),
  actor_name: z.string().nullable().describe("As it is now; null when it is not known any more"),
  action: z.string(),
  entity: z.string(),
  entity_id: z.string().nullable(),
  before: fields.describe("What changed, as it was; secrets and personal data masked"),
  after: fields,
  request_id: z.string().nullable(),
  ip: z.string().nullable(),
});
export type AuditEventView = z.infer<typeof auditEventView>;

/** With the names of who acted, which the log itself does not keep. */
export async function viewAuditEvents(ctx: TenantContext, rows: readonly AuditRow[]): Promise<AuditEventView[]> {
  const ids = (kind: AuditRow["actor_kind"]) => [...new Set(rows.flatMap((row) => (row.actor_kind === kind && row.actor_id !== null ? [row.actor_id] : [])))];
  const keyIds = ids("api_key");
  const [people, keys] = await Promise.all([namesOfUsers(ctx.env.DB, ids("user")), keyIds.length === 0 ? [] : ctx.db.select(apiKeys, { where: among(apiKeys.id, keyIds) })]);
  const names = new Map([...[...people].map(([id, name]) => [id, maskFields(ctx.actor, "users", { name }).name] as const), ...keys.map(({ id, name }) => [id, name] as const)]);
  return rows.map(({ id, at, actor_kind, actor_id, action, entity, entity_id, before, after, request_id, ip }) => {
    const actor_name = names.get(actor_id ?? "") ?? null;
    const seen = (fields: typeof before) => fields && seenOfRecord(ctx.actor, entity, fields);
    return { id, at: iso(at), actor_kind, actor_id, actor_name, action, entity, entity_id, before: seen(before), after: seen(after), request_id, ip };
  });
}
