/**
 * Starts the workflows that an event is a trigger of: one execution for each, whatever is
 * repeated. Which execution it will be is written down first; that it was started, afterwards.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { eventStarts, eventTriggers } from "../../../db/schema/events.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { type TenantDb, tenantDb } from "../../../db/tenant-db.ts";
import type { OutboxEvent } from "../../../durable-objects/dispatcher/contract.ts";
import { derivedExecutionId, placementOf } from "../../../durable-objects/placement.ts";
import type { Trigger } from "../../../sdk/schema/execution.ts";
import { matchesFilter } from "../../../sdk/schema/filter.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { encodeJson } from "../../domain/encode.ts";
import { startExecution } from "../../domain/executions/start.ts";
import { objectsOf } from "../../domain/ports.ts";
import { usageOf } from "../../domain/usage/usage.ts";
import type { Env } from "../../env.ts";
import { deadLettered } from "../dead-lettered.ts";
import { loopAt } from "../loop-guard.ts";
import type { Sink } from "./sink.ts";

type StartRow = typeof eventStarts.$inferSelect;

export const executions: Sink = async (env, event) => {
  const db = tenantDb(env.DB, event.tenant_id);
  const [triggers, before] = await Promise.all([db.select(eventTriggers, { where: eq(eventTriggers.type, event.type) }), db.select(eventStarts, { where: eq(eventStarts.event_id, event.id) })]);
  const known = new Set(before.map(({ workflow_id }) => workflow_id));
  const matching = new Set(triggers.filter(({ filter }) => matchesFilter(filter ?? {}, event.data, event.previous)).map(({ workflow_id }) => workflow_id));
  const wanted = [...new Set([...matching].filter((id) => !known.has(id)).concat(before.filter(isOpen).map(({ workflow_id }) => workflow_id)))];
  if (wanted.length === 0) return;
  const active = await db.select(workflows, { where: and(among(workflows.id, wanted), eq(workflows.is_active, true)) });
  const fresh = await Promise.all(active.filter(({ id }) => !known.has(id)).map((workflow) => rowFor(event, workflow)));
  await write(db, event, fresh);
  await startAll(env, db, event, active, [...before, ...fresh].filter(isOpen));
};

const isOpen = ({ execution_id, started_at }: Pick<StartRow, "execution_id" | "started_at">): boolean => execution_id !== null && started_at === null;

const keyOf = ({ id }: OutboxEvent): string => `event:${id}`;

async function rowFor(event: OutboxEvent, { id, manifest }: WorkflowRow): Promise<StartRow> {
  const refusal = loopAt(event.chain, id);
  const row = { tenant_id: event.tenant_id, event_id: event.id, workflow_id: id, started_at: null, created_at: Date.now() };
  if (refusal !== null) return { ...row, execution_id: null, code: "event-loop", detail: refusal };
  return { ...row, execution_id: await derivedExecutionId(manifest.placement, event.tenant_id, id, keyOf(event)), code: null, detail: null };
}

async function write(db: TenantDb, event: OutboxEvent, rows: readonly StartRow[]): Promise<void> {
  if (rows.length === 0) return;
  const refused = rows.find(({ code }) => code !== null);
  await db.batch([
    ...rows.map((row) => db.upsert(eventStarts, row, [eventStarts.tenant_id, eventStarts.event_id, eventStarts.workflow_id], { event_id: row.event_id })),
    ...(refused ? deadLettered({ db, now: Date.now() }, event, refused.detail ?? "") : []),
  ]);
}

/** @throws AggregateError of those that could not be started, after the others were */
async function startAll(env: Env, db: TenantDb, event: OutboxEvent, active: readonly WorkflowRow[], rows: readonly StartRow[]): Promise<void> {
  const byId = new Map(active.map((workflow) => [workflow.id, workflow]));
  const starts = rows.flatMap(({ workflow_id, execution_id }) => {
    const workflow = byId.get(workflow_id);
    // One that was switched off meanwhile is not started any more.
    return workflow && execution_id !== null ? [{ workflow, executionId: execution_id }] : [];
  });
  const results = await Promise.allSettled(starts.map(async ({ workflow, executionId }) => ({ workflow, outcome: await start(env, event, workflow, executionId) })));
  const done = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  await db.batch(done.map(({ workflow, outcome }) => db.update(eventStarts, outcome, and(eq(eventStarts.event_id, event.id), eq(eventStarts.workflow_id, workflow.id)))));
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  if (errors.length > 0) throw new AggregateError(errors);
}

/** What the workflow itself wants refused is no failure: its flow says so, and trying again would change what it means. */
const refusedByFlow: ReadonlySet<string> = new Set(["flow-singleton", "flow-rate-limited"]);

type Outcome = Partial<Pick<StartRow, "execution_id" | "started_at" | "code" | "detail">>;

/**
 * The placement is that of the id that was chosen, whatever has been deployed since. A flow may
 * join the start to another execution, which is then the one that was started.
 */
async function start(env: Env, event: OutboxEvent, workflow: WorkflowRow, executionId: string): Promise<Outcome> {
  try {
    const { id } = await startExecution({
      ctx: { objects: objectsOf(env), usage: usageOf(env), now: Date.now(), waitUntil: () => {} },
      tenant: event.tenant_id,
      workflow: { ...workflow, manifest: { ...workflow.manifest, placement: placementOf(executionId) } },
      input: encodeJson(event.data),
      trigger: triggerOf(event),
      key: keyOf(event),
    });
    return { execution_id: id, started_at: Date.now() };
  } catch (error) {
    if (error instanceof PlatformError && refusedByFlow.has(error.code)) return { execution_id: null, code: error.code, detail: error.message };
    throw error;
  }
}

function triggerOf({ id, type, record_type, record_id, chain }: OutboxEvent): Trigger {
  const record = record_type === null || record_id === null ? {} : { record: { type: record_type, id: record_id } };
  return { kind: "event", source: type, event: { id, type, ...record }, ...(chain.length > 0 ? { chain } : {}) };
}
