/**
 * The source of a workflow as it runs, and as it is being changed.
 * @module
 */
import { and, eq } from "drizzle-orm";
import type { WorkflowRow } from "../../../db/credentials.ts";
import { workflowDrafts, workflowVersions } from "../../../db/schema/drafts.ts";
import type { TenantContext } from "../context.ts";
import { findDeployment } from "../deployments/find.ts";
import { readSources } from "../deployments/sources.ts";
import { holderOf } from "../versions/holder.ts";

export type DraftRow = typeof workflowDrafts.$inferSelect;

export interface Published {
  version: number;
  /** Null: its deployment came without sources. */
  file: string | null;
  source: string | null;
  /** All of the deployment, by path. */
  files: Record<string, string>;
}

/** What new executions of the workflow run. */
export async function readPublished(ctx: TenantContext, { id, version, deployment_id, manifest }: WorkflowRow): Promise<Published> {
  const [deployment, row] = await Promise.all([findDeployment(ctx, deployment_id), ctx.db.first(workflowVersions, and(eq(workflowVersions.workflow_id, id), eq(workflowVersions.version, version)))]);
  const files = await readSources(ctx, deployment);
  // Deployed before versions were remembered.
  const file = row ? row.file : holderOf({ sources: files }, manifest);
  return { version, file, source: file === null ? null : (files[file] ?? null), files };
}

export function readDraft(ctx: TenantContext, id: string): Promise<DraftRow | null> {
  return ctx.db.first(workflowDrafts, eq(workflowDrafts.workflow_id, id));
}

/** Where a workflow's source lies that came without one. */
export const defaultFile = (id: string): string => `workflows/${id}.ts`;

/** The files that a changed one is compiled with. */
export const filesWith = ({ files }: Published, file: string, source: string): Record<string, string> => ({ ...files, [file]: source });
