import { z } from "zod";
import { attachmentContent, linkAttachment, linkView } from "../domain/attachments/content.ts";
import { createAttachment, newAttachmentQuery } from "../domain/attachments/create.ts";
import { listAttachments } from "../domain/attachments/list.ts";
import { deleteAttachment } from "../domain/attachments/remove.ts";
import { attachmentView } from "../domain/attachments/view.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { recordPermissionsTo } from "../auth/permissions.ts";
import { permissionFor } from "../domain/records/access.ts";
import { recordContext } from "../domain/records/context.ts";
import { withTimeline } from "../domain/timeline/get.ts";
import { uuidParams } from "./parameters.ts";
import { publicRoute, reply, type Route, sendFile, tenantRoute } from "./route.ts";

const tag = "attachments";
const anyMedia = ["*/*"] as const;
/** Who does not see the record does not see its files. */
const ofRecords = recordPermissionsTo("read");
const recordParams = z.object({ id: z.string().max(64) });

export const attachmentRoutes: readonly Route[] = [
  ...withTimeline.map((of) =>
    tenantRoute(
      { method: "get", path: `/${of.path}/:id/attachments`, operation: `${of.kind}Attachments`, tag: of.path, summary: `Files of a ${of.title.toLowerCase()}, newest first`, permission: "notes.read", besides: [permissionFor(of, "read")], params: recordParams, query: pageQuery, responses: { 200: z.object({ data: z.array(attachmentView), pagination }) } },
      async ({ ctx, params, query }) => reply(200, await listAttachments({ ctx: recordContext(ctx), of, id: params.id, input: query })),
    ),
  ),
  tenantRoute(
    { method: "post", path: "/attachments", operation: "createAttachment", tag, summary: "Keep a file with a record: the body is the file, up to 5 MB", permission: "notes.write", besides: ofRecords, query: newAttachmentQuery, takesFile: anyMedia, responses: { 201: attachmentView } },
    async ({ ctx, query, file, mediaType }) => reply(201, await createAttachment({ ctx: recordContext(ctx), input: query, file: { content: file, mediaType } })),
  ),
  tenantRoute(
    { method: "delete", path: "/attachments/:id", operation: "deleteAttachment", tag, summary: "Delete a file, for good", permission: "notes.delete", besides: ofRecords, params: uuidParams, responses: { 204: null } },
    async ({ ctx, params }) => {
      await deleteAttachment({ ctx: recordContext(ctx), id: params.id });
      return reply(204);
    },
  ),
  tenantRoute(
    { method: "get", path: "/attachments/:id/link", operation: "linkAttachment", tag, summary: "A link that opens the file for five minutes, without signing in", permission: "notes.read", besides: ofRecords, params: uuidParams, responses: { 200: linkView } },
    async ({ ctx, params }) => reply(200, await linkAttachment({ ctx: recordContext(ctx), id: params.id })),
  ),
  publicRoute(
    { method: "get", path: "/attachments/:id/content", operation: "attachmentContent", tag, summary: "The file behind a link", params: uuidParams, query: z.object({ token: z.string().max(200) }), responses: { 200: { file: anyMedia } } },
    async ({ ctx, params, query }) => {
      const { file, headers } = await attachmentContent({ ctx, id: params.id, token: query.token });
      return { ...sendFile(file), headers };
    },
  ),
];
