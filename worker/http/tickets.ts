/**
 * What tickets answer to besides the routes of every entity.
 * @module
 */
import { z } from "zod";
import { viewSchema } from "../../sdk/schema/crm/entity.ts";
import { entities } from "../../sdk/schema/crm/index.ts";
import { recordContext } from "../domain/records/context.ts";
import { getTicketSla, setTicketSla, slaBody, slaView } from "../domain/tickets/policies.ts";
import { respondToTicket } from "../domain/tickets/respond.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const params = z.object({ id: z.string().max(64) });

export const ticketRoutes: readonly Route[] = [
  tenantRoute({ method: "post", path: "/tickets/:id/respond", operation: "respondToTicket", tag: "tickets", summary: "Note that the customer was answered", permission: "tickets.write", params, responses: { 200: viewSchema(entities.ticket) } }, async ({ ctx, params }) => {
    const ticket = await respondToTicket({ ctx: recordContext(ctx), input: params });
    return { ...reply(200, ticket), headers: { etag: `"${ticket.version}"` } };
  }),
  tenantRoute({ method: "get", path: "/ticket-sla", operation: "getTicketSla", tag: "tickets", summary: "See how soon tickets are to be answered and solved", permission: "tickets.read", responses: { 200: slaView } }, async ({ ctx }) => reply(200, await getTicketSla({ ctx }))),
  tenantRoute({ method: "put", path: "/ticket-sla", operation: "setTicketSla", tag: "tickets", summary: "Choose how soon tickets are to be answered and solved", permission: "pipelines.write", besides: ["tickets.read"], body: slaBody, responses: { 200: slaView } }, async ({ ctx, body }) => reply(200, await setTicketSla({ ctx, input: body }))),
];
