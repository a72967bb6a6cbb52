/** With the objects that own executions, instead of those that only remember. */
import { describe, expect, it, vi } from "vitest";
import { tenantDb } from "../../../db/tenant-db.ts";
import { everythingOf, storeExecution } from "../../http/testing/stored.ts";
import { pendingApproval } from "../../http/testing/approvals.ts";
import { env, harness, type Tenant } from "../../http/testing/harness.ts";
import { colleague } from "../../http/testing/people.ts";
import { type ExecutionPort, objectsOf } from "../ports.ts";
import { findApproval } from "./row.ts";
import { tellExecution } from "./tell.ts";
import { keepUpApprovals } from "./upkeep.ts";

/** The execution has heard, and its answer is lost. */
let lossy = false;
const h = harness((bindings) => {
  const objects = objectsOf(bindings);
  const execution = (tenant: string, id: string): ExecutionPort => {
    const object = objects.execution(tenant, id);
    const decide: ExecutionPort["decide"] = async (...args) => {
      const reply = await object.decide(...args);
      if (lossy) throw new Error("the answer was lost");
      return reply;
    };
    return { ...named(object), decide };
  };
  return { execution, hub: objects.hub };
});
/** A stub has no members of its own to be copied. */
const named = (object: ExecutionPort): ExecutionPort => ({
  start: (...args) => object.start(...args), run: (...args) => object.run(...args), get: (...args) => object.get(...args), origin: (...args) => object.origin(...args), logs: (...args) => object.logs(...args), send: (...args) => object.send(...args),
  decide: (...args) => object.decide(...args), pause: (...args) => object.pause(...args), resume: (...args) => object.resume(...args), cancel: (...args) => object.cancel(...args), retry: (...args) => object.retry(...args),
  rehearse: (...args) => object.rehearse(...args), move: (...args) => object.move(...args), fork: (...args) => object.fork(...args), adopt: (...args) => object.adopt(...args),
});
const startedAt = 1_700_000_000_000;

/** A paused execution keeps what it is told, and does nothing with it. */
async function waiting(tenant: Tenant): Promise<{ id: string; execution: string }> {
  const step = { key: "sign-1", name: "sign", kind: "approval", status: "waiting", ended: null, endedAt: null, startedAt } as const;
  const execution = await storeExecution(tenant.id, { status: "paused", steps: [step] });
  const { id } = await pendingApproval(tenant, { execution, step: "sign-1", startedAt, due: null });
  return { id, execution };
}

/** How often the execution has the outcome. */
const signals = async (tenant: Tenant, execution: string) => ((JSON.parse(await everythingOf(tenant.id, execution)) as { signals: { channel: string }[] }).signals.filter(({ channel }) => channel === "approval:sign-1")).length;

describe("an execution that is told what was decided", () => {
  it("takes it once, however often it is told", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id, execution } = await waiting(tenant);
    vi.spyOn(console, "error").mockImplementation(() => {});
    lossy = true;
    expect((await ada.call("POST", `/approvals/${id}/decide`, { decision: "approved" })).body).toMatchObject({ status: "approved", workflow_execution_resumed: false });
    lossy = false;
    const db = tenantDb(env.DB, tenant.id);
    const untold = await findApproval({ db }, id);
    expect(untold).toMatchObject({ status: "approved", told_at: null });
    await keepUpApprovals(env, Date.now() + 60_000, () => {});
    expect(await findApproval({ db }, id)).toMatchObject({ status: "approved", told_at: expect.any(Number), next_at: null, outcome: null });
    // Another sweep, slower than the first.
    expect(await tellExecution({ env, db, now: Date.now(), waitUntil: () => {}, objects: objectsOf(env) }, untold)).toBe("heard");
    expect(await signals(tenant, execution)).toBe(1);
  });

  it("that has nothing waiting has the last word", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const execution = await storeExecution(tenant.id, { status: "completed" });
    const { id } = await pendingApproval(tenant, { execution, step: "sign-1", startedAt, due: null });
    expect(await ada.call("POST", `/approvals/${id}/decide`, { decision: "approved" })).toMatchObject({ status: 409, body: { detail: expect.stringContaining("Nothing waits for this decision any more") } });
    expect((await ada.call("GET", `/approvals/${id}`)).body).toMatchObject({ status: "cancelled", approved_by: null });
  });

  it("refuses what comes after its time, and then it is over", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const due = Date.now() - 1;
    const execution = await storeExecution(tenant.id, { status: "paused", steps: [{ key: "sign-1", name: "sign", kind: "approval", status: "waiting", ended: null, endedAt: null, startedAt, due }] });
    // It was asked of people with a later end than the step has.
    const { id } = await pendingApproval(tenant, { execution, step: "sign-1", startedAt, due: Date.now() + 1000 });
    await env.DB.prepare("update approvals set expires_at = ? where id = ?").bind(Date.now() + 300, id).run();
    const answer = await ada.call("POST", `/approvals/${id}/decide`, { decision: "approved" });
    expect([200, 409]).toContain(answer.status);
    expect(await signals(tenant, execution)).toBe(0);
    await keepUpApprovals(env, Date.now() + 60_000, () => {});
    expect(await findApproval({ db: tenantDb(env.DB, tenant.id) }, id)).toMatchObject({ status: "expired", decided_by: null });
  });

  it("that cannot take it now is told later", async () => {
    const tenant = await h.newTenant();
    const ada = await colleague(h, tenant);
    const { id, execution } = await waiting(tenant);
    const objects = objectsOf(env);
    const full = "x".repeat(7_999_990);
    expect(await objects.execution(tenant.id, execution).send(tenant.id, execution, "bulk", full, null)).toMatchObject({ ok: true });
    vi.spyOn(console, "error").mockImplementation(() => {});
    expect((await ada.call("POST", `/approvals/${id}/decide`, { decision: "approved" })).body).toMatchObject({ status: "approved", workflow_execution_resumed: false });
    await keepUpApprovals(env, Date.now() + 60_000, () => {});
    expect(await findApproval({ db: tenantDb(env.DB, tenant.id) }, id)).toMatchObject({ status: "approved", told_at: null, next_at: expect.any(Number) });
  });
});
