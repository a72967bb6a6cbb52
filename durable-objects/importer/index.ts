/** The object of an import: a thin shell that gives worker/domain/imports its alarm. */
import { errorMessage } from "../../db/error-message.ts";
import { DurableObject } from "cloudflare:workers";
import { migrate } from "../lib/migrations.ts";
import type { ImporterObject, ImporterPlatform } from "./contract.ts";
import { schema } from "./schema.ts";

/** One ring works so long before the next begins, ms: an alarm may take minutes, not hours. */
const ringMs = 20_000;
/** So often in a row before it is given up; the waits between double. */
const mostFailures = 10;
const waitMs = (failures: number): number => Math.min(1_000 * 2 ** (failures - 1), 60_000);

interface Of {
  [name: string]: SqlStorageValue;
  tenant: string;
  import_id: string;
  failures: number;
}

/** Makes the class; `platformOf` wires it to the rest (worker/index.ts). */
export function importerClass<Env>(platformOf: (env: Env, waitUntil: (work: Promise<unknown>) => void) => ImporterPlatform, clock: () => number = Date.now) {
  return class Importer extends DurableObject<Env> implements ImporterObject {
    readonly platform: ImporterPlatform;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.platform = platformOf(env, (work) => ctx.waitUntil(work));
      migrate(ctx.storage.sql, schema);
    }

    async nudge(tenant: string, importId: string): Promise<void> {
      this.ctx.storage.sql.exec("INSERT OR REPLACE INTO importer (id, tenant, import_id, failures) VALUES (1, ?, ?, 0)", tenant, importId);
      const set = await this.ctx.storage.getAlarm();
      if (set === null || set > clock()) await this.ctx.storage.setAlarm(clock());
    }

    /** Never throws: that would be tried again at once, and for ever. */
    override async alarm(): Promise<void> {
      const of = this.ctx.storage.sql.exec<Of>("SELECT tenant, import_id, failures FROM importer").toArray()[0];
      if (!of) return;
      try {
        const state = await this.platform.work(of.tenant, of.import_id, clock() + ringMs, clock);
        if (of.failures > 0) this.ctx.storage.sql.exec("UPDATE importer SET failures = 0");
        // A nudge may have come at the very end: its alarm is set already, and stays.
        if (state === "more") await this.ctx.storage.setAlarm(clock());
      } catch (error) {
        await this.failed(of, errorMessage(error));
      }
    }

    async failed({ tenant, import_id, failures }: Of, message: string): Promise<void> {
      const times = failures + 1;
      console.error(JSON.stringify({ level: "error", event: "import.chunk_failed", tenant, import: import_id, failures: times, message }));
      this.ctx.storage.sql.exec("UPDATE importer SET failures = ?", times);
      try {
        if (times >= mostFailures) return await this.platform.giveUp(tenant, import_id, message, clock());
      } catch (error) {
        console.error(JSON.stringify({ level: "error", event: "import.not_given_up", tenant, import: import_id, message: errorMessage(error) }));
      }
      await this.ctx.storage.setAlarm(clock() + waitMs(Math.min(times, mostFailures)));
    }
  };
}
