/**
 * Everything the execution object reads and writes in its SQLite. Synchronous: a change of
 * several rows made without an await in between is one transaction.
 * @module
 */
import type { ExecutionStatus, Trigger } from "../../sdk/schema/execution.ts";
import type { LogRow, Signal, TestRun } from "../../sdk/schema/journal.ts";
import { migrate, schemaState } from "../lib/migrations.ts";
import { nextDue, type Timers } from "../lib/timers.ts";
import type { CheckedBatch } from "./host.ts";
import { Journal } from "./journal.ts";
import type { Execution } from "./state.ts";
import { migrations } from "./schema.ts";

/** Log lines kept per execution. */
const maxLogLines = 10_000;

type Row = Record<string, SqlStorageValue>;
const text = (value: SqlStorageValue | undefined): string => String(value);
const json = <T>(value: SqlStorageValue | undefined): T | null => (typeof value === "string" ? (JSON.parse(value) as T) : null);
const number = (value: SqlStorageValue | undefined): number | null => (typeof value === "number" ? value : null);

export class Store {
  readonly #sql: SqlStorage;
  readonly journal: Journal;

  /** A new object gets its tables together with its first row: one commit instead of two. */
  #fresh: boolean;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.journal = new Journal(sql, () => !this.#fresh);
    const state = schemaState(sql);
    this.#fresh = state === null;
    if (state) migrate(sql, migrations, state);
  }

  /** Call first in a transaction that writes. */
  open(): void {
    if (!this.#fresh) return;
    migrate(this.#sql, migrations, null);
    this.#fresh = false;
  }

  /** The transaction that {@link open} was called in came to nothing. */
  undone(): void {
    this.#fresh = schemaState(this.#sql) === null;
  }

  find(id: string): Execution | null {
    if (this.#fresh) return null;
    const [row] = this.#sql.exec<Row>("SELECT * FROM execution WHERE id = ?", id).toArray();
    return row ? toExecution(row) : null;
  }

  /** False when that has changed no timer: a new one that waits for nothing. */
  save(execution: Execution): boolean {
    const { request: r } = execution;
    const wake = nextDue(execution.timers);
    const timed = execution.stored || wake !== null;
    this.#sql.exec(
      `INSERT OR REPLACE INTO execution (id, tenant, workflow_id, bundle, version, trigger, input, test, parent, created_at, timeout_at, status, run,
         generation, revision, mode, output, error, divergence, completed_at, crashes, timers, wake, first_input, variables, moved, lineage)
       VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
      r.id, r.tenant, r.workflowId, r.bundle, r.version, JSON.stringify(r.trigger), r.input, r.test ? JSON.stringify(r.test) : null, r.parent && JSON.stringify(r.parent), r.createdAt,
      execution.timeoutAt, execution.status, execution.run, execution.generation, execution.revision, execution.mode, execution.output,
      execution.error && JSON.stringify(execution.error), execution.divergence && JSON.stringify(execution.divergence), execution.completedAt,
      execution.crashes, JSON.stringify(execution.timers), wake, execution.firstInput, execution.variables, execution.moved.length > 0 ? JSON.stringify(execution.moved) : null, execution.lineage && JSON.stringify(execution.lineage),
    );
    execution.stored = true;
    return timed;
  }

  /** When the object's alarm has to ring. */
  nextWake(): number | null {
    if (this.#fresh) return null;
    return number(this.#sql.exec<Row>("SELECT min(wake) AS wake FROM execution WHERE wake IS NOT NULL").one().wake);
  }

  dueIds(now: number): string[] {
    if (this.#fresh) return [];
    return this.#sql.exec<Row>("SELECT id FROM execution WHERE wake IS NOT NULL AND wake <= ? ORDER BY wake LIMIT 1000", now).toArray().map((row) => text(row.id));
  }

  apply(id: string, batch: CheckedBatch): void {
    if (batch.rows.length > 0) this.journal.append(id, batch.steps);
    for (const seq of batch.consumed) this.#sql.exec("UPDATE signal SET consumed = 1 WHERE execution_id = ? AND seq = ?", id, seq);
    if (batch.logs.length > 0) this.#log(id, batch.logs);
  }

  /** What belongs to a run alone: its steps, and ends of its children that nobody took. */
  forgetRun(id: string): void {
    this.journal.clear(id);
    this.#sql.exec("UPDATE signal SET consumed = 1 WHERE execution_id = ? AND consumed = 0 AND channel GLOB 'child:*'", id);
  }

  /** A line of the platform's own. */
  note(id: string, row: LogRow): void {
    this.#log(id, [row]);
  }

  #log(id: string, rows: LogRow[]): void {
    let seq = number(this.#sql.exec<Row>("SELECT coalesce(max(seq), 0) AS seq FROM log WHERE execution_id = ?", id).one().seq) ?? 0;
    for (const row of rows) {
      if (++seq > maxLogLines) return;
      const last = seq === maxLogLines;
      this.#sql.exec("INSERT INTO log (execution_id, seq, at, level, message, step) VALUES (?,?,?,?,?,?)", id, seq, row.at, last ? "warn" : row.level, last ? `more than ${maxLogLines} log lines: the rest is dropped` : row.message, row.step);
    }
  }

  logs(id: string, after: number, limit: number): Array<LogRow & { seq: number }> {
    if (this.#fresh) return [];
    return this.#sql
      .exec<Row>("SELECT seq, at, level, message, step FROM log WHERE execution_id = ? AND seq > ? ORDER BY seq LIMIT ?", id, after, limit)
      .toArray()
      .map((row) => ({ seq: Number(row.seq), at: Number(row.at), level: text(row.level) as LogRow["level"], message: text(row.message), step: row.step === null ? null : text(row.step) }));
  }

  /** False when a signal with the same `dedupe` is there already. */
  addSignal(id: string, channel: string, payload: string, receivedAt: number, dedupe: string | null): boolean {
    if (dedupe !== null && this.#sql.exec("SELECT 1 FROM signal WHERE execution_id = ? AND dedupe = ?", id, dedupe).toArray().length > 0) return false;
    this.#sql.exec(
      "INSERT INTO signal (execution_id, seq, channel, payload, received_at, dedupe) SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4, ?5 FROM signal WHERE execution_id = ?1",
      id, channel, payload, receivedAt, dedupe,
    );
    return true;
  }

  /** Whether this very signal has come before, taken or not. */
  hasSignal(id: string, channel: string, payload: string): boolean {
    if (this.#fresh) return false;
    return this.#sql.exec("SELECT 1 FROM signal WHERE execution_id = ? AND channel = ? AND payload = ? LIMIT 1", id, channel, payload).toArray().length > 0;
  }

  /** Characters of the signals nobody has consumed. */
  unconsumed(id: string): number {
    if (this.#fresh) return 0;
    return Number(this.#sql.exec<Row>("SELECT coalesce(sum(length(payload)), 0) AS total FROM signal WHERE execution_id = ? AND consumed = 0", id).one().total);
  }

  signals(id: string, after: number): Signal[] {
    if (this.#fresh) return [];
    return this.#sql
      .exec<Row>("SELECT seq, channel, payload, received_at FROM signal WHERE execution_id = ? AND consumed = 0 AND seq > ? ORDER BY seq", id, after)
      .toArray()
      .map((row) => ({ seq: Number(row.seq), channel: text(row.channel), payload: text(row.payload), receivedAt: Number(row.received_at) }));
  }
}

function toExecution(row: Row): Execution {
  return {
    request: {
      tenant: text(row.tenant),
      id: text(row.id),
      workflowId: text(row.workflow_id),
      bundle: text(row.bundle),
      version: Number(row.version),
      trigger: json<Trigger>(row.trigger) ?? { kind: "manual" },
      input: text(row.input),
      timeoutMs: null,
      createdAt: Number(row.created_at),
      parent: json(row.parent),
      ...(row.test === null ? {} : { test: json<TestRun>(row.test) ?? { samples: {}, only: null } }),
    },
    firstInput: row.first_input === null ? null : text(row.first_input),
    status: text(row.status) as ExecutionStatus,
    run: Number(row.run),
    generation: Number(row.generation),
    revision: Number(row.revision),
    mode: text(row.mode) as Execution["mode"],
    variables: row.variables === null ? null : text(row.variables),
    output: row.output === null ? null : text(row.output),
    error: json(row.error),
    divergence: json(row.divergence),
    completedAt: number(row.completed_at),
    crashes: Number(row.crashes),
    moved: json<number[]>(row.moved) ?? [],
    lineage: json(row.lineage),
    timers: json<Timers>(row.timers) ?? {},
    timeoutAt: Number(row.timeout_at),
    stored: true,
    registered: true,
    children: true,
    outside: true,
    reported: 0,
  };
}
