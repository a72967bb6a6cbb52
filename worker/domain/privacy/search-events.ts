/** Where events mention people: in their data, which the tenant chose, and in what it did of them. */
import { asc, eq, gt } from "drizzle-orm";
import { events } from "../../../db/schema/events.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { Eraser } from "../../../durable-objects/lib/eraser.ts";
import type { Slice, Work } from "./job.ts";
import { erases, subjectOf } from "./search.ts";
import { textsOf } from "./subject.ts";

const rowsAtOnce = 100;

/** The event stays, and that it happened; what it says of the person goes. One that is pending says it no more either. */
export async function searchEvents(work: Work): Promise<Slice> {
  const { db, cursor } = work;
  const rows = await db.select(events, { where: cursor === null ? undefined : gt(events.seq, Number(cursor)), orderBy: asc(events.seq), limit: rowsAtOnce });
  const found: object[] = [];
  const statements: Statement[] = [];
  for (const row of rows) {
    const eraser = new Eraser(textsOf(subjectOf(work)));
    const set = { data: eraser.json(row.data) as typeof row.data, previous: eraser.json(row.previous) as typeof row.previous, record_id: eraser.orNull(row.record_id), error: eraser.orNull(row.error) };
    if (eraser.count === 0) continue;
    found.push(row);
    statements.push(db.update(events, set, eq(events.id, row.id)));
  }
  if (erases(work)) await db.batch(statements);
  const last = rows.at(-1);
  const next = rows.length < rowsAtOnce || !last ? null : String(last.seq);
  return { cursor: next, calls: 2, counts: { events: found.length }, ...(erases(work) ? {} : { lines: found.map((row) => ({ place: "events", row })) }) };
}
