/**
 * Pointing workflows at a deployment. A deployment changes the workflows it holds and no
 * others; executions under way keep the bundle they began with.
 * @module
 */
import { sql } from "drizzle-orm";
import { among } from "../../../db/among.ts";
import { deployments } from "../../../db/schema/deployments.ts";
import { eventTriggers } from "../../../db/schema/events.ts";
import { workflows } from "../../../db/schema/workflows.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import type { BundleManifest, WorkflowManifest } from "../../../sdk/schema/manifest.ts";

export interface Target {
  id: string;
  bundle: string;
  manifest: BundleManifest;
}

/** How a workflow begins. */
export interface NewWorkflow {
  is_active?: boolean;
  category?: string | null;
  created_from_template?: string | null;
  request?: string | null;
}

/** Statements for one batch; the deployment's row must be there by then. */
export function pointWorkflows(db: TenantDb, { id, bundle, manifest }: Target, now: number, fresh: NewWorkflow = {}): Statement[] {
  // The version is made by the database, in the same batch, so it is read back there.
  const version = sql`(select ${deployments.version} from ${deployments} where ${deployments.id} = ${id})`;
  const upserts = manifest.workflows.map((workflow) => {
    const current = { title: workflow.title, deployment_id: id, version, bundle, manifest: workflow, updated_at: now };
    return db.upsert(workflows, { id: workflow.id, is_active: true, ...fresh, created_at: now, revision: 1, ...current }, [workflows.tenant_id, workflows.id], { ...current, revision: sql`${workflows.revision} + 1` });
  });
  const triggers = [db.delete(eventTriggers, among(eventTriggers.workflow_id, manifest.workflows.map((workflow) => workflow.id))), ...manifest.workflows.flatMap((workflow) => pointTriggers(db, workflow))];
  const inUse = sql`exists (select 1 from ${workflows} where ${workflows.tenant_id} = ${deployments.tenant_id} and ${workflows.deployment_id} = ${deployments.id})`;
  return [...upserts, ...triggers, db.update(deployments, { active: inUse })];
}

/** What events start is read here, and not in every manifest. */
function pointTriggers(db: TenantDb, { id, on }: WorkflowManifest): Statement[] {
  return on.flatMap((trigger, position) => (trigger.kind === "event" ? [db.insert(eventTriggers, { workflow_id: id, position, type: trigger.type, filter: trigger.filter ?? null })] : []));
}
