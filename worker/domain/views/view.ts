/**
 * Saved views: a filter, an order and columns, under a name. One's own, or everybody's.
 * @module
 */
import { and, eq, or, type SQL } from "drizzle-orm";
import { z } from "zod";
import { savedViews } from "../../../db/schema/views.ts";
import { allEntities, entityAt } from "../../../sdk/schema/crm/index.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { can } from "../../auth/can.ts";
import { iso } from "../context.ts";
import { actorId, type RecordContext } from "../records/context.ts";

export type ViewRow = typeof savedViews.$inferSelect;

const fields = {
  title: z.string().trim().min(1).max(120),
  kind: z.enum(["list", "board", "calendar"]),
  filter: z.record(z.string(), z.json()).describe("As lists take it: docs/crm.md has the language"),
  q: z.string().trim().min(1).max(200).nullable().describe("Words that the records have"),
  sort: z.string().max(100).nullable().describe("As lists take it: `-score`"),
  columns: z.array(z.string().min(1).max(100)).max(50).describe("Fields that are shown; the tenant's own as `custom.size`"),
  grouped_by: z.string().max(100).nullable().describe("The field whose values are the columns of a board, or by whose days a calendar goes"),
  shared: z.boolean().describe("Everybody sees it"),
  position: z.number().int().min(0).max(1_000_000),
  pinned: z.boolean(),
};

export const newView = z.strictObject({
  entity: z.string().refine((path) => entityAt.has(path), `one of ${allEntities.map(({ path }) => path).join(", ")}`),
  title: fields.title,
  kind: fields.kind.default("list"),
  filter: fields.filter.default({}),
  q: fields.q.default(null),
  sort: fields.sort.default(null),
  columns: fields.columns.default([]),
  grouped_by: fields.grouped_by.default(null),
  shared: fields.shared.default(false),
  position: fields.position.default(0),
  pinned: fields.pinned.default(false),
});

export const viewChange = z.strictObject(fields).partial().refine((change) => Object.keys(change).length > 0, "nothing is to be changed");

export const viewShown = z.object({
  id: z.string(),
  entity: z.string(),
  ...fields,
  owner_id: z.string().nullable().describe("User or key"),
  version: z.number().int().describe("For `If-Match`"),
  created_at: z.string(),
  updated_at: z.string(),
});

export const viewAlone = viewShown.extend({ faults: z.array(z.object({ pointer: z.string(), detail: z.string() })).describe("What it names that is gone: lists by it are refused until it is changed") });

export function showView(row: ViewRow): z.input<typeof viewShown> {
  return { ...withoutTenant(row), filter: row.filter as JsonObject & Record<string, never>, created_at: iso(row.created_at), updated_at: iso(row.updated_at) };
}

export const withoutTenant = (row: ViewRow): Omit<ViewRow, "tenant_id"> => Object.fromEntries(Object.entries(row).filter(([name]) => name !== "tenant_id")) as Omit<ViewRow, "tenant_id">;

type Asking = Pick<RecordContext, "db" | "access" | "actor">;

/** One's own, and those that are everybody's. */
export function visible(ctx: Asking): SQL | undefined {
  const me = actorId(ctx);
  return or(eq(savedViews.shared, true), me === null ? undefined : eq(savedViews.owner_id, me));
}

/** @throws PlatformError `not-found`, also for what is somebody else's own */
export async function findView(ctx: Asking, id: string): Promise<ViewRow> {
  const row = await ctx.db.first(savedViews, and(eq(savedViews.id, id), visible(ctx)));
  if (!row) throw new PlatformError("not-found", `There is no view ${id}.`);
  return row;
}

/** @throws PlatformError `not-found`, `version-conflict`; `conflict` when it is somebody else's */
export async function viewToChange(ctx: Asking, id: string, version: number | null): Promise<ViewRow> {
  const row = await findView(ctx, id);
  if (row.owner_id !== actorId(ctx) && ctx.access !== null && !can(ctx.access, "views.delete")) throw new PlatformError("conflict", "The view is somebody else's, shared with you: they change it, or whoever has the permission views.delete. Save one of your own instead.");
  if (version !== null && row.version !== version) throw new PlatformError("version-conflict", `The view was changed since version ${version}: it is version ${row.version} now.`, undefined, undefined, { version: row.version });
  return row;
}
