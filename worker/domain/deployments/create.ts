import { and, desc, eq, sql, type SQL } from "drizzle-orm";
import { newId } from "../../../db/ids.ts";
import { deployments } from "../../../db/schema/deployments.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import type { BundleManifest, DeploymentRequest, DeploymentView } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { refreshInterestSoon } from "../../events/interest.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { batchWithinPlan } from "../plans/room.ts";
import type { BundleProblem, PreparedBundle } from "../ports.ts";
import { beginMoves, startMoves } from "../gate/begin.ts";
import { pointSchedules, syncSchedules } from "../schedules/point.ts";
import { recordVersions, type VersionOrigin } from "../versions/record.ts";
import { manifestFaults, rejection } from "./faults.ts";
import { findDeployment } from "./find.ts";
import { type NewWorkflow, pointWorkflows } from "./point.ts";
import { viewDeployment } from "./view.ts";

/** What editors of single workflows ask of a deployment besides. */
export interface DeployOptions {
  origin?: VersionOrigin;
  /** How workflows begin that the tenant has not got yet. */
  fresh?: NewWorkflow;
  /** A look at what it holds before anything is done; throws to refuse it. */
  inspect?: (manifest: BundleManifest) => Promise<void>;
  /** Which of its workflows are meant; all when left out. */
  select?: (manifest: BundleManifest) => Promise<BundleManifest>;
  /** Where a problem is, told to whoever sent something else than the modules. */
  place?: (problem: BundleProblem) => BundleProblem;
  /** Part of the transaction: it is done only while this holds. */
  condition?: () => SQL;
  /** What it throws when that does not hold any more. */
  overtaken?: () => Error | Promise<Error>;
  /** Statements of the same transaction, after the workflows point at the deployment. */
  also?: (version: SQL) => Statement[];
}

/**
 * Deploys a bundle: its workflows run from it at once. What is deployed already, unchanged,
 * comes back as it is. A refused bundle changes nothing.
 * @throws PlatformError `bundle-rejected` with file, line and reason; `plan-limit`
 */
export async function createDeployment({ ctx, input, options = {} }: { ctx: TenantContext; input: DeploymentRequest; options?: DeployOptions }): Promise<{ deployment: DeploymentView; created: boolean }> {
  if (!Object.hasOwn(input.modules, input.main)) {
    throw new PlatformError("bundle-rejected", `\`main\` names ${input.main}, which is not in \`modules\`.`, [{ pointer: "/main", detail: "no such module" }]);
  }
  const prepared = await ctx.sandbox.prepare(ctx.env, ctx.tenant, input);
  const faults = prepared.ok ? manifestFaults(prepared.manifest, input, ctx.now) : prepared.problems;
  if (!prepared.ok || faults.length > 0) throw rejection(faults.map(options.place ?? ((problem) => problem)));
  await options.inspect?.(prepared.manifest);

  const manifest = (await options.select?.(prepared.manifest)) ?? prepared.manifest;
  const same = await findUnchanged(ctx, { ...prepared, manifest });
  if (same) {
    const asked = beginMoves(ctx, same.id, input.in_flight);
    if (asked.length > 0) await ctx.db.batch(asked);
    startMoves(ctx, same.id, input.in_flight);
    return { deployment: viewDeployment(same), created: false };
  }

  const id = newId(ctx.now);
  const { bundle, stored } = prepared;
  const row = { id, bundle, manifest, sources_key: stored.sources, message: input.message ?? null, active: true, created_at: ctx.now };
  const statements = [
    ctx.db.insert(deployments, { ...row, version: ctx.db.next(deployments, deployments.version) }),
    ...pointWorkflows(ctx.db, { id, bundle, manifest }, ctx.now, options.fresh),
    ...(await recordVersions(ctx, { id, manifest, request: input, origin: options.origin ?? "deploy" })),
    ...(options.also?.(sql`(select ${deployments.version} from ${deployments} where ${deployments.id} = ${id})`) ?? []),
    ...(await pointSchedules(ctx, manifest)),
    ...beginMoves(ctx, id, input.in_flight),
    audited(ctx, { action: "deployment.create", entityId: id, after: { bundle, message: row.message, workflows: manifest.workflows.map((workflow) => workflow.id) } }),
  ];
  const done = await batchWithinPlan(ctx, "workflows", statements, options.fresh?.is_active === false ? 0 : newWorkflows(ctx, manifest), options.condition?.());
  if (!done) throw (await options.overtaken?.()) ?? new PlatformError("conflict", "Something was deployed meanwhile.");
  await refreshInterestSoon(ctx.env, ctx.tenant);
  await syncSchedules(ctx);
  startMoves(ctx, id, input.in_flight);
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
