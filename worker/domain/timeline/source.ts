import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { RecordContext } from "../records/context.ts";
import type { Place } from "./place.ts";

export const entryKinds = ["history", "transition", "note", "activity", "task", "attachment"] as const;
export type EntryKind = (typeof entryKinds)[number];

export interface Entry extends Place {
  kind: EntryKind;
  title: string;
  actor: { kind: string; id: string | null } | null;
  /** What it is about: the record itself, or one that it was. */
  record: { type: string; id: string };
  data: Record<string, unknown>;
}

export interface About {
  of: AnyEntity;
  row: RecordRow;
}

/** Up to `limit` entries behind a place, the latest first. */
export type Source = (ctx: RecordContext, about: About, behind: Place | null, limit: number) => Promise<Entry[]>;
