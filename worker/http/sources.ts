/** Sources of workflows: drafts, validation, publishing, versions. */
import { z } from "zod";
import { discardDraft } from "../domain/drafts/discard.ts";
import { getSource } from "../domain/drafts/get.ts";
import { publishBody, publishDraft, publishedView } from "../domain/drafts/publish.ts";
import { saveBody, saveDraft } from "../domain/drafts/save.ts";
import { validateBody, validateNew, validateNewBody, validateWorkflow, validationView } from "../domain/drafts/validate.ts";
import { savedView, sourceView } from "../domain/drafts/view.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { diffQuery, diffVersions, diffView } from "../domain/versions/diff.ts";
import { getVersion } from "../domain/versions/get.ts";
import { listVersions } from "../domain/versions/list.ts";
import { restoreBody, restoredView, restoreVersion } from "../domain/versions/restore.ts";
import { versionDetail, versionView } from "../domain/versions/view.ts";
import { unpublishWorkflow } from "../domain/workflows/unpublish.ts";
import { workflowDetail } from "../domain/workflows/view.ts";
import { workflowParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "workflows";
const etag = (revision: number) => ({ headers: { etag: `"${revision}"` } });
/** The longest source, with all that JSON may make of it. */
const maxBytes = 4 * 1024 * 1024;
const about = { params: workflowParams, loadsWorkflow: true } as const;
const versionParams = workflowParams.extend({ version: z.coerce.number().int().min(1).max(2 ** 31) });

export const sourceRoutes: readonly Route[] = [
  tenantRoute({ method: "post", path: "/workflows/validate", operation: "validateSource", tag, summary: "Check the source of a workflow that is not there yet", permission: "workflows.write", body: validateNewBody, maxBytes, responses: { 200: validationView } }, async ({ ctx, body }) => reply(200, await validateNew({ ctx, input: body }))),
  tenantRoute({ method: "get", path: "/workflows/:id/source", operation: "getWorkflowSource", tag, summary: "The source of a workflow: its draft, or what is published", permission: "workflows.read", ...about, responses: { 200: sourceView } }, async ({ ctx, params }) => {
    const view = await getSource({ ctx, input: params });
    return { ...reply(200, view), ...etag(view.revision) };
  }),
  tenantRoute({ method: "put", path: "/workflows/:id/source", operation: "saveWorkflowSource", tag, summary: "Save the source of a workflow as its draft; nothing runs differently by it", permission: "workflows.write", ...about, versioned: true, body: saveBody, maxBytes, responses: { 200: savedView } }, async ({ ctx, params, body, version }) => {
    const view = await saveDraft({ ctx, input: { ...params, ...body, version } });
    return { ...reply(200, view), ...etag(view.revision) };
  }),
  tenantRoute({ method: "delete", path: "/workflows/:id/draft", operation: "discardWorkflowDraft", tag, summary: "Give up the unpublished changes of a workflow", permission: "workflows.write", ...about, versioned: true, responses: { 204: null } }, async ({ ctx, params, version }) => {
    await discardDraft({ ctx, input: { ...params, version } });
    return reply(204);
  }),
  tenantRoute({ method: "post", path: "/workflows/:id/validate", operation: "validateWorkflow", tag, summary: "Check the draft of a workflow, or a source that would become it", permission: "workflows.write", ...about, body: validateBody, maxBytes, responses: { 200: validationView } }, async ({ ctx, params, body }) => reply(200, await validateWorkflow({ ctx, input: { ...params, ...body } }))),
  tenantRoute({ method: "post", path: "/workflows/:id/publish", operation: "publishWorkflow", tag, summary: "Make the draft of a workflow what runs", permission: "deployments.write", ...about, body: publishBody, responses: { 200: publishedView } }, async ({ ctx, params, body }) => {
    const view = await publishDraft({ ctx, input: { ...params, ...body } });
    return { ...reply(200, view), ...etag(view.revision) };
  }),
  tenantRoute({ method: "post", path: "/workflows/:id/unpublish", operation: "unpublishWorkflow", tag, summary: "Switch a workflow off: nothing starts it", permission: "workflows.write", ...about, responses: { 200: workflowDetail } }, async ({ ctx, params }) => reply(200, await unpublishWorkflow({ ctx, input: params }))),
  tenantRoute({ method: "get", path: "/workflows/:id/versions", operation: "listWorkflowVersions", tag, summary: "Versions of a workflow, newest first", permission: "workflows.read", ...about, query: pageQuery, responses: { 200: z.object({ data: z.array(versionView), pagination }) } }, async ({ ctx, params, query }) => reply(200, await listVersions({ ctx, input: { ...query, ...params } }))),
  // Before the route of one version, which would take `diff` for its number.
  tenantRoute({ method: "get", path: "/workflows/:id/versions/diff", operation: "diffWorkflowVersions", tag, summary: "How two versions of a workflow differ", permission: "workflows.read", ...about, query: diffQuery, responses: { 200: diffView } }, async ({ ctx, params, query }) => reply(200, await diffVersions({ ctx, input: { ...query, ...params } }))),
  tenantRoute({ method: "get", path: "/workflows/:id/versions/:version", operation: "getWorkflowVersion", tag, summary: "A version of a workflow with its source", permission: "workflows.read", params: versionParams, loadsWorkflow: true, responses: { 200: versionDetail } }, async ({ ctx, params }) => reply(200, await getVersion({ ctx, input: params }))),
  tenantRoute(
    { method: "post", path: "/workflows/:id/versions/:version/restore", operation: "restoreWorkflowVersion", tag, summary: "Take the source of an earlier version back, into the draft or published at once", permission: "workflows.write", besides: ["deployments.write"], params: versionParams, loadsWorkflow: true, versioned: true, body: restoreBody, responses: { 200: restoredView } },
    async ({ ctx, params, body, version }) => {
      const view = await restoreVersion({ ctx, input: { ...params, ...body, seen: version } });
      return { ...reply(200, view), ...etag(view.revision) };
    },
  ),
];
