/**
 * What is done with executions as records: taking texts out, forgetting them, moving them.
 * Nothing here runs a workflow.
 * @module
 */
import { terminalStatuses } from "../../sdk/schema/execution.ts";
import type { StepRow } from "../../sdk/schema/journal.ts";
import { Eraser } from "../lib/eraser.ts";
import type { Mentioned, Reply } from "./contract.ts";
import { isTerminal, leaseMs } from "./outcome.ts";
import type { Storage } from "./ports.ts";
import type { Runner } from "./runner.ts";
import type { Execution } from "./state.ts";

type Row = Record<string, SqlStorageValue>;
/** As JSON carries rows. */
type Plain = Record<string, string | number | null>;

interface Dump {
  execution: Plain;
  journal: StepRow[];
  children: Array<[key: string, child: string, told: boolean]>;
  signals: Plain[];
  logs: Plain[];
}

/** Tables besides the journal that hold an execution's records. */
const records = ["signal", "log"] as const;

const rowsOf = (sql: SqlStorage, table: (typeof records)[number], id: string): Row[] => sql.exec<Row>(`SELECT * FROM ${table} WHERE execution_id = ? ORDER BY seq`, id).toArray();

/** Takes the texts out of an execution that has ended. The index hears of it, if need be after a crash. */
export async function redact(sql: SqlStorage, runner: Runner, execution: Execution, texts: string[], dry: boolean): Promise<Reply<Mentioned>> {
  const eraser = new Eraser(texts);
  const erased = erasedExecution(execution, eraser);
  const { id } = execution.request;
  const steps: StepRow[] = execution.stored ? (JSON.parse(runner.store.journal.text(id)) as StepRow[]) : [];
  for (const row of steps) erasedStep(row, eraser);
  const logs = execution.stored ? rowsOf(sql, "log", id) : [];
  const signals = execution.stored ? rowsOf(sql, "signal", id) : [];
  for (const { message, step } of logs) [message, step].map((text) => eraser.orNull(textOf(text)));
  for (const signal of signals) erasedSignal(signal, eraser);
  const { count } = eraser;
  const may = isTerminal(execution.status) && !runner.isRunning(id);
  if (dry || !may || count === 0) return { ok: true, value: { status: execution.status, count, erased: may && count === 0 } };

  Object.assign(execution, erased);
  execution.revision++;
  execution.timers = { report: Date.now() + leaseMs };
  runner.save(execution, () => {
    runner.store.journal.rewrite(id, (row) => erasedStep(row, eraser));
    for (const { seq, message, step } of logs) sql.exec("UPDATE log SET message = ?, step = ? WHERE execution_id = ? AND seq = ?", eraser.orNull(textOf(message)), eraser.orNull(textOf(step)), id, seq);
    for (const signal of signals) {
      const [channel, payload, dedupe] = erasedSignal(signal, eraser);
      sql.exec("UPDATE signal SET channel = ?, payload = ?, dedupe = ? WHERE execution_id = ? AND seq = ?", channel, payload, dedupe, id, signal.seq);
    }
  });
  await runner.report(execution);
  return { ok: true, value: { status: execution.status, count, erased: true } };
}

const textOf = (value: SqlStorageValue | undefined): string | null => (value === null || value === undefined ? null : String(value));

function erasedExecution({ request, firstInput, output, error, divergence, variables }: Execution, eraser: Eraser): Partial<Execution> {
  return {
    request: {
      ...request,
      input: eraser.encoded(request.input),
      trigger: eraser.json(request.trigger) as typeof request.trigger,
      ...(request.test ? { test: eraser.json(request.test) as typeof request.test } : {}),
    },
    firstInput: firstInput === null ? null : eraser.encoded(firstInput),
    output: output === null ? null : eraser.encoded(output),
    error: eraser.json(error) as typeof error,
    divergence: eraser.json(divergence) as typeof divergence,
    variables: variables === null ? null : eraser.jsonText(variables),
  };
}

