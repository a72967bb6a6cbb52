import { z } from "zod";
import { exportAuditEvents, exportQuery } from "../domain/audit/export.ts";
import { listAuditEvents } from "../domain/audit/list.ts";
import { auditQuery } from "../domain/audit/query.ts";
import { auditEventView } from "../domain/audit/view.ts";
import { pagination } from "../domain/page.ts";
import { reply, type Route, sendFile, tenantRoute } from "./route.ts";

const tag = "audit";

export const auditRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/audit", operation: "listAuditEvents", tag, summary: "Who changed what, newest first", permission: "audit.read", query: auditQuery, responses: { 200: z.object({ data: z.array(auditEventView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listAuditEvents({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "get", path: "/audit/export", operation: "exportAuditEvents", tag, summary: "The same as a file, of any length", permission: "audit.read", query: exportQuery, responses: { 200: { file: ["application/x-ndjson", "text/csv"] } } },
    async ({ ctx, query }) => sendFile(exportAuditEvents({ ctx, input: query })),
  ),
];
