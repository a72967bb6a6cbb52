/**
 * The audit log as a file. It is read page by page while it is sent: a log of any length
 * needs the memory of one page, and a receiver that stops reading stops the reading.
 * @module
 */
import { desc } from "drizzle-orm";
import { z } from "zod";
import { auditEvents } from "../../../db/schema/audit-events.ts";
import type { TenantContext } from "../context.ts";
import { csvLine } from "../csv.ts";
import { auditFilter, matching } from "./query.ts";
import { type AuditEventView, auditEventView, viewAuditEvents } from "./view.ts";

export const exportQuery = auditFilter.extend({ format: z.enum(["ndjson", "csv"]).default("ndjson") });

const pageSize = 500;
const columns = Object.keys(auditEventView.shape) as (keyof AuditEventView)[];

const formats = {
  ndjson: { type: "application/x-ndjson", head: "", line: (event: AuditEventView) => `${JSON.stringify(event)}\n` },
  csv: { type: "text/csv; charset=utf-8", head: csvLine(columns), line: (event: AuditEventView) => csvLine(columns.map((column) => asText(event[column]))) },
} as const;

function asText(value: AuditEventView[keyof AuditEventView]): string {
  return value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/** Newest first. */
export function exportAuditEvents({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof exportQuery> }): { type: string; name: string; content: ReadableStream<Uint8Array> } {
  const { type, head, line } = formats[input.format];
  const encoder = new TextEncoder();
  let before: string | null = null;
  const content = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (head !== "") controller.enqueue(encoder.encode(head));
      },
      async pull(controller) {
        const rows = await ctx.db.select(auditEvents, { where: matching(input, before), orderBy: desc(auditEvents.id), limit: pageSize });
        before = rows.at(-1)?.id ?? before;
        if (rows.length > 0) controller.enqueue(encoder.encode((await viewAuditEvents(ctx, rows)).map(line).join("")));
        if (rows.length < pageSize) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { type, name: `audit.${input.format}`, content };
}
