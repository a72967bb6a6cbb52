/**
 * Gives the importer's object what it needs of the rest of the platform.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { errorMessage } from "../../../db/error-message.ts";
import { imports } from "../../../db/schema/imports.ts";
import { listStalledImports } from "../../../db/stalled-imports.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { findTenant } from "../../../db/tenants.ts";
import type { ImporterPlatform } from "../../../durable-objects/importer/contract.ts";
import { can } from "../../auth/can.ts";
import type { Env } from "../../env.ts";
import { dispatchSoon } from "../../events/emit.ts";
import { importerOf, realtimeOf } from "../../events/objects.ts";
import { permissionFor } from "../records/access.ts";
import type { RecordContext } from "../records/context.ts";
import { advance, findImport, finish } from "./advance.ts";
import { contextOf, entityOf, type ImportRow, type Job, jobOf } from "./job.ts";
import { undoStep } from "./undo.ts";
import { viewImport } from "./view.ts";

/** After each chunk others get their turn, for a part of the time that it took: an import is in no hurry, and people are. */
const restShare = 0.3;
const longestRestMs = 200;

/** Who looks on is told at most so often, ms. */
const tellMs = 500;

export function importerPlatform(env: Env, waitUntil: (work: Promise<unknown>) => void): ImporterPlatform {
  let told = 0;
  const tell = (tenant: string, row: ImportRow, now: number): void => {
    if (now - told < tellMs && (row.status === "running" || row.status === "undoing")) return;
    told = now;
    const data = JSON.parse(JSON.stringify(viewImport(row, now))) as object;
    const messages = ["records:import", `records:import:${row.id}`].map((topic) => ({ topic, type: "import.progress", data }));
    waitUntil(realtimeOf(env, tenant).publish(messages).catch((error: unknown) => console.warn(JSON.stringify({ level: "warn", event: "import.not_told", tenant, message: errorMessage(error), consequence: "progress is seen when the import is read" }))));
  };

  return {
    async work(tenant, id, until, now) {
      const row = await findImport({ db: tenantDb(env.DB, tenant) }, id);
      if (!row || (row.status !== "running" && row.status !== "undoing")) return "over";
      const ctx = await allowed(env, tenant, row, now(), waitUntil);
      if (ctx === "suspended") return "over";
      if (typeof ctx === "string") {
        await stop(env, tenant, row, ctx, now());
        return "over";
      }
      const job = await jobOf(ctx, row);
      const step = row.status === "running" ? advance : undoStep;
      while (now() < until) {
        const began = now();
        const current: Job = { ...job, ctx: { ...ctx, now: began } };
        const done = await step(current, id);
        if (done) tell(tenant, done.now, now());
        if (!done || done.state === "over") {
          dispatchSoon(ctx);
          return "over";
        }
        if (!ctx.silent) dispatchSoon(ctx);
        await scheduler.wait(Math.min((now() - began) * restShare, longestRestMs));
      }
      return "more";
    },
    async giveUp(tenant, id, reason, now) {
      const row = await findImport({ db: tenantDb(env.DB, tenant) }, id);
      if (row) await stop(env, tenant, row, `It was given up after many attempts: ${reason}`, now);
    },
  };
}

/** In whose name it goes on; `suspended`: when the tenant is active again; else why it does not. */
async function allowed(env: Env, tenant: string, row: ImportRow, now: number, waitUntil: (work: Promise<unknown>) => void): Promise<RecordContext | string> {
  const [ctx, owner] = await Promise.all([contextOf({ env, now, waitUntil }, tenant, row), findTenant(env.DB, tenant)]);
  if (owner?.status === "suspended") return "suspended";
  const needed = ["imports.write", permissionFor(entityOf(row), row.status === "undoing" ? "delete" : "write")] as const;
  const missing = ctx?.access ? needed.filter((permission) => !ctx.access || !can(ctx.access, permission)) : [];
  if (!ctx) return "Whoever started it may do nothing here any more.";
  return missing.length > 0 ? `Whoever started it has lost the permission ${missing.join(" and ")}.` : ctx;
}

async function stop(env: Env, tenant: string, row: ImportRow, reason: string, now: number): Promise<void> {
  const db = tenantDb(env.DB, tenant);
  // What is undone in part can be undone again.
  if (row.status === "undoing") await db.batchIf(db.exists(imports, and(eq(imports.id, row.id), eq(imports.status, "undoing"))), [db.update(imports, { status: "failed", error: reason, updated_at: now }, eq(imports.id, row.id))]);
  else await finish({ db, now }, row, "failed", reason);
}

/** An object that lives has written something by then, ms. */
const stalledMs = 60_000;
const atOnce = 200;

/** For the cron: reminds objects that have lost their alarm, or never heard of their import. */
export async function sweepImports(env: Env, now: number): Promise<void> {
  const stalled = await listStalledImports(env.DB, now - stalledMs, atOnce);
  await Promise.all(stalled.map(({ tenant, id }) => nudgeImporter(env, tenant, id)));
}

/** Never throws: the sweep makes good what is missed here. */
export async function nudgeImporter(env: Env, tenant: string, id: string): Promise<void> {
  await importerOf(env, tenant, id)
    .nudge(tenant, id)
    .catch((error: unknown) => console.warn(JSON.stringify({ level: "warn", event: "importer.unreachable", tenant, import: id, message: errorMessage(error), consequence: "the sweep reminds it" })));
}
