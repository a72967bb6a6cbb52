/**
 * Records that others refer to, shown along with them: `company` beside `company_id`.
 * @module
 */
import { and, isNull } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { namesOfUsers } from "../../../db/members.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { entityOfKind } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import { can } from "../../auth/can.ts";
import { permissionFor, within } from "./access.ts";
import type { RecordContext } from "./context.ts";
import { showAll, type Shown } from "./show.ts";

const nameOf = (field: string): string => field.replace(/_id$/, "");

/** `company` of `company_id`, `owner` of `owner_id`. */
export function expandable(of: AnyEntity): string[] {
  return Object.entries(of.fields).flatMap(([name, { type }]) => ((type === "record" || type === "user") && name.endsWith("_id") ? [nameOf(name)] : []));
}

/** What the actor may not read is null. */
export async function expanded(ctx: RecordContext, of: AnyEntity, views: readonly Shown[], wanted: readonly string[]): Promise<Shown[]> {
  const possible = expandable(of);
  const unknown = wanted.filter((name) => !possible.includes(name));
  if (unknown.length > 0) throw new PlatformError("bad-request", `/query/expand: ${unknown.join(", ")} cannot be shown along; there ${possible.length === 0 ? "is nothing that can" : `are ${possible.join(", ")}`}`, [{ pointer: "/query/expand", detail: `unknown: ${unknown.join(", ")}` }]);
  const found = await Promise.all(
    wanted.map(async (name) => {
      const field = `${name}_id`;
      const ids = [...new Set(views.flatMap((view) => (typeof view[field] === "string" ? [view[field]] : [])))];
      return [name, field, await recordsBy(ctx, of.fields[field]?.to ?? "user", ids)] as const;
    }),
  );
  return views.map((view) => ({ ...view, ...Object.fromEntries(found.map(([name, field, byId]) => [name, byId.get(String(view[field])) ?? null])) }));
}

async function recordsBy(ctx: RecordContext, kind: string, ids: readonly string[]): Promise<Map<string, object>> {
  if (ids.length === 0) return new Map();
  if (kind === "user") return people(ctx, ids);
  const of = entityOfKind.get(kind);
  if (!of || (ctx.access && !can(ctx.access, permissionFor(of, "read")))) return new Map();
  const table = recordTable(of);
  const rows = (await ctx.db.select(table, { where: and(among(table.id, ids), isNull(table.deleted_at), within(ctx, of)) })) as RecordRow[];
  return new Map((await showAll(ctx, of, rows)).map((view) => [view.id, view]));
}

async function people({ env, access }: RecordContext, ids: readonly string[]): Promise<Map<string, object>> {
  const masked = access !== null && (isMasked(access, "users", "name") || !can(access, "users.read"));
  const names = masked ? new Map<string, string>() : await namesOfUsers(env.DB, ids);
  return new Map(ids.map((id) => [id, { id, name: names.get(id) ?? null }]));
}
