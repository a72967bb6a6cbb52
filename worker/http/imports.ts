import { recordPermissionsTo } from "../auth/permissions.ts";
import { z } from "zod";
import { pageQuery, pagination } from "../domain/page.ts";
import { cancelImport, configureImport, startImport, undoImport } from "../domain/imports/change.ts";
import { importErrors } from "../domain/imports/errors.ts";
import { previewBody, previewImport, previewView } from "../domain/imports/preview.ts";
import { getImport, importDetail, listImports } from "../domain/imports/read.ts";
import { importSettings } from "../domain/imports/settings.ts";
import { createImport, uploadQuery } from "../domain/imports/upload.ts";
import { importView } from "../domain/imports/view.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, sendFile, tenantRoute } from "./route.ts";

const tag = "imports";
/** Those of what it imports. */
const ofRecords = [...recordPermissionsTo("write"), ...recordPermissionsTo("delete")];
const params = uuidParams;

export const importRoutes: readonly Route[] = [
  tenantRoute({ method: "get", path: "/imports", operation: "listImports", tag, summary: "List imports, newest first", permission: "imports.read", query: pageQuery, responses: { 200: z.object({ data: z.array(importView), pagination }) } }, async ({ ctx, query }) => reply(200, await listImports({ ctx, input: query }))),
  tenantRoute(
    { method: "post", path: "/imports", operation: "createImport", tag, summary: "Upload a CSV file; the answer says what was recognised, nothing is imported yet", permission: "imports.write", query: uploadQuery, takesFile: ["text/csv", "text/plain", "text/tab-separated-values", "application/octet-stream", "application/vnd.ms-excel"], responses: { 201: importDetail } },
    async ({ ctx, query, file }) => reply(201, await createImport({ ctx, input: query, file })),
  ),
  tenantRoute({ method: "get", path: "/imports/:id", operation: "getImport", tag, summary: "How far an import is, and its first rows", permission: "imports.read", params, responses: { 200: importDetail } }, async ({ ctx, params: { id } }) => reply(200, await getImport({ ctx, id }))),
  tenantRoute({ method: "patch", path: "/imports/:id", operation: "configureImport", tag, summary: "Say what each column becomes, and what counts as the same record", permission: "imports.write", params, body: importSettings, responses: { 200: importDetail } }, async ({ ctx, params: { id }, body }) => reply(200, await configureImport({ ctx, id, input: body }))),
  tenantRoute({ method: "post", path: "/imports/:id/preview", operation: "previewImport", tag, summary: "What it would do, row by row; nothing is written", permission: "imports.write", besides: ofRecords, params, body: previewBody, responses: { 200: previewView } }, async ({ ctx, params: { id }, body }) => reply(200, await previewImport({ ctx, id, input: body }))),
  tenantRoute({ method: "post", path: "/imports/:id/start", operation: "startImport", tag, summary: "Begin; it goes on by itself", permission: "imports.write", besides: ofRecords, params, responses: { 202: importView } }, async ({ ctx, params: { id } }) => reply(202, await startImport({ ctx, id }))),
  tenantRoute({ method: "post", path: "/imports/:id/cancel", operation: "cancelImport", tag, summary: "End it; what is written stays, and can be undone", permission: "imports.write", params, responses: { 200: importView } }, async ({ ctx, params: { id } }) => reply(200, await cancelImport({ ctx, id }))),
  tenantRoute({ method: "post", path: "/imports/:id/undo", operation: "undoImport", tag, summary: "Delete what it made, give back what it changed; it goes on by itself", permission: "imports.write", besides: ofRecords, params, responses: { 202: importView } }, async ({ ctx, params: { id } }) => reply(202, await undoImport({ ctx, id }))),
  tenantRoute({ method: "get", path: "/imports/:id/errors", operation: "importErrors", tag, summary: "Rows that were refused or left out, as they came, with the reason", permission: "imports.read", params, responses: { 200: { file: ["text/csv"] } } }, async ({ ctx, params: { id } }) => sendFile(await importErrors({ ctx, id }))),
];
