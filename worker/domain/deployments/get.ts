import { z } from "zod";
import type { TenantContext } from "../context.ts";
import { findDeployment } from "./find.ts";
import { type DeploymentDetail, viewDeployment } from "./view.ts";

const sourcesFile = z.record(z.string(), z.string());

/**
 * A deployment with its sources.
 * @throws PlatformError `not-found`
 */
export async function getDeployment({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<DeploymentDetail> {
  const row = await findDeployment(ctx, input.id);
  const object = await ctx.env.BLOBS.get(row.sources_key);
  if (!object) throw new Error(`the sources of deployment ${row.id} are gone: ${row.sources_key}`);
  return { ...viewDeployment(row), sources: sourcesFile.parse(await object.json()) };
}
