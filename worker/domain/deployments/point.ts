/**
 * Pointing workflows at a deployment. A deployment changes the workflows it holds and no
 * others; executions under way keep the bundle they began with.
 * @module
 */
import { sql } from "drizzle-orm";
import { deployments } from "../../../db/schema/deployments.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import type { BundleManifest } from "../../../sdk/schema/manifest.ts";

export interface Target {
  id: string;
  bundle: string;
  manifest: BundleManifest;
}

/** Statements for one batch; the deployment's row must be there by then. */
export function pointWorkflows(db: TenantDb, { id, bundle, manifest }: Target, now: number): Statement[] {
  // The version is made by the database, in the same batch, so it is read back there.
  const version = sql`(select ${deployments.version} from ${deployments} where ${deployments.id} = ${id})`;
  const upserts = manifest.workflows.map((workflow) => {
    const current = { title: workflow.title, deployment_id: id, version, bundle, manifest: workflow, updated_at: now };
    return db.upsert(workflows, { id: workflow.id, is_active: true, created_at: now, ...current }, [workflows.tenant_id, workflows.id], current);
  });
  const inUse = sql`exists (select 1 from ${workflows} where ${workflows.tenant_id} = ${deployments.tenant_id} and ${workflows.deployment_id} = ${deployments.id})`;
  return [...upserts, db.update(deployments, { active: inUse })];
}
