/**
 * Ends executions of a workflow that was deleted: those that wait their turn, and those under
 * way where that was asked for. A row of the deletion's own batch; a page of executions, how far
 * it is into the row, the next page. A crash repeats a page, and ends nothing twice.
 * @module
 */
import { type EndJob, claimEndJob, listDueEndJobs, saveEndJob } from "../../../db/end-jobs.ts";
import { newId } from "../../../db/ids.ts";
import { endJobs } from "../../../db/schema/ends.ts";
import { type Statement, tenantDb } from "../../../db/tenant-db.ts";
import type { ExecutionStatus } from "../../../sdk/schema/execution.ts";
import type { Env } from "../../env.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { inFlightStatuses } from "../gate/in-flight.ts";
import { objectsOf, type ObjectsPort } from "../ports.ts";
import { unwrap } from "../reply.ts";

interface Ports {
  env: Env;
  objects: ObjectsPort;
}

/** Nobody else takes the job for so long; longer than a run lasts. */
const leaseMs = 5 * 60_000;
const againMs = 30_000;
const atOnce = 20;
/** Pages of one run: each execution is a call or two, of which a request may make a thousand. */
const mostPages = 20;
/** Another pass finds those whose status changed while it went on. */
const passes = 2;

const statusesOf = ({ under_way }: EndJob): readonly ExecutionStatus[] => (under_way ? ["queued", ...inFlightStatuses] : ["queued"]);

/** A statement of the batch that deletes the workflow, and what begins the work after it. */
export function endingExecutions(ctx: TenantContext, workflowId: string, underWay: boolean): { statement: Statement; begin(): void } {
  const id = newId(ctx.now);
  const { actor, env, objects, now } = ctx;
  const ender = actor.kind === "user" ? ({ kind: "user", userId: actor.userId } as const) : ({ kind: "api_key", keyId: actor.keyId } as const);
  const row = { id, workflow_id: workflowId, under_way: underWay, ender, state: { pass: 1, status: 0, cursor: null }, next_at: now, created_at: now };
  return { statement: ctx.db.insert(endJobs, row), begin: () => ctx.waitUntil(endExecutions({ env, objects }, id, now)) };
}

/** Does as much as one run may. */
export async function endExecutions(ports: Ports, id: string, now: number): Promise<void> {
  const { DB } = ports.env;
  const claimed = await claimEndJob(DB, id, now, now + leaseMs);
  if (!claimed) return;
  let job: EndJob = claimed;
  try {
    for (let page = 0; page < mostPages; page++) {
      const { pass, status, cursor } = job.state;
      const wanted = statusesOf(job)[status];
      if (wanted === undefined) {
        if (pass >= passes) return void (await saveEndJob(DB, job, null));
        return void (await saveEndJob(DB, { ...job, state: { pass: pass + 1, status: 0, cursor: null } }, now + againMs));
      }
      const { data, nextCursor } = await unwrap(ports.objects.hub(job.tenant_id).list({ workflowId: job.workflow_id, status: wanted, createdBefore: job.created_at + 1, limit: atOnce, ...(cursor === null ? {} : { cursor }) }));
      const ended = await Promise.all(data.map((one) => end(ports, job, one.id)));
      await note(ports, job, now, ended.filter((one) => one !== null));
      job = { ...job, state: nextCursor === null ? { pass, status: status + 1, cursor: null } : { pass, status, cursor: nextCursor } };
      if (!(await saveEndJob(DB, job, job.next_at))) return;
    }
    await saveEndJob(DB, job, now);
  } catch (error) {
    console.error(JSON.stringify({ level: "error", event: "ends.failed", job: id, tenant: job.tenant_id, message: error instanceof Error ? error.message : typeof error, consequence: "tried again in half a minute" }));
    await saveEndJob(DB, job, now + againMs);
  }
}

/** Its id; null when it has ended by itself. */
async function end({ objects }: Ports, { tenant_id: tenant, workflow_id }: EndJob, id: string): Promise<string | null> {
  const reason = `its workflow \`${workflow_id}\` was deleted`;
  const object = objects.execution(tenant, id);
  const reply = await object.cancel(tenant, id, { rollback: false, reason });
  if (reply.ok) return id;
  if (reply.code !== "not-found") return null;
  const waiting = await objects.flow(tenant, workflow_id).cancel(id, reason);
  if (waiting.ok) return id;
  // It began, or was never begun: between the two questions, or by a process that died.
  return (await objects.hub(tenant).restart(id)) && (await object.cancel(tenant, id, { rollback: false, reason })).ok ? id : null;
}

async function note({ env }: Ports, { tenant_id, workflow_id, ender }: EndJob, now: number, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const db = tenantDb(env.DB, tenant_id);
  await db.batch(ids.map((id) => audited({ db, now, requestId: null, caller: { ip: null }, actor: ender }, { action: "execution.cancel", entityId: id, after: { reason: `its workflow \`${workflow_id}\` was deleted` } })));
}

/** For the cron: what requests left undone. */
export async function runDueEnds(env: Env, now: number): Promise<void> {
  for (const { id } of await listDueEndJobs(env.DB, now, 4)) await endExecutions({ env, objects: objectsOf(env) }, id, now);
}
