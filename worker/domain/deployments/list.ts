import { desc, lt } from "drizzle-orm";
import type { z } from "zod";
import { deployments } from "../../../db/schema/deployments.ts";
import type { DeploymentView } from "../../../sdk/schema/manifest.ts";
import type { TenantContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { viewDeployment } from "./view.ts";

/** Newest first. */
export async function listDeployments({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof pageQuery> }): Promise<Page<DeploymentView>> {
  const before = readCursor(input.cursor);
  const rows = await ctx.db.select(deployments, {
    where: before === null ? undefined : lt(deployments.version, Number(before)),
    orderBy: desc(deployments.version),
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, (row) => String(row.version), viewDeployment);
}
