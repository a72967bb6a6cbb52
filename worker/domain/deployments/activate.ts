import type { DeploymentView } from "../../../sdk/schema/manifest.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { findDeployment } from "./find.ts";
import { pointWorkflows } from "./point.ts";
import { viewDeployment } from "./view.ts";

/**
 * Makes the workflows of an earlier deployment run from it again.
 * @throws PlatformError `not-found`
 */
export async function activateDeployment({ ctx, input }: { ctx: TenantContext; input: { id: string } }): Promise<DeploymentView> {
  const row = await findDeployment(ctx, input.id);
  const { version, bundle, manifest } = row;
  await ctx.db.batch([...pointWorkflows(ctx.db, row, ctx.now), audited(ctx, { action: "deployment.activate", entityId: row.id, after: { version, bundle, workflows: manifest.workflows.map(({ id }) => id) } })]);
  return viewDeployment(await findDeployment(ctx, row.id));
}
