import { z } from "zod";
import type { deployments } from "../../../db/schema/deployments.ts";
import { deploymentView, type DeploymentView } from "../../../sdk/schema/manifest.ts";
import { iso } from "../context.ts";

export type DeploymentRow = typeof deployments.$inferSelect;

export const deploymentDetail = deploymentView.extend({
  sources: z.record(z.string(), z.string()).describe("The TypeScript it was made from, by path"),
});
export type DeploymentDetail = z.infer<typeof deploymentDetail>;

export function viewDeployment(row: DeploymentRow): DeploymentView {
  const { id, version, bundle, active, message, created_at, manifest } = row;
  return { id, version, bundle, active, message, created_at: iso(created_at), workflows: manifest.workflows };
}
