import { and, desc, eq, sql, type SQL } from "drizzle-orm";
import { newId } from "../../../db/ids.ts";
import { deployments } from "../../../db/schema/deployments.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { DeploymentRequest, DeploymentView } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { refreshInterestSoon } from "../../events/interest.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { batchWithinPlan } from "../plans/room.ts";
import type { BundleProblem, PreparedBundle } from "../ports.ts";
import { flowProblems } from "../flow/check.ts";
import { pointSchedules, scheduleProblems, syncSchedules } from "../schedules/point.ts";
import { findDeployment } from "./find.ts";
import { pointWorkflows } from "./point.ts";
import { findTwins } from "./twins.ts";
import { viewDeployment } from "./view.ts";

/**
 * Deploys a bundle: its workflows run from it at once. What is deployed already, unchanged,
 * comes back as it is. A refused bundle changes nothing.
 * @throws PlatformError `bundle-rejected` with file, line and reason; `plan-limit`
 */
export async function createDeployment({ ctx, input }: { ctx: TenantContext; input: DeploymentRequest }): Promise<{ deployment: DeploymentView; created: boolean }> {
  if (!Object.hasOwn(input.modules, input.main)) {
    throw new PlatformError("bundle-rejected", `\`main\` names ${input.main}, which is not in \`modules\`.`, [{ pointer: "/main", detail: "no such module" }]);
  }
  const prepared = await ctx.sandbox.prepare(ctx.env, ctx.tenant, input);
  if (!prepared.ok) throw rejection(prepared.problems);
  const twins = findTwins(prepared.manifest, input);
  if (twins.length > 0) throw rejection(twins);
  const faults = [...scheduleProblems(prepared.manifest, ctx.now), ...flowProblems(prepared.manifest)];
  if (faults.length > 0) throw rejection(faults);

  const same = await findUnchanged(ctx, prepared);
  if (same) return { deployment: viewDeployment(same), created: false };

  const id = newId(ctx.now);
  const { bundle, manifest, stored } = prepared;
  const row = { id, bundle, manifest, sources_key: stored.sources, message: input.message ?? null, active: true, created_at: ctx.now };
  const statements = [
    ctx.db.insert(deployments, { ...row, version: ctx.db.next(deployments, deployments.version) }),
    ...pointWorkflows(ctx.db, { id, bundle, manifest }, ctx.now),
    ...(await pointSchedules(ctx, manifest)),
    audited(ctx, { action: "deployment.create", entityId: id, after: { bundle, message: row.message, workflows: manifest.workflows.map((workflow) => workflow.id) } }),
  ];
  await batchWithinPlan(ctx, "workflows", statements, newWorkflows(ctx, manifest));
  await refreshInterestSoon(ctx.env, ctx.tenant);
  await syncSchedules(ctx);
  return { deployment: viewDeployment(await findDeployment(ctx, id)), created: true };
}

/** How many of them the tenant has not got yet; those that are there are switched on or off as they were. */
function newWorkflows({ tenant }: TenantContext, manifest: PreparedBundle["manifest"]): SQL {
  const ids = JSON.stringify(manifest.workflows.map(({ id }) => id));
  return sql`(${manifest.workflows.length} - (select count(*) from ${workflows} where ${and(eq(workflows.tenant_id, tenant), sql`${workflows.id} in (select value from json_each(${ids}))`)}))`;
}

/** The newest deployment of this very bundle and sources, if all its workflows still run from it. */
async function findUnchanged(ctx: TenantContext, prepared: PreparedBundle) {
  const [row] = await ctx.db.select(deployments, {
    where: and(eq(deployments.bundle, prepared.bundle), eq(deployments.sources_key, prepared.stored.sources), eq(deployments.active, true)),
    orderBy: desc(deployments.version),
    limit: 1,
  });
  if (!row) return null;
  const running = await ctx.db.count(workflows, eq(workflows.deployment_id, row.id));
  return running === prepared.manifest.workflows.length ? row : null;
}

function rejection(problems: readonly BundleProblem[]): PlatformError {
  // Line 0 stands for a file as a whole.
  const say = ({ file, line, column, message }: BundleProblem) => `${file}${line > 0 ? `:${line}:${column}` : ""} ${message}`.trim();
  const errors = problems.map((problem) => ({ pointer: pointerTo(problem.file), detail: say(problem) }));
  return new PlatformError("bundle-rejected", errors[0]?.detail ?? "The bundle does not load.", errors);
}

function pointerTo(file: string): string {
  return file ? `/modules/${file.replaceAll("~", "~0").replaceAll("/", "~1")}` : "/modules";
}
