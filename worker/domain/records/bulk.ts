import { z } from "zod";
import { among } from "../../../db/among.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { type AnyEntity, changeSchema, type Given } from "../../../sdk/schema/crm/entity.ts";
import { mayDo, mustBeAllowed, type Verb } from "./access.ts";
import type { RecordContext } from "./context.ts";
import { carryOut, type Plan, planChanges, planRecords } from "./plan.ts";
import { refusingTwins } from "./twins.ts";
import { mustSeeWhatItChanges } from "./update.ts";

const ids = z.array(z.string().min(1).max(64)).min(1).max(500).describe("At most 500");

export function bulkBody(of: AnyEntity) {
  return z.discriminatedUnion("action", [
    z.strictObject({ action: z.literal("update"), ids, change: changeSchema(of) as z.ZodType<Given> }),
    z.strictObject({ action: z.literal("delete"), ids }),
    z.strictObject({ action: z.literal("restore"), ids }),
    ...(of.tags ? [z.strictObject({ action: z.literal("add_tags"), ids, tags: z.array(z.string()).min(1).max(50) }), z.strictObject({ action: z.literal("remove_tags"), ids, tags: z.array(z.string()).min(1).max(50) })] : []),
  ]);
}

export type Bulk = { ids: string[] } & ({ action: "update"; change: Given } | { action: "delete" | "restore" } | { action: "add_tags" | "remove_tags"; tags: string[] });

export const bulkResult = z.object({
  changed: z.array(z.string()).describe("Ids"),
  unchanged: z.array(z.string()).describe("Were as wanted already"),
  refused: z.array(z.object({ id: z.string(), code: z.enum(["not-found", "forbidden"]) })),
});

const verbs: Record<Bulk["action"], Verb> = { update: "write", add_tags: "write", remove_tags: "write", delete: "delete", restore: "delete" };

/**
 * The same change of many records, in one transaction. What is not there or not allowed is
 * named, and the rest is done.
 * @throws PlatformError `bad-request`, `conflict`; `not-found`, `forbidden` when there is nothing to do it to
 */
export async function bulkRecords({ ctx, of, input }: { ctx: RecordContext; of: AnyEntity; input: Bulk }): Promise<z.infer<typeof bulkResult>> {
  const verb = verbs[input.action];
  mustBeAllowed(ctx, of, verb);
  if (input.action === "update") mustSeeWhatItChanges(ctx, of, input.change);
  const wanted = [...new Set(input.ids)];
  return refusingTwins(of, () =>
    carryOut(ctx, async () => {
      const rows = await reachable(ctx, of, wanted, verb, input.action === "restore");
      const allowed = wanted.flatMap((id) => rows.get(id) ?? []).filter((row) => mayDo(ctx, of, verb, row));
      if (allowed.length === 0) throw noneOf(of, wanted, rows);
      const { result, ...plan } = await planOf(ctx, of, allowed, input);
      const versions = new Map(allowed.map(({ id, version }) => [id, version]));
      const changed = result.filter(({ id, version }) => versions.get(id) !== version).map(({ id }) => id);
      const refused = wanted.filter((id) => !versions.has(id)).map((id) => ({ id, code: rows.has(id) ? ("forbidden" as const) : ("not-found" as const) }));
      return { ...plan, result: { changed, unchanged: allowed.map(({ id }) => id).filter((id) => !changed.includes(id)), refused } };
    }),
  );
}

/** Of a change that would change nothing at all. */
function noneOf(of: AnyEntity, wanted: readonly string[], rows: ReadonlyMap<string, RecordRow>): PlatformError {
  const errors = wanted.map((id, index) => ({ pointer: `/ids/${index}`, detail: rows.has(id) ? "covered by no permission of yours" : "there is none" }));
  return rows.size > 0 ? new PlatformError("forbidden", `Your permission covers none of these ${of.path}.`, errors) : new PlatformError("not-found", `None of these ${of.path} is there.`, errors);
}

async function reachable(ctx: RecordContext, of: AnyEntity, wanted: string[], verb: Verb, deleted: boolean): Promise<Map<string, RecordRow>> {
  const table = recordTable(of);
  const rows = (await ctx.db.select(table, { where: among(table.id, wanted) })) as RecordRow[];
  return new Map(rows.filter((row) => (row.deleted_at !== null) === deleted && (mayDo(ctx, of, "read", row) || mayDo(ctx, of, verb, row))).map((row) => [row.id, row]));
}

function planOf(ctx: RecordContext, of: AnyEntity, rows: readonly RecordRow[], input: Bulk): Promise<Plan<RecordRow[]>> {
  switch (input.action) {
    case "delete":
    case "restore":
      return planChanges(ctx, of, rows.map((before) => ({ before, after: { ...before, deleted_at: input.action === "delete" ? ctx.now : null }, given: {} })));
    case "add_tags":
      return planRecords(ctx, of, rows.map((before) => ({ before, given: { tags: [...new Set([...before.tags, ...input.tags])] } })));
    case "remove_tags":
      return planRecords(ctx, of, rows.map((before) => ({ before, given: { tags: before.tags.filter((one) => !input.tags.includes(one)) } })));
    case "update":
      return planRecords(ctx, of, rows.map((before) => ({ before, given: input.change })));
  }
}
