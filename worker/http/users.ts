import { z } from "zod";
import { invitationView } from "../domain/invitations/view.ts";
import { pagination } from "../domain/page.ts";
import { createUser, userBody } from "../domain/users/create.ts";
import { getUser } from "../domain/users/get.ts";
import { listUsers, listUsersQuery } from "../domain/users/list.ts";
import { removeUser } from "../domain/users/remove.ts";
import { updateUser, userChange } from "../domain/users/update.ts";
import { userView } from "../domain/users/view.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "users";
const one = { tag, path: "/users/:id", params: uuidParams } as const;

export const userRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/users", operation: "listUsers", tag, summary: "Members of the tenant", permission: "users.read", query: listUsersQuery, responses: { 200: z.object({ data: z.array(userView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listUsers({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/users", operation: "createUser", tag, summary: "Invite somebody: a member once they have accepted, with a password of their own", permission: "users.write", body: userBody, responses: { 201: invitationView } },
    async ({ ctx, body }) => reply(201, await createUser({ ctx, input: body })),
  ),
  tenantRoute(
    { ...one, method: "get", operation: "getUser", summary: "A member", permission: "users.read", responses: { 200: userView } },
    async ({ ctx, params }) => reply(200, await getUser({ ctx, input: params })),
  ),
  tenantRoute(
    { ...one, method: "patch", operation: "updateUser", summary: "Change somebody's role, team or status; it counts from their next request on", permission: "users.write", body: userChange, responses: { 200: userView } },
    async ({ ctx, params, body }) => reply(200, await updateUser({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { ...one, method: "delete", operation: "removeUser", summary: "End a membership, with the person's sessions and API keys here", permission: "users.write", responses: { 204: null } },
    async ({ ctx, params }) => {
      await removeUser({ ctx, input: params });
      return reply(204);
    },
  ),
];
