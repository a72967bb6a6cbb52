/**
 * Records that have become a part of another.
 * @module
 */
import { and, eq, inArray } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { merges } from "../../../db/schema/merges.ts";
import { type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { RecordContext } from "./context.ts";

type Ctx = Pick<RecordContext, "db">;

/** So many merges one behind another are followed. */
const deepest = 50;

/** What a record is by now: itself, unless it was merged; the other may have been too. */
export async function survivorOf({ db }: Ctx, of: AnyEntity, id: string): Promise<string> {
  const table = recordTable(of);
  let last = id;
  for (let depth = 0; depth < deepest; depth++) {
    const row = (await db.first(table, eq(table.id, last))) as RecordRow | null;
    if (!row?.merged_into) return last;
    last = row.merged_into;
  }
  return last;
}

/** What has become a part of a record, however long ago. */
export async function mergedInto({ db }: Ctx, of: AnyEntity, id: string): Promise<string[]> {
  const found = new Set<string>();
  let asked = [id];
  for (let depth = 0; depth < deepest && asked.length > 0; depth++) {
    const rows = await db.select(merges, { where: and(eq(merges.kind, of.kind), among(merges.survivor_id, asked), inArray(merges.status, ["moving", "done"])) });
    asked = rows.flatMap(({ merged_ids }) => merged_ids).filter((one) => one !== id && !found.has(one));
    for (const one of asked) found.add(one);
  }
  return [...found];
}

export async function mergedAway(ctx: Ctx, of: AnyEntity, row: RecordRow): Promise<PlatformError> {
  const survivor = await survivorOf(ctx, of, row.id);
  return new PlatformError("merged", `The ${of.title.toLowerCase()} ${row.id} was merged into ${survivor}: that is where it is now.`, undefined, undefined, { merged_into: survivor });
}
