/**
 * Graphs of published versions: a version never changes, so each is read and parsed once as long
 * as it is remembered.
 * @module
 */
import { and, eq } from "drizzle-orm";
import { deployments } from "../../../db/schema/deployments.ts";
import { workflowVersions } from "../../../db/schema/drafts.ts";
import type { TenantContext } from "../context.ts";
import { readSources } from "../deployments/sources.ts";
import { holderOf } from "../versions/holder.ts";
import { type ShownStep, shownSteps } from "./shown-steps.ts";
import { tryToOpen } from "./open-source.ts";

export interface VersionSteps {
  steps: readonly ShownStep[];
  /** What it runs as: the step's name, by node. */
  names: ReadonlyMap<string, ShownStep>;
  /** Why they are not all there; null: they are. */
  missing: string | null;
}

const known = new Map<string, VersionSteps>();
/** Steps that are remembered in all. */
const mostSteps = 20_000;

/** Those asked for last are kept. */
export async function stepsOfVersion(ctx: TenantContext, of: { id: string; version: number }): Promise<VersionSteps> {
  const key = `${ctx.tenant}:${of.id}:${of.version}`;
  const found = known.get(key) ?? (await read(ctx, of));
  known.delete(key);
  known.set(key, found);
  let size = 0;
  for (const { steps } of known.values()) size += steps.length + 1;
  for (const [old, { steps }] of known) {
    if (size <= mostSteps || old === key) break;
    known.delete(old);
    size -= steps.length + 1;
  }
  return found;
}

const nothing = (missing: string): VersionSteps => ({ steps: [], names: new Map(), missing });

async function read(ctx: TenantContext, { id, version }: { id: string; version: number }): Promise<VersionSteps> {
  const [deployment, row] = await Promise.all([ctx.db.first(deployments, eq(deployments.version, version)), ctx.db.first(workflowVersions, and(eq(workflowVersions.workflow_id, id), eq(workflowVersions.version, version)))]);
  const manifest = deployment?.manifest.workflows.find((one) => one.id === id);
  if (!deployment || !manifest) return nothing("This version is not there any more.");
  const files = await readSources(ctx, deployment);
  const file = row ? row.file : holderOf({ sources: files }, manifest);
  const source = file === null ? undefined : files[file];
  if (file === null || source === undefined) return nothing("It was deployed without its source.");
  const opened = tryToOpen({ id, exported: manifest.export, source, file, files });
  if (!opened) return nothing(`${file} does not show where the workflow is.`);
  const steps = shownSteps(opened);
  return { steps, names: namesOf(steps), missing: null };
}

/** The first of each name. */
function namesOf(steps: readonly ShownStep[]): Map<string, ShownStep> {
  const names = new Map<string, ShownStep>();
  for (const step of steps) if (step.runs_as !== null && !names.has(step.runs_as)) names.set(step.runs_as, step);
  return names;
}
