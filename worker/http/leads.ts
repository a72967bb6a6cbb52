/**
 * What leads answer to besides the routes of every entity.
 * @module
 */
import { z } from "zod";
import { convertBody, convertedView, convertLead } from "../domain/leads/convert.ts";
import { recordContext } from "../domain/records/context.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const params = z.object({ id: z.string().max(64) });

export const leadRoutes: readonly Route[] = [
  tenantRoute({ method: "post", path: "/leads/:id/convert", operation: "convertLead", tag: "leads", summary: "Make a contact of a lead, with a company and a deal if wanted", permission: "leads.write", besides: ["leads.read", "contacts.read", "contacts.write", "companies.read", "companies.write", "deals.read", "deals.write"], params, body: convertBody, responses: { 200: convertedView } }, async ({ ctx, params, body }) => reply(200, await convertLead({ ctx: recordContext(ctx), input: { ...body, id: params.id } }))),
];
