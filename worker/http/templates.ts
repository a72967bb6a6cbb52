import { z } from "zod";
import { templateDetail } from "../../sdk/schema/template.ts";
import { findTemplate } from "../domain/templates/catalogue.ts";
import { instantiateBody, instantiatedView, instantiateTemplate } from "../domain/templates/instantiate.ts";
import { listTemplates, templateList, templatesQuery } from "../domain/templates/list.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "workflows";
const params = z.object({ template_id: z.string().max(100) });

export const templateRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/workflows/templates", operation: "listWorkflowTemplates", tag, summary: "Workflows to begin with, by category", permission: "workflows.read", query: templatesQuery, responses: { 200: templateList } },
    async ({ query }) => reply(200, listTemplates(query)),
  ),
  tenantRoute(
    { method: "get", path: "/workflows/templates/:template_id", operation: "getWorkflowTemplate", tag, summary: "A template with its variables and its source", permission: "workflows.read", params, responses: { 200: templateDetail } },
    async ({ params }) => reply(200, findTemplate(params.template_id)),
  ),
  tenantRoute(
    { method: "post", path: "/workflows/templates/:template_id/instantiate", operation: "instantiateWorkflowTemplate", tag, summary: "Make a workflow of a template: published, and switched off unless that is wanted", permission: "workflows.write", params, body: instantiateBody, responses: { 201: instantiatedView } },
    async ({ ctx, params, body }) => reply(201, await instantiateTemplate({ ctx, input: { ...body, ...params } })),
  ),
];
