/** The deliverer of a tenant: a thin shell that gives ./deliver.ts its alarm. */
import { errorMessage } from "../../db/error-message.ts";
import { DurableObject } from "cloudflare:workers";
import { migrate } from "../lib/migrations.ts";
import type { DelivererObject, DelivererPlatform } from "./contract.ts";
import { deliver } from "./deliver.ts";
import { schema } from "./schema.ts";

/** After a round that failed as a whole, ms. */
const againMs = 30_000;
/** So often it is looked what has become due while something is under way, ms. */
const lookMs = 1_000;

/** Makes the class; `platformOf` wires it to the rest (worker/index.ts). */
export function delivererClass<Env>(platformOf: (env: Env, waitUntil: (work: Promise<unknown>) => void) => DelivererPlatform, clock: () => number = Date.now) {
  return class Deliverer extends DurableObject<Env> implements DelivererObject {
    readonly platform: DelivererPlatform;
    /** Ends the pause of a round that is under way. */
    wake: () => void = () => {};

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.platform = platformOf(env, (work) => ctx.waitUntil(work));
      migrate(ctx.storage.sql, schema);
    }

    async nudge(tenant: string): Promise<void> {
      if (this.tenant() !== tenant) this.ctx.storage.sql.exec("INSERT OR REPLACE INTO deliverer (id, tenant) VALUES (1, ?)", tenant);
      this.wake();
      await this.comeAt(clock());
    }

    pause(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.wake = resolve;
      return Promise.race([promise, scheduler.wait(lookMs)]);
    }

    tenant(): string | null {
      return this.ctx.storage.sql.exec<{ tenant: string }>("SELECT tenant FROM deliverer").toArray()[0]?.tenant ?? null;
    }

    /** Never throws: that would be tried again at once, and for ever. */
    override async alarm(): Promise<void> {
      const tenant = this.tenant();
      if (tenant === null) return;
      try {
        const next = await deliver(this.platform, tenant, { now: clock, pause: () => this.pause() });
        if (next !== null) await this.comeAt(Math.max(next, clock()));
      } catch (error) {
        console.error(JSON.stringify({ level: "error", event: "webhook.round_failed", tenant, message: errorMessage(error) }));
        await this.comeAt(clock() + againMs);
      }
    }

    /** A nudge that came meanwhile may have set it earlier. */
    async comeAt(at: number): Promise<void> {
      const set = await this.ctx.storage.getAlarm();
      if (set === null || set > at) await this.ctx.storage.setAlarm(at);
    }
  };
}
