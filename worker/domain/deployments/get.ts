import type { TenantContext } from "../context.ts";
import { findDeployment } from "./find.ts";
import { readSources } from "./sources.ts";
import { type DeploymentDetail, viewDeployment } from "./view.ts";

/**
 * A deployment with its sources.
 * @throws PlatformError `not-found`
 */
export async function getDeployment({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<DeploymentDetail> {
  const row = await findDeployment(ctx, input.id);
  return { ...viewDeployment(row), sources: await readSources(ctx, row) };
}
