import { and, eq } from "drizzle-orm";
import { columnOf, type RecordRow, recordTable } from "../../../db/schema/record-tables.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import { currentDataKey } from "../../auth/data-keys.ts";
import { sealedUnder } from "../../auth/vault.ts";
import type { RecordContext } from "../records/context.ts";
import { openValue, sealValue, sensitiveFields } from "../records/sensitive.ts";

/** The same values under the newest key. What was set meanwhile stands; a record's version does not move, as nothing of it is different. */
export async function resealed(ctx: RecordContext, of: AnyEntity, rows: readonly RecordRow[]): Promise<Statement[]> {
  const { id: newest } = await currentDataKey(ctx, ctx.now);
  const table = recordTable(of);
  const names = sensitiveFields(of).map(([name]) => name);
  const statements = await Promise.all(
    rows.flatMap((row) =>
      names.map(async (name) => {
        const old = row[name] ?? null;
        if (old === null || sealedUnder(String(old)) === newest) return [];
        const sealed = await sealValue(ctx, of, row.id, name, await openValue(ctx, of, row, name));
        return [ctx.db.update(table, { [name]: sealed }, and(eq(table.id, row.id), eq(columnOf(table, name), old)))];
      }),
    ),
  );
  return statements.flat();
}
