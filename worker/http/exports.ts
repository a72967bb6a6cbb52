import { recordPermissionsTo } from "../auth/permissions.ts";
import { createExport, exportBody } from "../domain/exports/create.ts";
import { type Route, sendFile, tenantRoute } from "./route.ts";

export const exportRoutes: readonly Route[] = [
  tenantRoute({ method: "post", path: "/exports", operation: "createExport", tag: "exports", summary: "A list or view as a CSV file, of any length", permission: "imports.write", besides: recordPermissionsTo("read"), body: exportBody, responses: { 200: { file: ["text/csv"] } } }, async ({ ctx, body }) => sendFile(await createExport({ ctx, input: body }))),
];
