import { and, asc, eq, gt } from "drizzle-orm";
import { z } from "zod";
import { workflows } from "../../../db/schema/workflows.ts";
import type { TenantContext } from "../context.ts";
import { pageQuery, pagination, readCursor, toPage } from "../page.ts";
import { countExecutions } from "./counts.ts";
import { viewWorkflow, workflowView } from "./view.ts";

export const listWorkflowsQuery = pageQuery.extend({
  is_active: z.stringbool({ truthy: ["true"], falsy: ["false"] }).optional(),
  category: z.string().max(100).optional(),
  page: z.coerce.number().int().min(1).default(1).describe("Page number, for callers without a cursor"),
  per_page: z.coerce.number().int().min(1).max(200).optional().describe("The same as `limit`"),
});

export const workflowList = z.object({
  data: z.array(workflowView),
  workflows: z.array(workflowView).describe("The same as `data`"),
  pagination: pagination.extend({ page: z.number().int(), per_page: z.number().int(), total: z.number().int() }),
});

/** By id; either by cursor or by page number. */
export async function listWorkflows({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof listWorkflowsQuery> }): Promise<z.infer<typeof workflowList>> {
  const after = readCursor(input.cursor);
  const limit = input.per_page ?? input.limit;
  const wanted = and(input.is_active === undefined ? undefined : eq(workflows.is_active, input.is_active), input.category === undefined ? undefined : eq(workflows.category, input.category));
  const [rows, total, counts] = await Promise.all([
    ctx.db.select(workflows, {
      where: and(wanted, after === null ? undefined : gt(workflows.id, after)),
      orderBy: asc(workflows.id),
      limit: limit + 1,
      offset: after === null ? (input.page - 1) * limit : 0,
    }),
    ctx.db.count(workflows, wanted),
    countExecutions(ctx),
  ]);
  const page = toPage(rows, limit, (row) => row.id, (row) => viewWorkflow(row, counts(row.id)));
  return { data: page.data, workflows: page.data, pagination: { ...page.pagination, page: input.page, per_page: limit, total } };
}
