import { and, desc, eq, lt } from "drizzle-orm";
import type { z } from "zod";
import { workflowVersions } from "../../../db/schema/drafts.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { findWorkflow } from "../workflows/find.ts";
import { type VersionView, viewVersion } from "./view.ts";

/**
 * Newest first.
 * @throws PlatformError `not-found`
 */
export async function listVersions({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> & { id: string } }): Promise<Page<VersionView>> {
  const workflow = await findWorkflow(ctx, input.id);
  const before = readCursor(input.cursor);
  const rows = await ctx.db.select(workflowVersions, {
    where: and(eq(workflowVersions.workflow_id, workflow.id), before === null ? undefined : lt(workflowVersions.version, Number(before))),
    orderBy: desc(workflowVersions.version),
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, (row) => String(row.version), (row) => viewVersion(row, workflow.version));
}
