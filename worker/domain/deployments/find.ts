import { eq } from "drizzle-orm";
import { deployments } from "../../../db/schema/deployments.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import type { DeploymentRow } from "./view.ts";

/** @throws PlatformError `not-found` */
export async function findDeployment(ctx: TenantContext, id: string): Promise<DeploymentRow> {
  const row = await ctx.db.first(deployments, eq(deployments.id, id));
  if (!row) throw new PlatformError("not-found", `There is no deployment ${id}.`);
  return row;
}
