import { among } from "../../../db/among.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { RecordContext } from "../records/context.ts";
import type { Change } from "../records/rules/rule.ts";
import { written } from "../records/write.ts";

/** What is different about a record; null: nothing. */
export type Rewrite = (row: RecordRow) => Partial<RecordRow> | null;

/**
 * Changes records as any change does, but that nobody's rules are asked: they cannot refuse
 * that a tag is gone. Those that somebody else changes at the same moment are left.
 * @returns the ids of those that did not need it
 */
export async function rewrite(ctx: RecordContext, of: AnyEntity, rows: readonly RecordRow[], change: Rewrite): Promise<string[]> {
  const changes: Change[] = rows.flatMap((before) => {
    const set = change(before);
    return set === null ? [] : [{ before, after: { ...before, ...set }, given: {} }];
  });
  if (changes.length > 0 && !(await write(ctx, of, changes))) for (const one of changes) await write(ctx, of, [{ ...one, after: { ...one.after } }]);
  const needed = new Set(changes.map(({ after }) => after.id));
  return rows.map(({ id }) => id).filter((id) => !needed.has(id));
}

async function write(ctx: RecordContext, of: AnyEntity, changes: readonly Change[]): Promise<boolean> {
  const { statements, condition } = await written(ctx, of, changes);
  if (condition !== null) return ctx.db.batchIf(condition, statements);
  await ctx.db.batch(statements);
  return true;
}

export async function rowsOf({ db }: RecordContext, of: AnyEntity, ids: readonly string[]): Promise<RecordRow[]> {
  const table = recordTable(of);
  return (await db.select(table, { where: among(table.id, ids) })) as RecordRow[];
}
