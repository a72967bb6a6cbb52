/** The hub of one tenant: a thin shell that gives the functions beside it their storage. */
import { DurableObject } from "cloudflare:workers";
import { migrate } from "../lib/migrations.ts";
import { activity, type ActivityBuckets } from "./activity.ts";
import { CommitQueue } from "./commit-queue.ts";
import type { HubObject, IndexEntry, ListQuery } from "./contract.ts";
import { counts } from "./counts.ts";
import { BadCursorError } from "./cursor.ts";
import { endedBefore, forget } from "./forget.ts";
import { list } from "./list.ts";
import { News, type NewsPort } from "./news.ts";
import { isKnown, put } from "./put.ts";
import { findAccepted, Repair, type Restart } from "./repair.ts";
import { hubSchema } from "./schema.ts";
import { type Tell, Untold } from "./untold.ts";

/** Makes the class; `restartOf` is how it starts an execution again, `tellOf` whom it tells of ends, `newsOf` who looks on (wired in worker/index.ts). */
export function tenantHubClass<Env>(restartOf: (env: Env) => Restart, tellOf: (env: Env) => Tell, newsOf: (env: Env) => NewsPort) {
  return class TenantHub extends DurableObject<Env> implements HubObject {
    readonly sql: SqlStorage;
    readonly repair: Repair;
    readonly untold: Untold;
    readonly news: News;
    readonly puts: CommitQueue<IndexEntry>;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.sql = ctx.storage.sql;
      migrate(this.sql, hubSchema);
      this.repair = new Repair(this.sql, restartOf(env), (at) => void ctx.storage.setAlarm(at));
      this.untold = new Untold(this.sql, tellOf(env), (at) => void ctx.storage.setAlarm(at));
      this.news = new News({ tenant: ctx.id.name ?? "", port: newsOf(env), counts: () => counts(this.sql), now: Date.now, later: (ms, work) => void setTimeout(work, ms) });
      this.puts = new CommitQueue<IndexEntry>({
        write: (batch) =>
          ctx.storage.transactionSync(() => {
            const now = Date.now();
            for (const entry of batch) {
              const known = isKnown(this.sql, entry.id);
              if (!put(this.sql, entry, now)) continue;
              this.untold.note(entry, now);
              this.news.note(entry, known);
            }
            if (batch.some(({ start }) => start !== null)) this.repair.expect(now);
          }),
        durable: async () => {
          await ctx.storage.sync();
          if (this.untold.armed) ctx.waitUntil(this.untold.pump());
          ctx.waitUntil(this.news.tell());
        },
      });
    }

    put(entry: IndexEntry): Promise<void> {
      return this.puts.offer(entry);
    }

    list(query: ListQuery): ReturnType<HubObject["list"]> {
      return reply(() => list(this.sql, query));
    }

    async find(id: string): ReturnType<HubObject["find"]> {
      const found = findAccepted(this.sql, id);
      return found && { start: found.start, queued: found.queued };
    }

    restart(id: string): Promise<boolean> {
      return this.repair.one(id, Date.now());
    }

    async counts(): ReturnType<HubObject["counts"]> {
      return counts(this.sql);
    }

    async activity(buckets: ActivityBuckets): ReturnType<HubObject["activity"]> {
      return activity(this.sql, buckets);
    }

    async listen(types: string[]): Promise<void> {
      this.untold.listen(types);
    }

    async endedBefore(before: number, limit: number): Promise<string[]> {
      return endedBefore(this.sql, before, limit);
    }

    async forget(ids: string[]): Promise<void> {
      forget(this.sql, ids);
    }

    async erase(): Promise<void> {
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      migrate(this.sql, hubSchema);
      this.untold.reset();
    }

    override async alarm(): Promise<void> {
      await this.repair.run(Date.now());
      await this.untold.run(Date.now());
    }
  };
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
