/**
 * What becomes of a page of executions, and the rows that say so.
 * @module
 */
import { among } from "../../../db/among.ts";
import type { MoveJob } from "../../../db/move-jobs.ts";
import { moves } from "../../../db/schema/moves.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import type { Candidate } from "../../../durable-objects/execution/contract.ts";
import type { ExecutionSummary } from "../../../sdk/schema/execution.ts";
import type { InFlight } from "../../../sdk/schema/in-flight.ts";
import type { Rehearsal } from "../../../sdk/schema/rehearsal.ts";
import { audited, type Change } from "../audit/record.ts";
import type { ObjectsPort } from "../ports.ts";
import { unwrap } from "../reply.ts";
import { moveId } from "./rows.ts";

export interface Settling {
  objects: ObjectsPort;
  db: TenantDb;
  job: MoveJob;
  now: number;
}

type Result = (typeof moves.$inferSelect)["result"];
interface Settled {
  result: Result;
  rehearsal: Rehearsal | null;
  /** The version it ran on. */
  from: number;
  /** For the audit log. */
  change?: Pick<Change, "action" | "before" | "after">;
}

export async function settleAll(work: Settling, to: Candidate, executions: readonly ExecutionSummary[]): Promise<void> {
  const { db, job, now } = work;
  const done = await db.select(moves, { where: among(moves.id, executions.map(({ id }) => moveId(job.id, id))) });
  const settled = new Set(done.filter(({ result }) => result !== "busy").map(({ id }) => id));
  const open = executions.filter(({ id }) => !settled.has(moveId(job.id, id)));
  const statements: Statement[] = [];
  await Promise.all(
    open.map(async (execution) => {
      const became = await settle(work, to, execution);
      if (became === null) return;
      const { result, rehearsal, from, change } = became;
      const row = { workflow_id: to.workflowId, from_version: from, status: execution.status, result, verdict: rehearsal?.verdict ?? null, at: rehearsal?.at ?? null, updated_at: now };
      statements.push(db.upsert(moves, { id: moveId(job.id, execution.id), ...row }, [moves.tenant_id, moves.id], row));
      if (change) statements.push(audited({ db, now, requestId: null, caller: { ip: null }, actor: job.mover }, { ...change, entityId: execution.id }));
    }),
  );
  if (statements.length > 0) await db.batch(statements);
}

/** An execution that is named stays, moves or ends whatever its group. */
function choiceFor({ same = "pin", differs = "pin", pin = [], migrate = [], cancel = [] }: InFlight, id: string): { same: "pin" | "migrate"; differs: "pin" | "cancel" } | "pin" | "cancel" | null {
  if (cancel.includes(id)) return "cancel";
  if (migrate.includes(id)) return { same: "migrate", differs: "pin" };
  if (pin.includes(id)) return "pin";
  return same === "pin" && differs === "pin" ? null : { same, differs };
}

/** Null: nothing is to be done with it, or it is gone. */
async function settle(work: Settling, to: Candidate, execution: ExecutionSummary): Promise<Settled | null> {
  const choice = choiceFor(work.job.choices, execution.id);
  const from = execution.version;
  if (choice === null) return null;
  if (choice === "pin") return { result: "pinned", rehearsal: null, from };
  if (choice === "cancel") return cancel(work, to, execution, null);
  const object = work.objects.execution(work.db.tenant, execution.id);
  if (choice.same === "migrate") {
    const reply = await object.move(work.db.tenant, execution.id, to);
    if (!reply.ok) return null;
    const { result, rehearsal, version } = reply.value;
    if (result === "moved") return { result, rehearsal, from, change: { action: "execution.move", before: { version: from }, after: { version } } };
    if (result !== "kept") return { result, rehearsal, from };
    return refused(rehearsal) && choice.differs === "cancel" ? cancel(work, to, execution, rehearsal) : { result: "pinned", rehearsal, from };
  }
  const reply = await object.rehearse(work.db.tenant, execution.id, to);
  if (!reply.ok) return null;
  return refused(reply.value) ? cancel(work, to, execution, reply.value) : { result: "pinned", rehearsal: reply.value, from };
}

/** What cannot be read is no difference. */
function refused(rehearsal: Rehearsal | null): boolean {
  return rehearsal?.verdict === "differs" || rehearsal?.verdict === "failed";
}

async function cancel({ objects, db }: Settling, to: Candidate, { id, version }: ExecutionSummary, rehearsal: Rehearsal | null): Promise<Settled | null> {
  const options = { rollback: false, reason: `version ${to.version} of ${to.workflowId} went live, and executions like this one were to end${rehearsal?.at ? `: it expected ${rehearsal.at.expected} and found ${rehearsal.at.found}` : ""}`.slice(0, 500) };
  const reply = await objects.execution(db.tenant, id).cancel(db.tenant, id, options);
  if (!reply.ok && reply.code === "conflict") return { result: "ended", rehearsal, from: version };
  await unwrap(reply);
  return { result: "cancelled", rehearsal, from: version, change: { action: "execution.cancel", after: options } };
}
