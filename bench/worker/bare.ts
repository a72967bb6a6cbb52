/**
 * The measure of all things here: a Durable Object that does by hand what an execution
 * needs at least. It runs the same steps and writes the same rows, all in one commit.
 * @module
 */
import { DurableObject } from "cloudflare:workers";
import { stepResult } from "../workflows/classes.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS execution (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, workflow_id TEXT NOT NULL, bundle TEXT NOT NULL, version INTEGER NOT NULL,
    trigger TEXT NOT NULL, input TEXT NOT NULL, created_at INTEGER NOT NULL, status TEXT NOT NULL, output TEXT, completed_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS step (
    execution_id TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
    attempt INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, output TEXT, PRIMARY KEY (execution_id, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hook (id TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;`;

interface StepRow {
  name: string;
  at: number;
  output: string;
}

export class Bare extends DurableObject<unknown> {
  readonly #sql = this.ctx.storage.sql;
  #woke: (lateness: number) => void = () => {};

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env);
    this.#sql.exec(schema);
  }

  /** The platform holds the answer back until the commit is durable. */
  async run(id: string, steps: number): Promise<number> {
    const createdAt = Date.now();
    const rows: StepRow[] = [];
    let sum = 0;
    for (let index = 0; index < steps; index++) {
      const result = await (async () => stepResult(index))();
      rows.push({ name: `step ${index}`, at: Date.now(), output: JSON.stringify(result) });
      sum += result.index;
    }
    this.ctx.storage.transactionSync(() => {
      this.#writeExecution(id, createdAt, "completed", String(sum));
      for (const row of rows) this.#writeStep(id, row);
    });
    return sum;
  }

  #writeExecution(id: string, createdAt: number, status: string, output: string): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO execution VALUES (?,?,?,?,?,?,?,?,?,?,?)",
      id, "tenant", "bench-steps", "0".repeat(64), 1, '{"kind":"api"}', '{"steps":5}', createdAt, status, output, Date.now(),
    );
  }

  #writeStep(id: string, { name, at, output }: StepRow): void {
    this.#sql.exec("INSERT OR REPLACE INTO step VALUES (?,?,?,?,?,?,?,?,?)", id, `${name}-1`, name, "do", "completed", 1, at, at, output);
  }

  /** One row for each delivery, whenever it comes. */
  async accept(id: string, body: string): Promise<void> {
    this.#sql.exec("INSERT OR IGNORE INTO hook VALUES (?,?,?)", id, body, Date.now());
  }

  /** When the first step of an execution runs, ms since the epoch. */
  async stepAt(id: string): Promise<number> {
    const at = Date.now();
    await this.run(id, 1);
    return at;
  }

  /** A socket of somebody who looks on. */
  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Tells everybody, after one durable write. */
  async tell(text: string): Promise<void> {
    this.#sql.exec("INSERT OR REPLACE INTO hook VALUES (?,?,?)", "told", text, Date.now());
    for (const socket of this.ctx.getWebSockets()) socket.send(text);
  }

  /** Reads what `run` wrote, the way anything that goes on with it has to. */
  async read(id: string): Promise<number> {
    const execution = this.#sql.exec("SELECT * FROM execution WHERE id = ?", id).one();
    const steps = this.#sql.exec<{ output: string }>("SELECT * FROM step WHERE execution_id = ?", id).toArray();
    let sum = 0;
    for (const { output } of steps) sum += (JSON.parse(output) as { index: number }).index;
    if (execution.output !== String(sum)) throw new Error(`read ${sum}, wrote ${String(execution.output)}`);
    return steps.length;
  }

  /** An alarm `ms` from now; how late it rang, ms. */
  async sleep(ms: number): Promise<number> {
    const due = Date.now() + ms;
    await this.ctx.storage.setAlarm(due);
    const rang = await new Promise<number>((resolve) => {
      this.#woke = resolve;
    });
    return rang - due;
  }

  override async alarm(): Promise<void> {
    this.#woke(Date.now());
  }
}
