/**
 * The scheduler of one tenant: a thin shell that gives the functions beside it their storage
 * and its one alarm, which rings when the next schedule is due.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { DurableObject } from "cloudflare:workers";
import type { BackfillView } from "../../sdk/schema/schedule.ts";
import type { Reply } from "../execution/contract.ts";
import { AlarmClock } from "../lib/alarm-clock.ts";
import { migrate } from "../lib/migrations.ts";
import { addBackfill, backfillsOf } from "./backfill.ts";
import type { BackfillRequest, SchedulerObject, ScheduleState } from "./contract.ts";
import type { SchedulerPlatform } from "./ports.ts";
import { ring } from "./ring.ts";
import { schedulerSchema } from "./schema.ts";
import { nextWake, replaceAll, stateOf, statesOf } from "./store.ts";

/** Makes the class; `platformOf` wires it to the rest (worker/index.ts). */
export function schedulerClass<Env>(platformOf: (env: Env, waitUntil: (work: Promise<unknown>) => void) => SchedulerPlatform) {
  return class Scheduler extends DurableObject<Env> implements SchedulerObject {
    readonly sql: SqlStorage;
    readonly clock: AlarmClock;
    readonly platform: SchedulerPlatform;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.sql = ctx.storage.sql;
      migrate(this.sql, schedulerSchema);
      this.clock = new AlarmClock(ctx.storage, () => nextWake(this.sql));
      this.platform = platformOf(env, (work) => ctx.waitUntil(work));
    }

    write<T>(change: () => T): T {
      return this.ctx.storage.transactionSync(() => {
        const done = change();
        this.clock.arm();
        return done;
      });
    }

    async sync(tenant: string): Promise<void> {
      const read = await this.platform.read(tenant, stateOf(this.sql)?.revision ?? -1);
      // Whoever asks may know that the alarm is lost: it is set again, whatever this object thinks.
      this.clock.rang();
      this.write(() => read && replaceAll(this.sql, tenant, read.revision, read.definitions, Date.now()));
      if (read) await this.platform.synced(tenant, read.revision);
    }

    async look(ids: string[]): Promise<ScheduleState[]> {
      return statesOf(this.sql, ids);
    }

    async backfill(_tenant: string, request: BackfillRequest): Promise<Reply<BackfillView>> {
      return this.write(() => addBackfill(this.sql, request, Date.now()));
    }

    async backfills(schedule: string): Promise<BackfillView[]> {
      return backfillsOf(this.sql, schedule);
    }

    async ran(schedule: string, executionId: string, at: number): Promise<void> {
      this.sql.exec("UPDATE schedules SET runs = runs + 1, last_execution = ?, last_at = max(coalesce(last_at, 0), ?), error = NULL WHERE id = ?", executionId, at, schedule);
    }

    async erase(): Promise<void> {
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
      migrate(this.sql, schedulerSchema);
      this.clock.rang();
    }

    /** Never throws: it would be rung again at once, and for ever. */
    override async alarm(): Promise<void> {
      try {
        await ring({ sql: this.sql, transaction: (change) => this.ctx.storage.transactionSync(change), platform: this.platform, now: () => Date.now() });
      } catch (error) {
        console.error(JSON.stringify({ level: "error", event: "schedules-failed", tenant: stateOf(this.sql)?.tenant, message: errorMessage(error) }));
        this.clock.rang();
        await this.ctx.storage.setAlarm(Date.now() + 5_000);
        return;
      }
      this.clock.rang();
      this.clock.arm();
    }
  };
}
