/**
 * What is particular about a kind of record: completed or refused before it is written, and
 * what else is written with it.
 * @module
 */
import type { SQL } from "drizzle-orm";
import type { RecordRow } from "../../../../db/schema/record-tables.ts";
import type { Statement } from "../../../../db/tenant-db.ts";
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
}

export interface Extra {
  /** In the same transaction. */
  statements?: readonly Statement[];
  /** Holds when the transaction begins, or all is worked out anew. */
  condition?: SQL;
  /** Besides those of the record itself. */
  events?: readonly NewEvent[];
}

export interface Rule {
  /**
   * Of all that is written together, so that what is needed for it is read once.
   * @throws PlatformError for what is refused
   */
  before?(ctx: RecordContext, changes: readonly Change[]): Promise<Extra>;
}