function erasedStep([key, name, ...rest]: StepRow, eraser: Eraser): StepRow {
  const [count, kind, status, started, ended, attempt, startedAt, endedAt, due, output, error, detail] = rest;
  const json = (text: string | null): string | null => (text === null ? null : eraser.jsonText(text));
  return [eraser.text(key), eraser.text(name), count, kind, status, started, ended, attempt, startedAt, endedAt, due, output === null ? null : eraser.encoded(output), json(error), json(detail)];
}

function erasedSignal({ channel, payload, dedupe }: Row, eraser: Eraser): [string | null, string, string | null] {
  return [eraser.orNull(textOf(channel)), eraser.encoded(String(payload)), eraser.orNull(textOf(dedupe))];
}

/** An object without any execution is emptied. */
export async function erase(storage: Pick<DurableObjectStorage, "sql" | "transactionSync" | "deleteAlarm" | "deleteAll">, runner: Runner, id: string): Promise<void> {
  if (!runner.store.find(id)) return runner.fence(id);
  if (!storage.transactionSync(() => forget(storage.sql, runner, id))) return;
  await storage.deleteAlarm();
  await storage.deleteAll();
  runner.store.undone();
  runner.alarm.rang();
}

/** True when the object holds no execution any more. */
function forget(sql: SqlStorage, runner: Runner, id: string): boolean {
  runner.fence(id);
  for (const table of [...records, "journal"]) sql.exec(`DELETE FROM ${table} WHERE execution_id = ?`, id);
  sql.exec("DELETE FROM execution WHERE id = ?", id);
  return sql.exec("SELECT 1 FROM execution LIMIT 1").toArray().length === 0;
}

/** Timers stay behind: where it is put back, nothing rings by itself. */
export function dump(sql: SqlStorage, runner: Runner, id: string): Reply<string> {
  const { timers: _, wake: __, ...execution } = sql.exec<Row>("SELECT * FROM execution WHERE id = ?", id).one();
  const { journal } = runner.store;
  const [signals, logs] = records.map((table) => rowsOf(sql, table, id)) as [Plain[], Plain[]];
  const whole: Dump = { execution: execution as Plain, journal: lastOfEach(JSON.parse(journal.text(id)) as StepRow[]), children: journal.children(id), signals, logs };
  return { ok: true, value: JSON.stringify(whole) };
}

function lastOfEach(rows: StepRow[]): StepRow[] {
  return [...new Map(rows.map((row) => [row[0], row])).values()];
}

const resting: ReadonlySet<unknown> = new Set([...terminalStatuses, "paused", "stalled"]);

export function restore(storage: Storage, runner: Runner, tenant: string, id: string, text: string): void {
  try {
    storage.transactionSync(() => {
      runner.store.open();
      putBack(storage.sql, runner, tenant, id, text);
    });
  } catch (error) {
    runner.store.undone();
    throw error;
  }
}

function putBack(sql: SqlStorage, runner: Runner, tenant: string, id: string, text: string): void {
  const { execution, journal, children, signals, logs } = JSON.parse(text) as Dump;
  if (execution["id"] !== id || execution["tenant"] !== tenant) throw new Error(`the record is not of execution ${id}`);
  const status = resting.has(execution["status"]) ? execution["status"] : "paused";
  insert(sql, "execution", { ...execution, status: status ?? "paused", timers: "{}", wake: null });
  if (journal.length > 0) runner.store.journal.append(id, JSON.stringify(journal));
  for (const [key, child, told] of children) runner.store.journal.setChild(id, key, child, told);
  for (const row of signals) insert(sql, "signal", { ...row, execution_id: id });
  for (const row of logs) insert(sql, "log", { ...row, execution_id: id });
}

/** Columns this version does not know are left out. */
function insert(sql: SqlStorage, table: "execution" | (typeof records)[number], row: Plain): void {
  const known = sql.exec<{ name: string }>(`SELECT name FROM pragma_table_info('${table}')`).toArray().map(({ name }) => name).filter((name) => name in row);
  sql.exec(`INSERT INTO ${table} (${known.join(", ")}) VALUES (${known.map(() => "?").join(", ")})`, ...known.map((name) => row[name] ?? null));
}
