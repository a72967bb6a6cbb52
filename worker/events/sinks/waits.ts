import { tenantDb } from "../../../db/tenant-db.ts";
import { bring, waitingFor } from "../waits.ts";
import type { Sink } from "./sink.ts";

/** Steps that are told at once. */
const atOnce = 16;

/** Steps that wait for the event; each takes it once. @throws AggregateError when some were not reached, after the others were */
export const waits: Sink = async (env, event) => {
  const db = tenantDb(env.DB, event.tenant_id);
  const rows = await waitingFor(db, event);
  const errors: unknown[] = [];
  const workers = Array.from({ length: Math.min(atOnce, rows.length) }, async () => {
    for (let row = rows.shift(); row; row = rows.shift()) await bring(env, db, row, event).catch((error: unknown) => void errors.push(error));
  });
  await Promise.all(workers);
  if (errors.length > 0) throw new AggregateError(errors);
};
