/**
 * Files and ledgers of imports, a month after their end: until then they can be undone.
 * @module
 */
import { and, asc, eq, isNull, lt, lte } from "drizzle-orm";
import { firstIdAt } from "../../../db/ids.ts";
import { importRows, imports } from "../../../db/schema/imports.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { Env } from "../../env.ts";

const importsAtOnce = 5;
const rowsAtOnce = 2000;

/** The file and the row that names it at the very end: what breaks off is found again. */
export async function oldImports({ env, db, now, before }: { env: Pick<Env, "BLOBS">; db: TenantDb; now: number; before: number }): Promise<Record<string, number>> {
  const due = await db.select(imports, { where: lte(imports.expires_at, now), orderBy: asc(imports.expires_at), limit: importsAtOnce });
  // What is left of one by then is its line in the list.
  const imported = await db.remove(imports, and(lt(imports.id, firstIdAt(before)), isNull(imports.file_key)));
  const went = { imports: imported, import_rows: 0, import_files: 0 };
  for (const { id, status, file_key } of due) {
    if (status === "undoing" || status === "running") continue;
    const [first] = await db.select(importRows, { where: eq(importRows.import_id, id), orderBy: asc(importRows.row), limit: 1 });
    if (first) {
      went.import_rows += await db.remove(importRows, and(eq(importRows.import_id, id), lt(importRows.row, first.row + rowsAtOnce)));
      continue;
    }
    if (file_key !== null) await env.BLOBS.delete(file_key);
    if (status === "uploading") await db.remove(imports, eq(imports.id, id));
    else await db.batch([db.update(imports, { file_key: null, expires_at: null }, eq(imports.id, id))]);
    went.import_files++;
  }
  return Object.fromEntries(Object.entries(went).filter(([, count]) => count > 0));
}
