import type { DeploymentView } from "../../../sdk/schema/manifest.ts";
import { refreshInterestSoon } from "../../events/interest.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { pointSchedules, syncSchedules } from "../schedules/point.ts";
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
  await ctx.db.batch([...pointWorkflows(ctx.db, row, ctx.now), ...(await pointSchedules(ctx, manifest)), audited(ctx, { action: "deployment.activate", entityId: row.id, after: { version, bundle, workflows: manifest.workflows.map(({ id }) => id) } })]);
  await refreshInterestSoon(ctx.env, ctx.tenant);
  await syncSchedules(ctx);
  return viewDeployment(await findDeployment(ctx, row.id));
}
