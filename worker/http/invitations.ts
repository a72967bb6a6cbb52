import { z } from "zod";
import { loginReply } from "../domain/auth/login.ts";
import { acceptBody, acceptInvitation } from "../domain/invitations/accept.ts";
import { createInvitation, invitationBody } from "../domain/invitations/create.ts";
import { listInvitations } from "../domain/invitations/list.ts";
import { lookUpInvitation, lookupQuery, lookupView } from "../domain/invitations/lookup.ts";
import { resendInvitation } from "../domain/invitations/resend.ts";
import { revokeInvitation } from "../domain/invitations/revoke.ts";
import { invitationView } from "../domain/invitations/view.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { unkept } from "./auth.ts";
import { uuidParams } from "./parameters.ts";
import { publicRoute, reply, type Route, tenantRoute } from "./route.ts";

const tag = "invitations";

export const invitationRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/invitations", operation: "listInvitations", tag, summary: "Invitations, the latest first, those that are over too", permission: "users.read", query: pageQuery, responses: { 200: z.object({ data: z.array(invitationView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listInvitations({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/invitations", operation: "createInvitation", tag, summary: "Mail somebody a link by which they join", permission: "users.write", body: invitationBody, responses: { 201: invitationView } },
    async ({ ctx, body }) => reply(201, await createInvitation({ ctx, input: body })),
  ),
  tenantRoute(
    { method: "post", path: "/invitations/:id/resend", operation: "resendInvitation", tag, summary: "Mail a new link; the old one ends", permission: "users.write", params: uuidParams, responses: { 200: invitationView } },
    async ({ ctx, params }) => reply(200, await resendInvitation({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "delete", path: "/invitations/:id", operation: "revokeInvitation", tag, summary: "Revoke an invitation: its link opens nothing from now on", permission: "users.write", params: uuidParams, responses: { 204: null } },
    async ({ ctx, params }) => {
      await revokeInvitation({ ctx, input: params });
      return reply(204);
    },
  ),
  publicRoute(
    { method: "get", path: "/invitations/lookup", operation: "lookUpInvitation", tag, summary: "What a mailed link is for", query: lookupQuery, responses: { 200: lookupView } },
    async ({ ctx, query }) => reply(200, await lookUpInvitation({ ctx, input: query })),
  ),
  publicRoute(
    { method: "post", path: "/invitations/accept", operation: "acceptInvitation", tag, summary: "Join by a mailed link: with a name and a new password, with the account's password, or signed in", knowsVisitor: true, body: acceptBody, responses: { 200: loginReply } },
    async ({ ctx, body }) => ({ ...reply(200, await acceptInvitation({ ctx, input: body })), ...unkept }),
  ),
];
