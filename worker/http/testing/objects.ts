/**
 * Executions that only remember what they were told, behind the same contracts as the real
 * objects: the HTTP side is tested here, the engine has its own tests.
 * @module
 */
import type { Outline, Reply, StartRequest } from "../../../durable-objects/execution/contract.ts";
import type { Fork } from "../../../durable-objects/execution/forks.ts";
import type { ListQuery } from "../../../durable-objects/tenant-hub/contract.ts";
import { toJson } from "../../../sdk/schema/codec.ts";
import type { ExecutionStatus, ExecutionSummary, ExecutionView } from "../../../sdk/schema/execution.ts";
import type { Rehearsal } from "../../../sdk/schema/rehearsal.ts";
import type { ExecutionPort, HubPort, ObjectsPort } from "../../domain/ports.ts";

interface Kept {
  request: StartRequest;
  status: ExecutionStatus;
  /** Calls after the start, as `verb` and arguments. */
  calls: unknown[][];
  seen: Set<string>;
}

export interface TestObjects extends ObjectsPort {
  /** Every start that created something. */
  readonly started: StartRequest[];
  /** What an execution was told after it began. */
  told(id: string): unknown[][];
  /** What rehearsals of an execution find; the same, when nothing is said. */
  readonly verdicts: Map<string, Partial<Rehearsal>>;
  /** What a re-run of an execution is made of, besides what it always is. */
  readonly forks: Map<string, Partial<Fork>>;
  /** Makes every start fail, as when an object is overloaded. */
  failStarts(error: Error | null): void;
}

