import { z } from "zod";
import { logEntry, type LogEntry } from "../../../sdk/schema/execution.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pagination } from "../page.ts";
import { look } from "./tell.ts";

export const logsQuery = z.object({
  after: z.coerce.number().int().min(0).default(0).describe("Entries with a higher `seq`"),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export const logList = z.object({ data: z.array(logEntry), pagination });

/**
 * Oldest first. To follow, ask again `after` the last `seq`.
 * @throws PlatformError `not-found`
 */
export async function listLogs({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof logsQuery> & { id: string } }): Promise<Page<LogEntry>> {
  const data = await look(ctx, input.id, (object) => object.logs(ctx.tenant, input.id, input.after, input.limit), () => []);
  const last = data.at(-1);
  return { data, pagination: { next_cursor: last && data.length === input.limit ? String(last.seq) : null } };
}
