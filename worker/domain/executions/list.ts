import { z } from "zod";
import type { ListQuery } from "../../../durable-objects/tenant-hub/contract.ts";
import { executionStatus, executionSummary, type ExecutionSummary, triggerKind } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pageQuery, pagination } from "../page.ts";
import { unwrap } from "../reply.ts";
import { mustHaveBeen } from "../workflows/find.ts";

const time = z.iso.datetime({ offset: true });

export const listExecutionsQuery = pageQuery.extend({
  workflow_id: z.string().max(100).optional(),
  status: executionStatus.optional(),
  trigger: triggerKind.optional(),
  parent_id: z.string().max(64).optional(),
  created_after: time.optional(),
  created_before: time.optional(),
});
export type ListExecutionsInput = z.infer<typeof listExecutionsQuery>;

/** Newest first. */
export async function listExecutions({ ctx, input }: { ctx: TenantContext; input: ListExecutionsInput }): Promise<Page<ExecutionSummary>> {
  const query: ListQuery = { limit: input.limit };
  if (input.workflow_id !== undefined) query.workflowId = input.workflow_id;
  if (input.status !== undefined) query.status = input.status;
  if (input.trigger !== undefined) query.trigger = input.trigger;
  if (input.parent_id !== undefined) query.parentId = input.parent_id;
  if (input.created_after !== undefined) query.createdAfter = Date.parse(input.created_after);
  if (input.created_before !== undefined) query.createdBefore = Date.parse(input.created_before);
  if (input.cursor !== undefined) query.cursor = input.cursor;
  const { data, nextCursor } = await unwrap(ctx.objects.hub(ctx.tenant).list(query));
  return { data, pagination: { next_cursor: nextCursor } };
}

export const workflowExecutionsQuery = listExecutionsQuery.omit({ workflow_id: true });

const line = executionSummary.extend({ started_at: z.string() });

export const workflowExecutionList = z.object({
  data: z.array(line),
  executions: z.array(line).describe("The same as `data`"),
  pagination: pagination.extend({ per_page: z.number().int() }),
});

/**
 * Also of a workflow that was deleted.
 * @throws PlatformError `not-found` for one that never was
 */
export async function listWorkflowExecutions({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof workflowExecutionsQuery> & { id: string } }): Promise<z.infer<typeof workflowExecutionList>> {
  const { id, ...query } = input;
  const page = await listExecutions({ ctx, input: { ...query, workflow_id: id } });
  if (page.data.length === 0) await mustHaveBeen(ctx, id);
  const data = page.data.map((one) => ({ ...one, started_at: one.created_at }));
  return { data, executions: data, pagination: { ...page.pagination, per_page: input.limit } };
}
