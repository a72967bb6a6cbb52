/**
 * The journal on disk: batches of step rows in the order in which they were committed, each
 * as the text it came in. A later row of a step replaces the earlier one when it is read, so
 * a commit writes what it brings and nothing else, whatever number of rows that is.
 *
 * Invariant: what is stored is valid (see rows.ts); reading needs no checks.
 * @module
 */
import type { ErrorRecord, StepKind } from "../../sdk/schema/execution.ts";
import { fromRow, type StepDetail, type StepRecord, type StepRow } from "../../sdk/schema/journal.ts";
import type { OpenStep } from "./state.ts";

/** A row of the database holds 2 MB; a unit of text becomes 3 bytes at most. */
const maxPiece = 500_000;
/** With more pieces than this, a journal is written anew without the rows that were replaced. */
const manyPieces = 64;

type Piece = { seq: number; steps: string; child: string | null };

interface Child {
  id: string;
  /** It was told that nobody waits for it any more. */
  told: boolean;
}

export class Journal {
  readonly #sql: SqlStorage;
  readonly #exists: () => boolean;

  /** @param exists whether the object has its tables yet */
  constructor(sql: SqlStorage, exists: () => boolean) {
    this.#sql = sql;
    this.#exists = exists;
  }

  /** @param rows JSON array of StepRow, at least one */
  append(id: string, rows: string): void {
    // Brackets come off and a comma goes in front: joined, the pieces are one array again.
    const text = `,${rows.slice(1, -1)}`;
    for (let from = 0; from < text.length; ) {
      let to = Math.min(from + maxPiece, text.length);
      if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to--;
      this.#insert(id, text.slice(from, to), null);
      from = to;
    }
  }

  #insert(id: string, steps: string, child: string | null): void {
    this.#sql.exec("INSERT INTO journal (execution_id, seq, child, steps) SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3 FROM journal WHERE execution_id = ?1", id, child, steps);
  }

  /** JSON array of StepRow; of several rows with one key the last one counts. */
  text(id: string): string {
    const pieces = this.#pieces(id);
    if (pieces.length > manyPieces) return this.#compact(id, pieces);
    return join(pieces);
  }

  #pieces(id: string): Piece[] {
    if (!this.#exists()) return [];
    return this.#sql.exec<Piece>("SELECT seq, child, steps FROM journal WHERE execution_id = ? ORDER BY seq", id).toArray();
  }

  #rows(pieces: Piece[]): Map<string, StepRow> {
    const rows = new Map<string, StepRow>();
    for (const row of JSON.parse(join(pieces)) as StepRow[]) rows.set(row[0], row);
    return rows;
  }

  #compact(id: string, pieces: Piece[], keep: (row: StepRow) => boolean = () => true): string {
    const kept = [...this.#rows(pieces).values()].filter(keep);
    const children = childrenIn(pieces);
    const text = JSON.stringify(kept);
    this.clear(id);
    if (kept.length > 0) this.append(id, text);
    for (const [key] of kept) this.#keepChild(id, key, children.get(key));
    return text;
  }

  #keepChild(id: string, key: string, child: Child | undefined): void {
    if (child !== undefined) this.setChild(id, key, child.id, child.told);
  }

  clear(id: string): void {
    this.#sql.exec("DELETE FROM journal WHERE execution_id = ?", id);
  }

  /** Forgets the steps that `which` does not pick, and their children. */
  keepOnly(id: string, which: (step: StepRecord) => boolean): void {
    this.#compact(id, this.#pieces(id), (row) => which(fromRow(row)));
  }

  /** Puts other rows in the place of those there are; a step keeps its child. A key that two would have counts up. */
  rewrite(id: string, change: (row: StepRow) => StepRow): void {
    const pieces = this.#pieces(id);
    const children = childrenIn(pieces);
    const taken = new Set<string>();
    const kept = [...this.#rows(pieces).values()].map((row) => {
      const [key, ...rest] = change(row);
      let own = key;
      for (let count = 2; taken.has(own); count++) own = `${key}~${count}`;
      taken.add(own);
      return { before: row[0], row: [own, ...rest] satisfies StepRow };
    });
    this.clear(id);
    if (kept.length > 0) this.append(id, JSON.stringify(kept.map(({ row }) => row)));
    for (const { before, row } of kept) this.#keepChild(id, row[0], children.get(before));
  }

  /** Which executions the invoke steps started, by key. */
  children(id: string): Array<[key: string, child: string, told: boolean]> {
    return [...childrenIn(this.#pieces(id))].map(([key, { id: child, told }]) => [key, child, told]);
  }

  /** In the order in which the workflow asked for them. */
  steps(id: string): StepRecord[] {
    return Array.from(this.#rows(this.#pieces(id)).values(), fromRow).sort((a, b) => a.started - b.started);
  }

  /** Steps that have no end yet, and those that gave up waiting for a child which has to be told so. */
  open(id: string): OpenStep[] {
    const pieces = this.#pieces(id);
    const children = childrenIn(pieces);
    const open: OpenStep[] = [];
    for (const [key, , , kind, status, , ended, , , , due, , error, detail] of this.#rows(pieces).values()) {
      const child = children.get(key);
      if (ended === null || (child?.told === false && hasTimedOut(status, error))) {
        open.push({ key, kind: kind as StepKind, status, due, detail: detail === null ? null : (JSON.parse(detail) as StepDetail), child: child?.id ?? null });
      }
    }
    return open;
  }

  /** Which execution an invoke step started. Never part of the text: tenant code must not be able to name it. */
  setChild(id: string, key: string, child: string, told = false): void {
    this.#insert(id, "", JSON.stringify([key, child, told]));
  }
}

function join(pieces: Piece[]): string {
  return `[${pieces.map(({ steps }) => steps).join("").slice(1)}]`;
}

function childrenIn(pieces: Piece[]): Map<string, Child> {
  const children = new Map<string, Child>();
  for (const { child } of pieces) {
    if (child === null) continue;
    const [key, id, told] = JSON.parse(child) as [string, string, boolean];
    children.set(key, { id, told });
  }
  return children;
}

function hasTimedOut(status: StepRow[4], error: string | null): boolean {
  return status === "failed" && error !== null && (JSON.parse(error) as ErrorRecord).code === "wait-timeout";
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
