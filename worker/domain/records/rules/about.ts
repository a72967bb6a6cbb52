/**
 * Notes and activities are about a record: one that is there, and that whoever writes them may
 * read.
 * @module
 */
import { and, isNull } from "drizzle-orm";
import { among } from "../../../../db/among.ts";
import { type RecordRow, recordTable } from "../../../../db/schema/record-tables.ts";
import { entityOfKind } from "../../../../sdk/schema/crm/index.ts";
import { aboutKinds } from "../../../../sdk/schema/crm/note/index.ts";
import { PlatformError } from "../../../../sdk/schema/problem.ts";
import { mayDo } from "../access.ts";
import type { RecordContext } from "../context.ts";
import type { Change } from "./rule.ts";

const fault = (pointer: string, detail: string): PlatformError => new PlatformError("bad-request", `${pointer}: ${detail}`, [{ pointer, detail }]);

/** @throws PlatformError `bad-request` for what is not there, or not to be seen */
export async function mustBeAbout(ctx: RecordContext, changes: readonly Change[]): Promise<void> {
  // Of what stays where it is, the record may be gone by now.
  const asked = changes.filter(({ before, after }) => after.deleted_at === null && (before === null || before.deleted_at !== null || before["record_id"] !== after["record_id"] || before["record_type"] !== after["record_type"]));
  for (const kind of new Set(asked.map(({ after }) => String(after["record_type"])))) {
    const of = aboutKinds.some((one) => one === kind) ? entityOfKind.get(kind) : undefined;
    if (!of) throw fault("/record_type", `is not one of ${aboutKinds.join(", ")}`);
    const table = recordTable(of);
    const ids = asked.flatMap(({ after }) => (after["record_type"] === kind ? [String(after["record_id"])] : []));
    const rows = (await ctx.db.select(table, { where: and(among(table.id, ids), isNull(table.deleted_at)) })) as RecordRow[];
    const seen = new Set(rows.filter((row) => mayDo(ctx, of, "read", row)).map(({ id }) => id));
    const missing = ids.find((id) => !seen.has(id));
    if (missing !== undefined) throw fault("/record_id", `there is no ${kind} ${missing}`);
  }
}
