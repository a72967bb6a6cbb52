import { and, gte, lt } from "drizzle-orm";
import type { z } from "zod";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import { workflowFromSteps } from "../../../sdk/graph/steps/from-steps.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { workflowJson } from "../../../sdk/schema/workflow-steps.ts";
import { sha256, toHex } from "../../auth/bytes.ts";
import type { TenantContext } from "../context.ts";
import { createFromSource } from "../drafts/create-from-source.ts";
import { mayWriteCode } from "../workflow-steps/may-write-code.ts";
import { pointerIn } from "../workflow-steps/pointers.ts";
import { stepsRefused } from "../workflow-steps/refusals.ts";
import { getWorkflow } from "./get.ts";
import type { WorkflowDetail } from "./view.ts";

export const newWorkflow = workflowJson.omit({ id: true }).strict();
type Input = z.output<typeof newWorkflow> & {
  /** The caller's Idempotency-Key: one key makes one workflow. */
  key: string | null;
};

/**
 * Makes a workflow of its name, its trigger and its steps, and publishes it.
 * @throws PlatformError `bad-request` for steps that make no workflow; `bundle-rejected`; `plan-limit`; `idempotency-key-reused`
 */
export async function createWorkflow({ ctx, input: { key, ...json } }: { ctx: TenantContext; input: Input }): Promise<{ workflow: WorkflowDetail; created: boolean }> {
  mayWriteCode(ctx, json);
  const request = key === null ? null : `${await digest(key)}:${await digest(JSON.stringify(json))}`;
  const before = request === null ? null : await madeBy(ctx, request);
  if (before) return { workflow: await shown(ctx, before), created: false };

  const made = workflowFromSteps(json);
  if (!made.ok) throw stepsRefused(made.problems, (step) => (step === null ? "" : `/steps${pointerIn(json.steps, step)}`));
  const { is_active, category } = json;
  try {
    const workflow = await createFromSource({ ctx, input: { source: made.source, is_active, origin: "steps", ...(category == null ? {} : { category }), ...(request === null ? {} : { request }) } });
    return { workflow, created: true };
  } catch (error) {
    // The same request may have come twice at once.
    const meanwhile = request === null ? null : await madeBy(ctx, request);
    if (!meanwhile) throw error;
    return { workflow: await shown(ctx, meanwhile), created: false };
  }
}

const digest = async (text: string): Promise<string> => toHex(await sha256(text)).slice(0, 32);
const shown = (ctx: TenantContext, { id }: WorkflowRow): Promise<WorkflowDetail> => getWorkflow({ ctx: { ...ctx, workflow: null }, input: { id } });

/** @throws PlatformError `idempotency-key-reused` for a key that made another one */
async function madeBy({ db }: TenantContext, request: string): Promise<WorkflowRow | null> {
  const key = request.split(":")[0] ?? "";
  const row = await db.first(workflows, and(gte(workflows.request, `${key}:`), lt(workflows.request, `${key};`)));
  if (row && row.request !== request) throw new PlatformError("idempotency-key-reused", `The Idempotency-Key has made the workflow \`${row.id}\`, of another body.`);
  return row;
}
