import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { deployments } from "../../../db/schema/deployments.ts";
import type { StartRequest } from "../../../durable-objects/execution/contract.ts";
import type { Fork } from "../../../durable-objects/execution/forks.ts";
import { derivedExecutionId, newExecutionId, placementOf } from "../../../durable-objects/placement.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { RepeatedEffect, rerunBody, RerunView } from "../../../sdk/schema/rerun.ts";
import { sha256, toHex } from "../../auth/bytes.ts";
import { audited } from "../audit/record.ts";
import { iso, type TenantContext } from "../context.ts";
import { encodeJson } from "../encode.ts";
import { unwrap } from "../reply.ts";
import { withinPlan } from "../usage/starts.ts";
import { findWorkflow } from "../workflows/find.ts";
import { repeatedEffects } from "./rerun-effects.ts";

export interface RerunInput extends z.infer<typeof rerunBody> {
  id: string;
  /** The caller's Idempotency-Key: one key begins one execution. */
  key: string | null;
}

/** A start is carried out by then, or goes on while others begin, ms. */
const holdMs = 2_000;
/** Characters of an edited value that the audit log keeps. */
const mostAudited = 4_000;

/**
 * Begins a new execution whose history is a copy of another's up to a step.
 * @throws PlatformError `not-found`; `conflict` when the kept history does not fit the input or
 * the version, or the execution is under way; `effects-would-repeat`; `idempotency-key-reused`
 */
export async function rerunExecution({ ctx, input }: { ctx: TenantContext; input: RerunInput }): Promise<RerunView> {
  const { id, from, key } = input;
  const old = ctx.objects.execution(ctx.tenant, id);
  const { workflowId } = await unwrap(old.origin(ctx.tenant, id));
  const placement = placementOf(id);
  const newId = key === null ? newExecutionId(placement, ctx.now) : await derivedExecutionId(placement, ctx.tenant, workflowId, `rerun:${id}:${key}`);
  const digest = toHex(await sha256(JSON.stringify([id, from, input.input ?? null, input.result ?? null, input.input === undefined, input.result === undefined, input.version])));
  const fork = await unwrap(
    old.fork(ctx.tenant, id, {
      id: newId, from, digest,
      input: input.input === undefined ? null : encodeJson(input.input),
      ...(input.result === undefined ? {} : { result: { value: input.result } }),
      to: await candidateOf(ctx, workflowId, input.version),
    }),
  );
  const effects = await repeatedEffects(ctx.db, { id, run: fork.run }, fork.again);
  const shown = { execution_id: id, version: fork.version, kept_steps: [...fork.kept], rerun_steps: fork.again.map(({ key: step }) => step), undone_steps: [...fork.undone], effects };
  if (!fork.copied) throw misfit(fork);
  if (input.dry_run) return { ...shown, new_execution_id: null, status: null, started_at: null };
  if (!input.acknowledge_effects && (effects.length > 0 || fork.undone.length > 0)) throw wouldRepeat(effects, fork.undone);

  const request: StartRequest = {
    tenant: ctx.tenant, id: newId, workflowId, bundle: fork.bundle, version: fork.version, trigger: fork.trigger, input: fork.input,
    timeoutMs: fork.timeoutMs, createdAt: ctx.now, parent: null, ...(fork.test ? { test: fork.test } : {}),
  };
  const object = ctx.objects.execution(ctx.tenant, newId);
  const { copied } = fork;
  const begun = await withinPlan(ctx, {
    tenant: ctx.tenant,
    holdMs,
    exists: async () => key !== null && (await object.adopt(request, digest, null)).ok,
    begin: async () => {
      const outline = await unwrap(object.adopt(request, digest, copied));
      return { value: outline, created: outline.created };
    },
  });
  if (begun.created) await ctx.db.batch([audited(ctx, { action: "execution.rerun", entityId: id, ...auditedChange(input, fork, newId) })]);
  const startedAt = begun.created ? iso(ctx.now) : (await unwrap(object.get(ctx.tenant, newId, 0, "end"))).created_at;
  return { ...shown, new_execution_id: newId, status: begun.status, started_at: startedAt };
}

async function candidateOf(ctx: TenantContext, workflowId: string, version: RerunInput["version"]): Promise<{ bundle: string; version: number } | null> {
  if (version === "own") return null;
  if (version === "current") {
    const { bundle, version: current } = await findWorkflow(ctx, workflowId);
    return { bundle, version: current };
  }
  const row = await ctx.db.first(deployments, and(eq(deployments.version, version)));
  if (!row?.manifest.workflows.some(({ id }) => id === workflowId)) throw new PlatformError("not-found", `There is no version ${version} with the workflow \`${workflowId}\`. \`GET /api/v1/deployments\` lists the versions.`);
  return { bundle: row.bundle, version };
}

function misfit({ version, rehearsal: { verdict, at, error } }: Fork): PlatformError {
  if (verdict === "unreadable" || at === null) return new PlatformError("conflict", `What is kept of the history could not be followed on version ${version}: ${error?.message ?? "nothing is known of why"}.`);
  const where = `${at.where}, the history has ${at.expected} and the code comes to ${at.found}`;
  return new PlatformError("conflict", verdict === "failed" ? `On version ${version} the workflow fails before it comes to the step: ${at.found}.` : `What is kept of the history does not fit version ${version} with this input: ${where}. Begin from an earlier step, or on another version.`, [{ pointer: "/from", detail: where }]);
}

function wouldRepeat(effects: readonly RepeatedEffect[], undone: readonly string[]): PlatformError {
  const lines = [...effects.map(({ step, effect, what }) => `${step} ${effect === "unknown" ? "may have had an effect" : effect}: ${what}`), ...undone.map((step) => `${step} is kept, and was undone by its rollback`)];
  return new PlatformError("effects-would-repeat", `${lines.length} things would happen again or are not as they were: ${lines.slice(0, 5).join("; ")}${lines.length > 5 ? "; …" : ""}. Send \`acknowledge_effects: true\` to go ahead.`, lines.slice(0, 100).map((detail) => ({ pointer: "/acknowledge_effects", detail })));
}

/** What was edited, before and after; a sensitive result is not in it. */
function auditedChange(input: RerunInput, { before, sensitive, version }: Fork, newId: string): { before: object; after: object } {
  return {
    before: short({ ...before, ...(sensitive && input.result !== undefined ? { result: "[sensitive]" } : {}) }),
    after: { new_execution_id: newId, from: input.from, version, ...short({ ...(input.input === undefined ? {} : { input: input.input }), ...(input.result === undefined ? {} : { result: sensitive ? "[sensitive, edited]" : input.result }) }) },
  };
}

function short(values: object): object {
  return Object.fromEntries(Object.entries(values).map(([name, value]: [string, unknown]) => [name, JSON.stringify(value).length > mostAudited ? `[${JSON.stringify(value).length} characters]` : value]));
}
