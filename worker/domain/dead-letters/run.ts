/**
 * Carries replays on: a slice, how far it is, the next one.
 * @module
 */
import { errorMessage } from "../../../db/error-message.ts";
import { claimReplay, listDueReplays, type ReplayJob, saveReplay } from "../../../db/replay-jobs.ts";
import type { ReplayItem } from "../../../db/schema/dead-letters.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { Env } from "../../env.ts";
import type { BaseContext } from "../context.ts";
import { objectsOf } from "../ports.ts";
import { usageOf } from "../usage/usage.ts";
import type { DeadLetterContext } from "./kinds.ts";
import { kinds } from "./registry.ts";

/** Done before how far it is is written down; a crash repeats as many at most. */
const perSlice = 20;
/** Of one run: the platform allows a request a thousand calls. */
const mostSlices = 5;
/** Nobody else takes the job for so long; longer than a run lasts. */
const leaseMs = 5 * 60_000;
/** Where there is no room now, or something failed that may be over in a while. */
const againMs = 15_000;
const keptErrors = 20;
/** What has had no room for so long counts as failed, ms. */
const patienceMs = 86_400_000;

const passing: ReadonlySet<string> = new Set(["rate-limited", "unavailable", "internal"]);

export type ReplayPorts = Pick<BaseContext, "env" | "objects" | "usage" | "waitUntil" | "now">;

/** Behind the answer; what is left of it then is the cron's. */
export function replaySoon(ctx: ReplayPorts, { id, status }: ReplayJob): void {
  if (status === "running") ctx.waitUntil(runReplay(ctx, id));
}

/** Never throws: what fails here is tried again by the cron. */
export async function runReplay(ports: ReplayPorts, id: string): Promise<void> {
  const { env, now } = ports;
  const job = await claimReplay(env.DB, id, now, now + leaseMs);
  if (!job) return;
  try {
    await runSlices(ports, job);
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "replay.failed", replay: id, message: errorMessage(error) }));
    await saveReplay(env.DB, job, { next_at: now + againMs });
  }
}

async function runSlices(ports: ReplayPorts, job: ReplayJob): Promise<void> {
  const { env, now } = ports;
  const ctx: DeadLetterContext = { ...ports, db: tenantDb(env.DB, job.tenant_id) };
  let { done, failed, errors } = job;
  for (let slices = 0; slices < mostSlices; slices++) {
    const slice = job.items.slice(done + failed, done + failed + perSlice);
    let wait = false;
    for (const item of slice) {
      const error = await replayed(ctx, item, job.id);
      wait = error === "later" && now - job.created_at < patienceMs;
      if (wait) break;
      if (error === null) done++;
      else [failed, errors] = [failed + 1, [...errors, { ...item, error }].slice(0, keptErrors)];
    }
    const over = done + failed >= job.total;
    const set = { done, failed, errors, ...(over ? { status: "completed" as const, completed_at: now } : wait ? { next_at: now + againMs } : {}) };
    if (!(await saveReplay(env.DB, job, set)) || over || wait) return;
  }
  await saveReplay(env.DB, job, { next_at: now });
}

/** Null: it is done, or was before. */
async function replayed(ctx: DeadLetterContext, { kind, id }: ReplayItem, jobId: string): Promise<string | null> {
  try {
    const { statements, afterwards } = await kinds[kind].replay(ctx, id, jobId);
    await ctx.db.batch(statements);
    afterwards?.();
    return null;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return passing.has(error.code) ? "later" : error.message.slice(0, 300);
  }
}

/** For the cron: what requests left undone. */
export async function runDueReplays(env: Env, now: number): Promise<void> {
  const after: Promise<unknown>[] = [];
  const ports: ReplayPorts = { env, objects: objectsOf(env), usage: usageOf(env), waitUntil: (work) => void after.push(work), now };
  for (const { id } of await listDueReplays(env.DB, now, 3)) await runReplay(ports, id);
  await Promise.allSettled(after);
}
