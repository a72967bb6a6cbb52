/**
 * Gives the execution object what it needs of the rest of the platform.
 * @module
 */
import { eq } from "drizzle-orm";
import { workflows } from "../db/schema/workflows.ts";
import { tenantDb } from "../db/tenant-db.ts";
import type { OutsideStep, Platform } from "../durable-objects/execution/ports.ts";
import { monthly } from "../durable-objects/limiter/contract.ts";
import { derivedExecutionId } from "../durable-objects/placement.ts";
import { act } from "./actions/act.ts";
import { announceApprovals, withdrawApprovals } from "./domain/approvals/announce.ts";
import { asReply, beginThroughFlow } from "./domain/flow/begin.ts";
import { objectsOf } from "./domain/ports.ts";
import { startsAtOnce, usageOf } from "./domain/usage/usage.ts";
import { variablesSnapshot } from "./domain/variables/snapshot.ts";
import type { Env } from "./env.ts";
import { chainThrough } from "./events/chain.ts";
import { announceWaits, withdrawWaits } from "./events/waits.ts";
import { turnEnded } from "./observability/counters.ts";
import { isTracing, observerOf } from "./observability/observer.ts";
import { traceparentOf } from "./observability/trace-context.ts";
import { loadRuntime } from "./sandbox/bundles.ts";
import { LastRuntime } from "./sandbox/last-runtime.ts";

/** Makes the network door of one tenant's isolates. */
export type EgressOf = (options: { props: { tenant: string } }) => Fetcher;

/**
 * When thousands of a tenant's executions wake at the same moment, others get their turns in
 * between: for each start that the plan carries out at once, so many turns are under way.
 */
const turnsPerStart = 4;
/** A turn that takes longer mostly waits itself, and makes room, ms. */
const turnHoldMs = 250;

export function platformOf(env: Env, egress: EgressOf, waitUntil: (work: Promise<unknown>) => void): Platform {
  const objects = objectsOf(env);
  const runtime = new LastRuntime((tenant, bundle) => loadRuntime(env.LOADER, env.BLOBS, (owner) => egress({ props: { tenant: owner } }), tenant, bundle));
  return {
    observer: observerOf(env, waitUntil),
    async runTurn(tenant, bundle, input, host) {
      const usage = usageOf(env);
      const leave = await usage.turns.enter(tenant, { places: turnsPerStart * startsAtOnce(usage, tenant), holdMs: turnHoldMs, longest: Number.POSITIVE_INFINITY });
      try {
        const result = await runtime.turn(tenant, bundle, input, host);
        turnEnded("ended");
        return result;
      } catch (error) {
        turnEnded("crashed");
        throw error;
      } finally {
        leave?.();
      }
    },
    async childStart({ tenant, ...parent }, workflowId, { stepKey, key, input }) {
      const workflow = await tenantDb(env.DB, tenant).first(workflows, eq(workflows.id, workflowId));
      if (!workflow?.is_active) return null;
      const { placement, timeout_ms, flow } = workflow.manifest;
      return {
        tenant,
        id: await derivedExecutionId(placement, tenant, workflowId, key),
        workflowId,
        bundle: workflow.bundle,
        version: workflow.version,
        trigger: { kind: "child", source: parent.executionId, chain: chainThrough(parent), ...(flow ? { flow: true } : {}), ...(isTracing(env) ? { traceparent: traceparentOf(parent.executionId, stepKey, parent.traceparent) } : {}) },
        input,
        timeoutMs: timeout_ms ?? null,
        createdAt: Date.now(),
        parent: { id: parent.executionId, stepKey },
      };
    },
    async begin(request) {
      if (!request.trigger.flow) return objects.execution(request.tenant, request.id).start(request);
      const workflow = await tenantDb(env.DB, request.tenant).first(workflows, eq(workflows.id, request.workflowId));
      return asReply(await beginThroughFlow(objects, request, workflow?.manifest.flow ?? {}));
    },
    async cancel(tenant, id, options) {
      const reply = await objects.execution(tenant, id).cancel(tenant, id, options);
      const known = reply.ok || reply.code !== "not-found" ? null : await objects.hub(tenant).find(id);
      return known?.queued && known.start ? objects.flow(tenant, known.start.workflowId).cancel(id, options.reason) : reply;
    },
    released: (tenant, workflowId, id) => objects.flow(tenant, workflowId).released(id),
    childStarted: (tenant) => usageOf(env).leases.count(tenant, monthly, 1, () => {}),
    variables: (tenant, workflowId, executionId) => variablesSnapshot(env, tenant, workflowId, executionId),
    act: (cause, asked) => act({ env, now: Date.now(), waitUntil }, cause, asked),
    async announce(cause, steps) {
      const of = (kind: OutsideStep["kind"]) => steps.filter((step) => step.kind === kind);
      await Promise.all([announceWaits(env, cause, of("event")), announceApprovals(env, cause, of("approval"))]);
    },
    async withdraw(cause, steps) {
      await Promise.all([withdrawWaits(env, cause, steps), withdrawApprovals(env, cause, steps)]);
    },
    execution: (tenant, id) => objects.execution(tenant, id),
    register: (tenant, entry) => objects.hub(tenant).put(entry),
    async putBlob(key, bytes) {
      await env.BLOBS.put(key, bytes);
    },
    async getBlob(key) {
      const stored = await env.BLOBS.get(key);
      if (!stored) throw new Error(`the stored value ${key} is gone`);
      return new Uint8Array(await stored.arrayBuffer());
    },
  };
}
