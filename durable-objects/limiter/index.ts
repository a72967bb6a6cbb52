/** The limiter of a tenant: a thin shell that gives the ledger its clock, its disk and its quotas. */
import { errorMessage } from "../../db/error-message.ts";
import { DurableObject } from "cloudflare:workers";
import { type LimiterObject, type LimiterPlatform, monthly, type Quotas, quotaIn, type Report, type Settled } from "./contract.ts";
import { Ledger } from "./ledger.ts";
import { monthOf } from "./meter.ts";
import { MeterStore } from "./store.ts";

/** So late at most a changed plan counts. */
const quotasFreshMs = 10_000;
/** So late at most the database shows what was counted. */
export const saveAfterMs = 30_000;

/** Makes the class; `platformOf` wires it to the rest (worker/index.ts). */
export function limiterClass<Env>(platformOf: (env: Env) => LimiterPlatform) {
  return class Limiter extends DurableObject<Env> implements LimiterObject {
    readonly ledger = new Ledger();
    readonly store: MeterStore;
    readonly platform: LimiterPlatform;
    quotas: { value: Promise<Quotas>; until: number } | null = null;
    /** The month whose counter is in the ledger, once `begun` has put it there. */
    month = "";
    begun: Promise<void> = Promise.resolve();
    armed = false;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.platform = platformOf(env);
      this.store = new MeterStore(ctx.storage.sql);
      for (const { name, ...meter } of this.store.windows(Date.now())) this.ledger.set(name, meter);
    }

    async settle(report: Report): Promise<Settled> {
      const quotas = await this.ready(report.tenant);
      const now = Date.now();
      const { changes, ...settled } = this.ledger.settle(report, (name) => quotaIn(quotas, name), now);
      for (const [name, change] of Object.entries(changes)) {
        const meter = this.ledger.meter(name);
        if (!meter || change === 0) continue;
        if (name !== monthly) this.store.changed(name, meter, quotaIn(quotas, name), change);
        else this.counted(report.tenant, monthOf(now), meter.used);
      }
      return { ...settled, concurrent: quotas.concurrent };
    }

    /** Quotas, and this month's counter in its place, both read once however many ask at once. */
    async ready(tenant: string): Promise<Quotas> {
      const now = Date.now();
      if (!this.quotas || this.quotas.until <= now) this.quotas = { value: this.platform.quotas(tenant), until: now + quotasFreshMs };
      const { value } = this.quotas;
      if (this.month !== monthOf(now)) {
        this.month = monthOf(now);
        this.begun = this.begin(tenant, this.month, now);
      }
      try {
        await this.begun;
        return await value;
      } catch (error) {
        // Read again by whoever asks next.
        this.month = "";
        this.quotas = null;
        throw error;
      }
    }

    /** A limiter that has no counter of its own, as after a move, goes on with what was saved. */
    async begin(tenant: string, month: string, now: number): Promise<void> {
      const used = this.store.count(month) ?? (await this.platform.load(tenant, month, monthly)) ?? 0;
      this.ledger.set(monthly, { used, at: now });
    }

    counted(tenant: string, period: string, value: number): void {
      this.store.counted({ period, tenant, value });
      if (this.armed) return;
      this.armed = true;
      void this.ctx.storage.setAlarm(Date.now() + saveAfterMs);
    }

    /** Never throws: that would be tried again at once, and for ever. */
    override async alarm(): Promise<void> {
      for (const count of this.store.unsaved()) {
        try {
          await this.platform.save(count.tenant, count.period, monthly, count.value);
          this.store.saved(count);
        } catch (error) {
          console.error(JSON.stringify({ level: "error", event: "usage.unsaved", tenant: count.tenant, period: count.period, message: errorMessage(error) }));
        }
      }
      this.armed = this.store.unsaved().length > 0;
      if (this.armed) await this.ctx.storage.setAlarm(Date.now() + saveAfterMs);
    }
  };
}
