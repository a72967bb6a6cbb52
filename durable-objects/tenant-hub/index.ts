/** The hub of one tenant: a thin shell that gives the functions beside it their storage. */
import { DurableObject } from "cloudflare:workers";
import { migrate } from "../lib/migrations.ts";
import { CommitQueue } from "./commit-queue.ts";
import type { HubObject, IndexEntry, ListQuery } from "./contract.ts";
import { counts } from "./counts.ts";
import { BadCursorError } from "./cursor.ts";
import { list } from "./list.ts";
import { put } from "./put.ts";
import { hubSchema } from "./schema.ts";
import { stale } from "./stale.ts";

export class TenantHub extends DurableObject<unknown> implements HubObject {
  readonly #sql = this.ctx.storage.sql;
  readonly #puts = new CommitQueue<IndexEntry>({
    write: (batch) =>
      this.ctx.storage.transactionSync(() => {
        const now = Date.now();
        for (const entry of batch) put(this.#sql, entry, now);
      }),
    durable: () => this.ctx.storage.sync(),
  });

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env);
    migrate(this.#sql, hubSchema);
  }

  put(entry: IndexEntry): Promise<void> {
    return this.#puts.offer(entry);
  }

  list(query: ListQuery): ReturnType<HubObject["list"]> {
    return reply(() => list(this.#sql, query));
  }

  async counts(): ReturnType<HubObject["counts"]> {
    return counts(this.#sql);
  }

  async stale(olderThanMs: number, limit: number): Promise<IndexEntry[]> {
    return stale(this.#sql, Date.now() - olderThanMs, limit);
  }
}

/** Errors lose their class over RPC, so a refusal travels as a value. */
async function reply(run: () => ReturnType<typeof list>): ReturnType<HubObject["list"]> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (error instanceof BadCursorError) return { ok: false, code: "bad-request", detail: error.message };
    throw error;
  }
}
