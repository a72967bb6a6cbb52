/** The dispatcher of a tenant: a thin shell that gives the functions beside it their time and alarm. */
import { errorMessage } from "../../db/error-message.ts";
import { DurableObject } from "cloudflare:workers";
import { migrate } from "../lib/migrations.ts";
import type { DispatcherObject, DispatcherPlatform } from "./contract.ts";
import { drain } from "./dispatch.ts";
import { dispatcherSchema } from "./schema.ts";
import { DispatchWorker } from "./worker.ts";

/** Makes the class; `platformOf` wires it to the rest (worker/index.ts). */
export function dispatcherClass<Env>(platformOf: (env: Env) => DispatcherPlatform) {
  return class Dispatcher extends DurableObject<Env> implements DispatcherObject {
    readonly worker: DispatchWorker;
    /** An alarm has to know whose it is. */
    tenant: string | null;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      migrate(ctx.storage.sql, dispatcherSchema);
      this.tenant = ctx.storage.sql.exec<{ tenant: string }>("SELECT tenant FROM owner").toArray()[0]?.tenant ?? null;
      const platform = platformOf(env);
      this.worker = new DispatchWorker({
        drain: async () => {
          const outbox = this.tenant === null ? null : await platform.outbox(this.tenant);
          return outbox && drain(outbox);
        },
        setAlarm: (at) => ctx.storage.setAlarm(at),
        now: () => Date.now(),
        warn: (error) => console.warn(JSON.stringify({ level: "warn", event: "dispatch.failed", tenant: this.tenant, message: errorMessage(error), consequence: "tried again in some seconds" })),
      });
    }

    async nudge(tenant: string): Promise<void> {
      if (this.tenant === null) {
        this.ctx.storage.sql.exec("INSERT OR REPLACE INTO owner VALUES (?)", tenant);
        this.tenant = tenant;
      }
      this.ctx.waitUntil(this.worker.work());
    }

    override async alarm(): Promise<void> {
      await this.worker.rang();
    }
  };
}
