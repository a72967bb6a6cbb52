/**
 * What reports count: records that came, changed their status or stage, and went; and what
 * happened to them once, such as a first answer. Triggers sum it up (docs/reports.md).
 * @module
 */
import { newId } from "../../../db/ids.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity, Tracked } from "../../../sdk/schema/crm/entity.ts";
import type { RecordContext } from "./context.ts";
import type { Change } from "./rules/rule.ts";

type Pair = Pick<Change, "before" | "after">;

/** The field that says since when: `stage_changed_at` of `stage_id`. */
export const sinceField = (field: string): string => `${field.replace(/_id$/, "")}_changed_at`;

const at = (row: RecordRow, field: string | undefined): string | null => (field === undefined ? null : ((row[field] ?? null) as string | null));
const numberAt = (row: RecordRow, field: string | undefined): number | null => (field === undefined ? null : ((row[field] ?? null) as number | null));

/** Sets since when each tracked field is as it is; before the change is written. */
export function stampTransitions({ now }: Pick<RecordContext, "now">, of: AnyEntity, { before, after }: Pair): void {
  for (const { field } of of.tracked) if (of.fields[sinceField(field)] && (before === null || before[field] !== after[field])) after[sinceField(field)] = now;
}

export function transitionsOf({ now }: Pick<RecordContext, "now">, of: AnyEntity, pair: Pair) {
  return of.tracked.flatMap((tracked) => {
    const what = tracked.measure ? measured(now, tracked, pair) : moved(tracked, pair);
    if (what === null) return [];
    const { after } = pair;
    return [
      {
        id: newId(now),
        kind: of.kind,
        record_id: after.id,
        field: tracked.field,
        ...what,
        at: now,
        group_id: at(after, tracked.group),
        owner_id: at(after, tracked.owner),
        source: at(after, tracked.source),
        amount: numberAt(after, tracked.amount),
        currency: at(after, tracked.currency),
      },
    ];
  });
}

interface What {
  from_value: string | null;
  to_value: string | null;
  since: number | null;
}

function moved(tracked: Tracked, { before, after }: Pair): What | null {
  const [from, to] = [valueOf(before, tracked), valueOf(after, tracked)];
  if (from === to) return null;
  if (before === null) return { from_value: null, to_value: to, since: null };
  const since = before.deleted_at ?? numberAt(before, sinceField(tracked.field)) ?? before.created_at;
  // Null is for what was not there: a record that had no value had an empty one.
  return { from_value: from ?? (before.deleted_at === null ? "" : null), to_value: to ?? (after.deleted_at === null ? "" : null), since };
}

/** A record that is deleted has none. */
const valueOf = (row: RecordRow | null, { field }: Tracked): string | null => (row === null || row.deleted_at !== null ? null : at(row, field));

/** Counted when it happens, however the record comes and goes afterwards. */
function measured(now: number, { field, measure }: Tracked, { before, after }: Pair): What | null {
  const value = numberAt(after, field);
  const was = before === null ? null : numberAt(before, field);
  if (!measure || value === null || value === was || after.deleted_at !== null) return null;
  const began = numberAt(after, measure.since) ?? now;
  if (measure.value) return { from_value: was === null ? null : String(was), to_value: String(value), since: began };
  // A time that moves is the same thing that happened.
  if (was !== null) return null;
  const due = numberAt(after, measure.due);
  return { from_value: null, to_value: due === null ? "set" : value <= due ? "met" : "late", since: now - Math.max(0, value - began) };
}
