import { z } from "zod";
import { pageQuery, pagination } from "../domain/page.ts";
import { listSessions } from "../domain/sessions/list.ts";
import { refreshBody, refreshSession } from "../domain/sessions/refresh.ts";
import { logout, revokeOtherSessions, revokeOwnSession } from "../domain/sessions/revoke.ts";
import { sessionGrant, sessionView } from "../domain/sessions/view.ts";
import { unkept } from "./auth.ts";
import { uuidParams } from "./parameters.ts";
import { publicRoute, reply, type Route, userRoute } from "./route.ts";

const tag = "auth";
/** Also for people who have to set their second factor up yet. */
const withoutMfa = true;

export const sessionRoutes: readonly Route[] = [
  publicRoute(
    { method: "post", path: "/auth/refresh", operation: "refreshSession", tag, summary: "The next pair of tokens; the refresh token that was sent is used up", body: refreshBody, responses: { 200: sessionGrant } },
    async ({ ctx, body }) => ({ ...reply(200, await refreshSession({ ctx, input: body })), ...unkept }),
  ),
  userRoute(
    { method: "post", path: "/auth/logout", operation: "logout", tag, summary: "End this session", withoutMfa, responses: { 204: null } },
    async ({ ctx }) => {
      await logout({ ctx });
      return reply(204);
    },
  ),
  userRoute(
    { method: "get", path: "/auth/sessions", operation: "listSessions", tag, summary: "Where you are signed in, in all of your tenants; after a sign-in with a tenant's provider in that one", withoutMfa, query: pageQuery, responses: { 200: z.object({ data: z.array(sessionView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listSessions({ ctx, input: query })),
  ),
  userRoute(
    { method: "delete", path: "/auth/sessions", operation: "revokeOtherSessions", tag, summary: "End all of your sessions but this one", withoutMfa, responses: { 204: null } },
    async ({ ctx }) => {
      await revokeOtherSessions({ ctx });
      return reply(204);
    },
  ),
  userRoute(
    { method: "delete", path: "/auth/sessions/:id", operation: "revokeSession", tag, summary: "End one of your sessions", withoutMfa, params: uuidParams, responses: { 204: null } },
    async ({ ctx, params }) => {
      await revokeOwnSession({ ctx, input: params });
      return reply(204);
    },
  ),
];
