import { z } from "zod";
import { pageQuery, pagination } from "../domain/page.ts";
import { eraseBody, erasePerson, eraseTenant, eraseTenantBody } from "../domain/privacy/erase.ts";
import { downloadExport, exportBody, exportKinds, exportPerson, exportTenant, getJob } from "../domain/privacy/export.ts";
import { importTenant, importView } from "../domain/privacy/import.ts";
import { jobView } from "../domain/privacy/job.ts";
import { erasureView, listErasedTenants, listReceipts, receiptsQuery, receiptView } from "../domain/privacy/receipts.ts";
import { uuid, uuidParams } from "./parameters.ts";
import { operatorRoute, reply, type Route, sendFile, tenantRoute } from "./route.ts";

const tag = "privacy";
const file = ["application/x-ndjson"] as const;
const tenantParams = z.object({ id: z.union([uuid, z.literal("current")]) });

export const privacyRoutes: readonly Route[] = [
  tenantRoute(
    { method: "post", path: "/privacy/exports", operation: "exportPerson", tag, summary: "Gather everything about a person; the file is ready when the job is completed", permission: "privacy.write", body: exportBody, responses: { 202: jobView } },
    async ({ ctx, body }) => reply(202, await exportPerson({ ctx, input: body })),
  ),
  tenantRoute(
    { method: "get", path: "/privacy/exports/:id", operation: "getExport", tag, summary: "How far an export is, of a person or the tenant", permission: "privacy.read", params: uuidParams, responses: { 200: jobView } },
    async ({ ctx, params }) => reply(200, await getJob({ ctx, input: params }, exportKinds)),
  ),
  tenantRoute(
    { method: "get", path: "/privacy/exports/:id/file", operation: "downloadExport", tag, summary: "The file of an export, for a day: a line of JSON for each thing", permission: "privacy.read", params: uuidParams, responses: { 200: { file } } },
    async ({ ctx, params }) => sendFile(await downloadExport({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "post", path: "/privacy/erasures", operation: "erasePerson", tag, summary: "Erase a person; the receipt comes when the job is completed", permission: "privacy.write", body: eraseBody, responses: { 202: jobView } },
    async ({ ctx, body }) => reply(202, await erasePerson({ ctx, input: body })),
  ),
  tenantRoute(
    { method: "get", path: "/privacy/erasures/:id", operation: "getErasure", tag, summary: "How far an erasure is", permission: "privacy.read", params: uuidParams, responses: { 200: jobView } },
    async ({ ctx, params }) => reply(200, await getJob({ ctx, input: params }, ["erase_person", "erase_tenant"])),
  ),
  tenantRoute(
    { method: "get", path: "/privacy/receipts", operation: "listReceipts", tag, summary: "What was exported and erased, newest first", permission: "privacy.read", query: receiptsQuery, responses: { 200: z.object({ data: z.array(receiptView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listReceipts({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/tenants/:id/export", operation: "exportTenant", tag: "tenants", summary: "Put the whole tenant into one file; fetch it at /privacy/exports/{id}/file", permission: "privacy.write", params: tenantParams, responses: { 202: jobView } },
    async ({ ctx, params }) => reply(202, await exportTenant({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "post", path: "/tenants/:id/erase", operation: "eraseTenant", tag: "tenants", summary: "Erase the tenant, for good", permission: "privacy.write", params: tenantParams, body: eraseTenantBody, responses: { 202: jobView } },
    async ({ ctx, params, body }) => reply(202, await eraseTenant({ ctx, input: { ...params, ...body } })),
  ),
  operatorRoute(
    { method: "post", path: "/operator/tenants/import", operation: "importTenant", tag: "operator", summary: "Put a tenant back from the file of its export; ids stay", takesFile: file, responses: { 201: importView } },
    async ({ ctx, file: archive }) => reply(201, await importTenant({ ctx, archive })),
  ),
  operatorRoute(
    { method: "get", path: "/operator/erasures", operation: "listErasedTenants", tag: "operator", summary: "Receipts of tenants that were erased, the latest first", query: pageQuery, responses: { 200: z.object({ data: z.array(erasureView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listErasedTenants({ ctx, input: query })),
  ),
];
