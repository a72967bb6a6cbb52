/**
 * What reports count: records that came, changed their status or stage, and went.
 * @module
 */
import { newId } from "../../../db/ids.ts";
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity, Tracked } from "../../../sdk/schema/crm/entity.ts";
import type { RecordContext } from "./context.ts";
import type { Change } from "./rules/rule.ts";

/** The field that says since when: `stage_changed_at` of `stage_id`. */
export const sinceField = (field: string): string => `${field.replace(/_id$/, "")}_changed_at`;

const at = (row: RecordRow, field: string | undefined): string | null => (field === undefined ? null : ((row[field] ?? null) as string | null));

/** Sets since when each tracked field is as it is; before the change is written. */
export function stampTransitions({ now }: Pick<RecordContext, "now">, of: AnyEntity, { before, after }: Pick<Change, "before" | "after">): void {
  for (const { field } of of.tracked) if (of.fields[sinceField(field)] && (before === null || before[field] !== after[field])) after[sinceField(field)] = now;
}

export function transitionsOf({ now }: Pick<RecordContext, "now">, of: AnyEntity, { before, after }: Pick<Change, "before" | "after">) {
  return of.tracked.flatMap((tracked) => {
    const [from, to] = [valueOf(before, tracked), valueOf(after, tracked)];
    if (from === to) return [];
    return [
      {
        id: newId(now),
        kind: of.kind,
        record_id: after.id,
        field: tracked.field,
        from_value: from,
        to_value: to,
        at: now,
        since: before === null ? null : (before.deleted_at ?? ((before[sinceField(tracked.field)] ?? before.created_at) as number)),
        group_id: at(after, tracked.group),
        owner_id: at(after, tracked.owner),
        source: at(after, tracked.source),
        amount: tracked.amount === undefined ? null : ((after[tracked.amount] ?? null) as number | null),
        currency: at(after, tracked.currency),
      },
    ];
  });
}

/** A record that is deleted has none. */
const valueOf = (row: RecordRow | null, { field }: Tracked): string | null => (row === null || row.deleted_at !== null ? null : at(row, field));
