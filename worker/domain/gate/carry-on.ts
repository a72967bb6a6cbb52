/**
 * Carries moves on: a page of executions, what became of them and how far it is into rows, the
 * next page. A crash anywhere repeats a page, and each of its moves is a no-op the second time.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { claimMoveJob, listDueMoveJobs, type MoveJob, saveMoveJob } from "../../../db/move-jobs.ts";
import { deployments } from "../../../db/schema/deployments.ts";
import { moves, type MoveState } from "../../../db/schema/moves.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import type { Candidate } from "../../../durable-objects/execution/contract.ts";
import type { Env } from "../../env.ts";
import { objectsOf, type ObjectsPort } from "../ports.ts";
import { unwrap } from "../reply.ts";
import { inFlightStatuses } from "./in-flight.ts";
import { movesOf } from "./rows.ts";
import { settleAll, type Settling } from "./settle.ts";

export interface MovePorts {
  env: Env;
  objects: ObjectsPort;
}

/** Nobody else takes the job for so long; longer than a run lasts. */
const leaseMs = 5 * 60_000;
const againMs = 30_000;
const atOnce = 20;
/** Pages of one run: each execution is one call or two, of which a request may make a thousand. */
const mostPages = 20;
/** One more pass finds those whose status changed while it went on; further ones wait for turns to end. */
const mostPasses = 20;

interface Work extends Settling {
  candidates: readonly Candidate[];
}

/** Does as much as one run may. */
export async function carryOnMoves(ports: MovePorts, id: string, now: number): Promise<void> {
  const claimed = await claimMoveJob(ports.env.DB, id, now, now + leaseMs);
  if (!claimed) return;
  let job: MoveJob = claimed;
  const { DB } = ports.env;
  try {
    for (let page = 0; page < mostPages; page++) {
      const work = await workOf(ports, job, now);
      if (work.candidates.length === 0) return void (await saveMoveJob(DB, { ...job, status: "superseded" }, null));
      const { state, busy } = await nextPage(work, job.state);
      if (state === null) {
        const over = job.state.pass > 1 && !busy;
        if (over || job.state.pass >= mostPasses) return void (await saveMoveJob(DB, { ...job, status: "done" }, null));
        return void (await saveMoveJob(DB, { ...job, state: { pass: job.state.pass + 1, workflow: 0, status: 0, cursor: null } }, now + againMs));
      }
      job = { ...job, state };
      if (!(await saveMoveJob(DB, job, job.next_at))) return;
    }
    await saveMoveJob(DB, job, now);
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "moves.failed", deployment: id, tenant: job.tenant_id, message: error instanceof Error ? error.message : typeof error, consequence: "tried again in half a minute" }));
    await saveMoveJob(DB, job, now + againMs);
  }
}

/** Of the workflows that still run from the deployment. */
async function workOf({ env, objects }: MovePorts, job: MoveJob, now: number): Promise<Work> {
  const db = tenantDb(env.DB, job.tenant_id);
  const deployment = await db.first(deployments, eq(deployments.id, job.id));
  const ids = deployment?.manifest.workflows.map(({ id }) => id) ?? [];
  const rows = deployment ? await db.select(workflows, { where: eq(workflows.deployment_id, job.id) }) : [];
  const candidates = rows.filter(({ id }) => ids.includes(id)).map(({ id, bundle, version }): Candidate => ({ workflowId: id, bundle, version })).sort((one, other) => (one.workflowId < other.workflowId ? -1 : 1));
  return { objects, db, job, now, candidates };
}

/** @returns where to go on, null at the end; and whether some of the page have to be tried again */
async function nextPage(work: Work, state: MoveState): Promise<{ state: MoveState | null; busy: boolean }> {
  const { objects, job, candidates } = work;
  const candidate = candidates[state.workflow];
  const status = inFlightStatuses[state.status];
  if (!candidate) return { state: null, busy: (await work.db.count(moves, and(movesOf(job.id), eq(moves.result, "busy")))) > 0 };
  if (!status) return { state: { ...state, workflow: state.workflow + 1, status: 0, cursor: null }, busy: false };
  const query = { workflowId: candidate.workflowId, status, createdBefore: job.created_at, limit: atOnce, ...(state.cursor === null ? {} : { cursor: state.cursor }) };
  const { data, nextCursor } = await unwrap(objects.hub(job.tenant_id).list(query));
  await settleAll(work, candidate, data);
  return { state: nextCursor === null ? { ...state, status: state.status + 1, cursor: null } : { ...state, cursor: nextCursor }, busy: false };
}

/** For the cron: what requests left undone. */
export async function runDueMoves(env: Env, now: number): Promise<void> {
  for (const { id } of await listDueMoveJobs(env.DB, now, 4)) await carryOnMoves({ env, objects: objectsOf(env) }, id, now);
}
