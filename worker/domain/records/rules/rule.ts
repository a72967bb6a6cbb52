/**
 * What is particular about a kind of record: completed or refused before it is written, and
 * what else is written with it.
 * @module
 */
import type { SQL } from "drizzle-orm";
import type { RecordRow } from "../../../../db/schema/record-tables.ts";
import type { Statement } from "../../../../db/tenant-db.ts";
import type { AnyEntity, Given } from "../../../../sdk/schema/crm/entity.ts";
import type { NewEvent } from "../../../events/emit.ts";
import type { RecordContext } from "../context.ts";

export interface Change {
  /** Null: it is new. */
  before: RecordRow | null;
  /** Rules may set its fields. */
  after: RecordRow;
  /** What the caller named, as stored. Of a deletion or restoration nothing. */
  given: Readonly<Record<string, unknown>>;
  /** `<kind>.<verb>` of the audit log; by default what the change looks like. */
  action?: string;
  /** It follows from the change of what it belongs to, whose rule has looked at it. */
  follows?: true;
}

/** What is wanted of one record; `before` null: a new one. */
export interface Wanted {
  before: RecordRow | null;
  /** As `newRecordSchema` or `changeSchema` gives it; fields that the platform sets may be among it. */
  given: Given;
  /** As stored, and not looked up: what refers to records that are made in the same transaction. */
  also?: Readonly<Record<string, unknown>>;
  id?: string;
  action?: string;
}

/** What a change needs of other records, as a part of its transaction. */
export interface Part {
  statements: Statement[];
  condition: SQL | null;
  result: RecordRow[];
  line?: string | undefined;
  afterwards?: readonly (() => void)[];
}

export interface Planner {
  records(of: AnyEntity, wanted: readonly Wanted[]): Promise<Part>;
  /** Rows that are made already. */
  changes(of: AnyEntity, changes: readonly Change[]): Promise<Part>;
}

export interface Extra {
  /** In the same transaction. */
  statements?: readonly Statement[];
  /** Holds when the transaction begins, or all is worked out anew. */
  condition?: SQL;
  /** Besides those of the record itself; as a function, when they show the record as it is written. */
  events?: readonly NewEvent[] | (() => readonly NewEvent[]);
  /** Changes of other records, written before it. */
  parts?: readonly Part[];
  /** What one at a time can have, such as the next number: who comes at the same time waits in this line. */
  line?: string;
  /** Once it is written, behind the answer's back; what a crash keeps from it the cron makes good. */
  afterwards?: () => void;
}

export interface Rule {
  /**
   * Of all that is written together, so that what is needed for it is read once.
   * @throws PlatformError for what is refused
   */
  before?(ctx: RecordContext, changes: readonly Change[], planner: Planner): Promise<Extra>;
}
