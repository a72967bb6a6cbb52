import { desc } from "drizzle-orm";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { among } from "../../../db/among.ts";
import { deployments } from "../../../db/schema/deployments.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { DeploymentRequest, WorkflowManifest } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { manifestFaults, rejection } from "../deployments/faults.ts";
import type { BundleProblem } from "../ports.ts";
import { countInFlight, inFlightStatuses, newestOf } from "./in-flight.ts";
import { replayAll, tallyOf } from "./replay.ts";
import type { DeploymentPreview, RehearsedExecution, WorkflowPreview } from "../../../sdk/schema/gate.ts";

/** Executions that one preview replays at most, of each kind. */
const mostInFlight = 200;
const mostEnded = 200;
const mostEndedOfAKind = 20;
/** No more are begun after so long, ms. */
const patienceMs = 25_000;

interface Look {
  ctx: TenantContext;
  bundle: string;
  /** The one it would get. */
  version: number;
  inFlight: Map<string, number>;
  /** Of how many workflows the bounds are shared. */
  sharers: number;
  until: number;
}

/**
 * What a deployment would change, and what the recorded histories of its workflows say to it.
 * Nothing points at it, and nothing is carried out.
 * @throws PlatformError `bundle-rejected` with file, line and reason
 */
export async function previewDeployment({ ctx, input, place = (problem) => problem }: { ctx: TenantContext; input: DeploymentRequest; place?: (problem: BundleProblem) => BundleProblem }): Promise<DeploymentPreview> {
  if (!Object.hasOwn(input.modules, input.main)) {
    throw new PlatformError("bundle-rejected", `\`main\` names ${input.main}, which is not in \`modules\`.`, [{ pointer: "/main", detail: "no such module" }]);
  }
  const prepared = await ctx.sandbox.prepare(ctx.env, ctx.tenant, input);
  const faults = prepared.ok ? manifestFaults(prepared.manifest, input, ctx.now) : prepared.problems;
  if (!prepared.ok || faults.length > 0) throw rejection(faults.map(place));

  const { bundle, manifest } = prepared;
  const [rows, [newest], inFlight] = await Promise.all([
    ctx.db.select(workflows, { where: among(workflows.id, manifest.workflows.map(({ id }) => id)) }),
    ctx.db.select(deployments, { orderBy: desc(deployments.version), limit: 1 }),
    countInFlight(ctx.objects, ctx.tenant),
  ]);
  const known = new Map(rows.map((row) => [row.id, row]));
  const changed = manifest.workflows.filter(({ id }) => known.get(id) && known.get(id)?.bundle !== bundle).length;
  const look: Look = { ctx, bundle, version: (newest?.version ?? 0) + 1, inFlight, sharers: Math.max(1, changed), until: Date.now() + patienceMs };
  const shown: WorkflowPreview[] = [];
  for (const workflow of manifest.workflows) shown.push(await lookAt(look, workflow, known.get(workflow.id)));
  return { bundle, workflows: shown };
}

async function lookAt(look: Look, manifest: WorkflowManifest, row: WorkflowRow | undefined): Promise<WorkflowPreview> {
  const { id, title } = manifest;
  const change = row === undefined ? "new" : row.bundle === look.bundle ? "unchanged" : "changed";
  const executions = change === "changed" ? await replayHistories(look, id) : [];
  const total = look.inFlight.get(id) ?? 0;
  const ended = executions.filter(({ in_flight }) => !in_flight);
  return {
    id, title, change,
    triggers_changed: row !== undefined && JSON.stringify(row.manifest.on) !== JSON.stringify(manifest.on),
    input_schema_changed: row !== undefined && JSON.stringify(row.manifest.input_schema) !== JSON.stringify(manifest.input_schema),
    in_flight: tallyOf(total, executions.filter(({ in_flight }) => in_flight)),
    ended: tallyOf(ended.length, ended),
    executions: executions.sort((one, other) => weightOf(one) - weightOf(other)),
  };
}

async function replayHistories({ ctx, bundle, version, sharers, until }: Look, workflowId: string): Promise<RehearsedExecution[]> {
  const share = (most: number): number => Math.max(1, Math.floor(most / sharers));
  const ofAKind = Math.min(mostEndedOfAKind, share(mostEnded / 2));
  const newest = (statuses: Parameters<typeof newestOf>[3], limit: number) => newestOf(ctx.objects, ctx.tenant, workflowId, statuses, limit);
  const [flying, completed, failed] = await Promise.all([newest(inFlightStatuses, share(mostInFlight)), newest(["completed"], ofAKind), newest(["failed"], ofAKind)]);
  return replayAll(ctx, { workflowId, bundle, version }, [...flying, ...completed, ...failed], until);
}

/** What somebody has to decide about comes first. */
function weightOf({ verdict, in_flight }: RehearsedExecution): number {
  return (verdict === "same" ? 2 : 0) + (in_flight ? 0 : 1);
}
