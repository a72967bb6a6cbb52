/**
 * The event bus on a real database, with executions that only remember what they are told.
 * @module
 */
import { drain } from "../../../durable-objects/dispatcher/dispatch.ts";
import type { Reply } from "../../../durable-objects/execution/contract.ts";
import type { DispatchPorts } from "../../../durable-objects/dispatcher/contract.ts";
import type { Cause, OutsideStep } from "../../../durable-objects/execution/ports.ts";
import { type TenantDb, tenantDb } from "../../../db/tenant-db.ts";
import type { EventFilter } from "../../../sdk/schema/filter.ts";
import { env as bindings, type Harness, type Tenant } from "../../http/testing/harness.ts";
import { type TestObjects, testObjects } from "../../http/testing/objects.ts";
import type { Env } from "../../env.ts";
import { emit, type NewEvent, type EmitContext } from "../emit.ts";
import { dispatcherPlatform, outboxOf } from "../outbox.ts";
import { announceWaits, withdrawWaits } from "../waits.ts";

type Delivery = [execution: string, step: string, payload: string, dedupe: string];

export interface Bus {
  tenant: Tenant;
  db: TenantDb;
  env: Env;
  objects: TestObjects;
  /** What waiting steps were told. */
  deliveries: Delivery[];
  /** What an execution answers; that it takes it when left out. */
  answers: Map<string, Reply<{ accepted: boolean }> | Error>;
  time: { now: number };
  /** Commits an event, and does not dispatch it. @returns its id */
  happens(event: NewEvent, more?: Partial<EmitContext>): Promise<string>;
  /** @param ports in place of the outbox's */
  dispatch(ports?: (outbox: DispatchPorts) => DispatchPorts): Promise<number | null>;
  announce(execution: string, step: string, type: string, match: EventFilter, rest?: Partial<OutsideStep>): Promise<void>;
  withdraw(execution: string, ...steps: string[]): Promise<void>;
}

export async function busIn(h: Harness, more: Parameters<Harness["newTenant"]>[0] = {}): Promise<Bus> {
  const tenant = await h.newTenant(more);
  const objects = testObjects();
  const deliveries: Delivery[] = [];
  const answers: Bus["answers"] = new Map();
  const time = { now: Date.now() };
  const deliver = async (_tenant: string, execution: string, ...rest: [string, string, string]): Promise<Reply<{ accepted: boolean }>> => {
    const answer = answers.get(execution) ?? { ok: true, value: { accepted: true } };
    if (answer instanceof Error) throw answer;
    if (answer.ok) deliveries.push([execution, ...rest]);
    return answer;
  };
  const executions = { getByName: () => ({ ...objects.execution("", ""), deliver }) };
  // Only `dispatch` dispatches.
  const dispatchers = { getByName: () => ({ nudge: async () => {} }) };
  const env: Env = { ...bindings, EXECUTION: executions as unknown as Env["EXECUTION"], DISPATCHER: dispatchers as unknown as Env["DISPATCHER"] };
  const db = tenantDb(env.DB, tenant.id);
  const causeOf = (executionId: string): Cause => ({ tenant: tenant.id, executionId, workflowId: "waiting", chain: [] });
  return {
    tenant, db, env, objects, deliveries, answers, time,
    async happens(event, rest = {}) {
      const id = event.id ?? crypto.randomUUID();
      await db.batch([emit({ db, now: time.now, actor: { kind: "system" }, ...rest }, { ...event, id })]);
      return id;
    },
    async dispatch(change = (outbox) => outbox) {
      // Whether the tenant is active decides, as in the object.
      if ((await dispatcherPlatform(env).outbox(tenant.id)) === null) return null;
      return drain(change({ ...outboxOf(env, tenant.id), now: () => time.now }));
    },
    announce: (execution, key, type, match, rest = {}) => announceWaits(env, causeOf(execution), [{ key, kind: "event", startedAt: time.now, due: null, detail: { type, match }, ...rest }]),
    withdraw: (execution, ...steps) => withdrawWaits(env, causeOf(execution), steps),
  };
}
