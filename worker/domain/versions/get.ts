import { and, eq } from "drizzle-orm";
import { workflowVersions } from "../../../db/schema/drafts.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { TenantContext } from "../context.ts";
import { findDeployment } from "../deployments/find.ts";
import { readSources } from "../deployments/sources.ts";
import { findWorkflow } from "../workflows/find.ts";
import { type VersionDetail, type VersionRow, viewVersion } from "./view.ts";

/** @throws PlatformError `not-found` */
export async function findVersion({ db }: TenantContext, id: string, version: number): Promise<VersionRow> {
  const row = await db.first(workflowVersions, and(eq(workflowVersions.workflow_id, id), eq(workflowVersions.version, version)));
  if (!row) throw new PlatformError("not-found", `The workflow \`${id}\` has no version ${version}. \`GET /api/v1/workflows/${id}/versions\` lists those it has.`);
  return row;
}

/** A version with its source; @throws PlatformError `not-found` */
export async function getVersion({ ctx, input }: { ctx: TenantContext; input: { id: string; version: number } }): Promise<VersionDetail> {
  const workflow = await findWorkflow(ctx, input.id);
  const row = await findVersion(ctx, workflow.id, input.version);
  const { [row.file ?? ""]: source = null, ...files } = await readSources(ctx, await findDeployment(ctx, row.deployment_id));
  return { ...viewVersion(row, workflow.version), source, files };
}
