/**
 * Questions to the audit log. Ids of events begin with their time, so that a span of time is
 * a span of ids, which the index finds.
 * @module
 */
import { and, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { firstIdAt } from "../../../db/ids.ts";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { fromBase64, toBase64Url, utf8 } from "../../auth/bytes.ts";
import { pageQuery } from "../page.ts";

const time = z.iso.datetime({ offset: true });
const text = z.string().min(1).max(200);

export const auditFilter = z.object({
  actor_id: text.optional().describe("User or API key"),
  actor_kind: z.enum(auditEvents.actor_kind.enumValues).optional(),
  entity: text.optional().describe("Such as `user` or `hook`"),
  entity_id: text.optional(),
  action: z
    .string()
    .regex(/^[a-z_]+\.([a-z_]+|\*)$/, "`user.update`, or `user.*` for all of an entity's")
    .optional(),
  request_id: text.optional().describe("`x-request-id` of the answer to a change"),
  from: time.optional().describe("At or after"),
  to: time.optional().describe("Before"),
});
export type AuditFilter = z.infer<typeof auditFilter>;

export const auditQuery = auditFilter.extend(pageQuery.shape);

/** @param before the id of the last event of the page before; null: the first page */
export function matching(filter: AuditFilter, before: string | null): SQL | undefined {
  const equal = (["actor_id", "actor_kind", "entity", "entity_id", "request_id"] as const).map((field) => (filter[field] === undefined ? undefined : sql`${auditEvents[field]} = ${filter[field]}`));
  return and(
    ...equal,
    filter.action === undefined ? undefined : filter.action.endsWith(".*") ? eq(auditEvents.entity, filter.action.slice(0, -2)) : eq(auditEvents.action, filter.action),
    filter.from === undefined ? undefined : gte(auditEvents.id, firstIdAt(Date.parse(filter.from))),
    filter.to === undefined ? undefined : lt(auditEvents.id, firstIdAt(Date.parse(filter.to))),
    before === null ? undefined : lt(auditEvents.id, before),
  );
}

/** A cursor holds the tenant whose log it leads through. */
export function toCursor(tenant: string, id: string): string {
  return toBase64Url(utf8(`${tenant}/${id}`));
}

/** @throws PlatformError `bad-request` for what is no cursor of this tenant's log */
export function readAuditCursor(tenant: string, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const bytes = fromBase64(cursor);
  const [of, id, ...more] = bytes ? new TextDecoder().decode(bytes).split("/") : [];
  if (of !== tenant || !id || more.length > 0) throw new PlatformError("bad-request", "The cursor is not one this API gave for this log.", [{ pointer: "/query/cursor", detail: "not a cursor" }]);
  return id;
}
