import { z } from "zod";
import { pageQuery, pagination } from "../domain/page.ts";
import { createTeam } from "../domain/teams/create.ts";
import { deleteTeam } from "../domain/teams/delete.ts";
import { getTeam } from "../domain/teams/get.ts";
import { listTeams } from "../domain/teams/list.ts";
import { updateTeam } from "../domain/teams/update.ts";
import { teamBody, teamView } from "../domain/teams/view.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "teams";
const one = { tag, path: "/teams/:id", params: uuidParams } as const;

export const teamRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/teams", operation: "listTeams", tag, summary: "Teams with how many members they have", permission: "users.read", query: pageQuery, responses: { 200: z.object({ data: z.array(teamView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listTeams({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/teams", operation: "createTeam", tag, summary: "Make a team", permission: "users.write", body: teamBody, responses: { 201: teamView } },
    async ({ ctx, body }) => reply(201, await createTeam({ ctx, input: body })),
  ),
  tenantRoute(
    { ...one, method: "get", operation: "getTeam", summary: "A team", permission: "users.read", responses: { 200: teamView } },
    async ({ ctx, params }) => reply(200, await getTeam({ ctx, input: params })),
  ),
  tenantRoute(
    { ...one, method: "patch", operation: "updateTeam", summary: "Rename a team", permission: "users.write", body: teamBody, responses: { 200: teamView } },
    async ({ ctx, params, body }) => reply(200, await updateTeam({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { ...one, method: "delete", operation: "deleteTeam", summary: "Delete a team that has no members", permission: "users.write", responses: { 204: null } },
    async ({ ctx, params }) => {
      await deleteTeam({ ctx, input: params });
      return reply(204);
    },
  ),
];
