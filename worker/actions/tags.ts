import { and, eq, sql } from "drizzle-orm";
import { columnOf, type RecordRow, recordTable } from "../../db/schema/record-tables.ts";
import { type AnyEntity, newRecordSchema } from "../../sdk/schema/crm/entity.ts";
import { entities } from "../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { findRecord, mustBeAllowed } from "../domain/records/access.ts";
import type { RecordContext } from "../domain/records/context.ts";
import { type Plan, planChanges, planRecords, together } from "../domain/records/plan.ts";
import { notDeleted } from "../domain/records/write.ts";

const { tag: tagEntity } = entities;

interface Wanted {
  id: string;
  /** Id or name. */
  tag: string;
  /** A tag of that name is made when there is none. */
  create: boolean;
  /** Else it is taken away. */
  add: boolean;
}

/** @throws PlatformError `not-found` for the record, or a tag that is neither there nor to be made */
export async function planTag(ctx: RecordContext, of: AnyEntity, { id, tag, create, add }: Wanted): Promise<Plan<RecordRow[]> & { before: RecordRow }> {
  const before = await findRecord(ctx, of, id, { verb: "write" });
  const known = await findTag(ctx, tag);
  if (!known && !add) return { statements: [], condition: null, result: [before], before };
  if (!known && !create) throw new PlatformError("not-found", `There is no tag ${JSON.stringify(tag)}: make it, or add it with \`create\`.`);
  const made = known ? null : await newTag(ctx, tag);
  const tagId = known?.id ?? made?.result[0]?.id ?? "";
  const tags = add ? [...new Set([...before.tags, tagId])] : before.tags.filter((one) => one !== tagId);
  // A tag that is made along with it is not there to be looked up.
  const change = await planChanges(ctx, of, [{ before, after: { ...before, tags }, given: { tags } }]);
  return { ...together([...(made ? [made] : []), change], change.result), before };
}

async function findTag({ db }: RecordContext, tag: string): Promise<RecordRow | null> {
  const table = recordTable(tagEntity);
  const there = notDeleted(tagEntity);
  return ((await db.first(table, and(eq(table.id, tag), there))) ?? (await db.first(table, and(eq(columnOf(table, "name"), tag), there)))) as RecordRow | null;
}

/** Not when somebody has made one of that name meanwhile: then it is worked out anew. */
async function newTag(ctx: RecordContext, name: string): Promise<Plan<RecordRow[]>> {
  mustBeAllowed(ctx, tagEntity, "write");
  const { condition, ...plan } = await planRecords(ctx, tagEntity, [{ before: null, given: newRecordSchema(tagEntity).parse({ name }) }]);
  const table = recordTable(tagEntity);
  const first = sql`not ${ctx.db.exists(table, and(eq(columnOf(table, "name"), name), notDeleted(tagEntity)))}`;
  return { ...plan, condition: condition === null ? first : sql`(${condition}) and ${first}` };
}