export function testObjects(): TestObjects {
  const kept = new Map<string, Kept>();
  const started: StartRequest[] = [];
  let failure: Error | null = null;

  const verdicts: TestObjects["verdicts"] = new Map();
  const forks: TestObjects["forks"] = new Map();
  const digests = new Map<string, string>();
  const rehearsal = (id: string): Rehearsal => ({ verdict: "same", steps: 1, at: null, error: null, ...verdicts.get(id) });

  const begin = (request: StartRequest): Reply<Outline> => {
    if (failure) throw failure;
    const before = kept.get(request.id);
    if (before && request.inputMustMatch && before.request.input !== request.input) return { ok: false, code: "idempotency-key-reused", detail: "another input" };
    if (before) return { ok: true, value: { id: request.id, status: before.status, created: false } };
    kept.set(request.id, { request, status: "running", calls: [], seen: new Set() });
    started.push(request);
    return { ok: true, value: { id: request.id, status: "running", created: true } };
  };
  const on = <T>(tenant: string, id: string, act: (found: Kept) => T): Reply<T> => {
    const found = kept.get(id);
    if (!found || found.request.tenant !== tenant) return { ok: false, code: "not-found", detail: `There is no execution ${id}.` };
    return { ok: true, value: act(found) };
  };
  const change = (tenant: string, id: string, status: ExecutionStatus, ...call: unknown[]) =>
    on(tenant, id, (found): Outline => {
      found.status = status;
      found.calls.push(call);
      return { id, status, created: false };
    });

  const execution: ExecutionPort = {
    start: async (request) => begin(request),
    run: async (request, waitMs) => {
      const begun = begin(request);
      if (!begun.ok) return begun;
      change(request.tenant, request.id, "completed", "run", waitMs);
      return on(request.tenant, request.id, view);
    },
    get: async (tenant, id, waitMs) =>
      on(tenant, id, (found) => {
        if (waitMs > 0) found.calls.push(["get", waitMs]);
        return view(found);
      }),
    origin: async (tenant, id) => on(tenant, id, ({ request: { workflowId, trigger, input } }) => ({ workflowId, trigger, input })),
    logs: async (tenant, id, after, limit) =>
      on(tenant, id, () => [1, 2, 3].filter((seq) => seq > after).slice(0, limit).map((seq) => ({ seq, at: "2026-01-01T00:00:00.000Z", level: "info" as const, message: `line ${seq}`, step: null }))),
    send: async (tenant, id, type, payload, dedupe) =>
      on(tenant, id, (found) => {
        if (dedupe !== null && found.seen.has(dedupe)) return { accepted: false };
        if (dedupe !== null) found.seen.add(dedupe);
        found.calls.push(["send", type, payload]);
        return { accepted: true };
      }),
    decide: async (tenant, id, stepKey, decision) =>
      on(tenant, id, (found) => {
        found.calls.push(["decide", stepKey, decision]);
        return { accepted: true };
      }),
    pause: async (tenant, id) => change(tenant, id, "paused", "pause"),
    resume: async (tenant, id) => change(tenant, id, "running", "resume"),
    cancel: async (tenant, id, options) => change(tenant, id, "cancelled", "cancel", options),
    retry: async (tenant, id, fromStep) => change(tenant, id, "running", "retry", fromStep),
    rehearse: async (tenant, id) => on(tenant, id, () => rehearsal(id)),
    move: async (tenant, id, to) =>
      on(tenant, id, (found) => {
        const heard = rehearsal(id);
        if (heard.verdict !== "same") return { result: "kept", rehearsal: heard, version: found.request.version };
        found.calls.push(["move", to.version]);
        found.request = { ...found.request, bundle: to.bundle, version: to.version };
        return { result: "moved", rehearsal: heard, version: to.version };
      }),
    fork: async (tenant, id, asked) =>
      on(tenant, id, ({ request, status }) => {
        const { bundle, version } = asked.to ?? request;
        const lineage = { of: id, from: asked.from, digest: asked.digest, seed: `${id}:1`, createdAt: request.createdAt };
        return {
          workflowId: request.workflowId, status, bundle, version, input: asked.input ?? request.input, trigger: { ...request.trigger, kind: "rerun", source: id }, timeoutMs: 1, run: 1, test: null,
          kept: [], again: [], undone: [], rehearsal: rehearsal(id), before: {}, sensitive: false, copied: { journal: "[]", run: 1, variables: null, lineage }, ...forks.get(id),
        };
      }),
    adopt: async (request, digest, copied) => {
      const before = digests.get(request.id);
      if (before !== undefined && before !== digest) return { ok: false, code: "idempotency-key-reused", detail: "another request" };
      if (before === undefined && copied === null) return { ok: false, code: "not-found", detail: `There is no execution ${request.id}.` };
      digests.set(request.id, digest);
      return begin(request);
    },
  };

  return {
    started,
    verdicts,
    forks,
    told: (id) => kept.get(id)?.calls ?? [],
    failStarts: (error) => {
      failure = error;
    },
    execution: () => execution,
    flow: () => ({ offer: async (request) => ({ ok: false, code: "unavailable", detail: `no flow for ${request.id}`, retryMs: null }), find: async () => null, cancel: async () => ({ ok: false, code: "not-found", detail: "" }) }),
    hub: (tenant) => hub(() => [...kept.values()].filter((one) => one.request.tenant === tenant)),
  };
}

function summary({ request, status }: Kept): ExecutionSummary {
  return {
    id: request.id,
    workflow_id: request.workflowId,
    version: request.version,
    status,
    trigger: request.trigger.kind,
    parent_id: null,
    created_at: new Date(request.createdAt).toISOString(),
    completed_at: null,
    duration_ms: null,
    error_message: null,
  };
}

function view(found: Kept): ExecutionView {
  const input = toJson(found.request.input);
  return { ...summary(found), input, output: null, error: null, trigger_data: found.request.trigger, run: 1, steps: [], divergence: null };
}

function hub(mine: () => Kept[]): HubPort {
  return {
    list: async (query: ListQuery) => {
      const fits = mine().filter(({ request, status }) => (!query.workflowId || request.workflowId === query.workflowId) && (!query.status || status === query.status));
      const from = Number(query.cursor ?? 0);
      const data = fits.slice(from, from + query.limit).map(summary);
      return { ok: true, value: { data, nextCursor: from + query.limit < fits.length ? String(from + query.limit) : null } };
    },
    find: async () => null,
    restart: async () => false,
    activity: async () => [],
    counts: async () => mine().map((one) => ({ workflow_id: one.request.workflowId, status: one.status, count: 1, last_at: summary(one).created_at })),
  };
}
