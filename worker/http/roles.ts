import { z } from "zod";
import { pageQuery, pagination } from "../domain/page.ts";
import { createRole } from "../domain/roles/create.ts";
import { deleteRole } from "../domain/roles/delete.ts";
import { getRole } from "../domain/roles/get.ts";
import { listRoles } from "../domain/roles/list.ts";
import { listPermissions, permissionView } from "../domain/roles/permissions.ts";
import { updateRole } from "../domain/roles/update.ts";
import { roleBody, roleChange, roleView } from "../domain/roles/view.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "roles";
const one = { tag, path: "/roles/:id", params: z.object({ id: z.string().regex(/^[a-z0-9-]{1,36}$/) }) } as const;

export const roleRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/permissions", operation: "listPermissions", tag, summary: "Every permission there is, and what it allows", permission: "roles.read", responses: { 200: z.object({ data: z.array(permissionView) }) } },
    async () => reply(200, listPermissions()),
  ),
  tenantRoute(
    { method: "get", path: "/roles", operation: "listRoles", tag, summary: "The built-in roles, then the tenant's own", permission: "roles.read", query: pageQuery, responses: { 200: z.object({ data: z.array(roleView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listRoles({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/roles", operation: "createRole", tag, summary: "Make a role, with no more than you may do yourself", permission: "roles.write", body: roleBody, responses: { 201: roleView } },
    async ({ ctx, body }) => reply(201, await createRole({ ctx, input: body })),
  ),
  tenantRoute(
    { ...one, method: "get", operation: "getRole", summary: "A role", permission: "roles.read", responses: { 200: roleView } },
    async ({ ctx, params }) => reply(200, await getRole({ ctx, input: params })),
  ),
  tenantRoute(
    { ...one, method: "patch", operation: "updateRole", summary: "Change a role of the tenant; it counts from its people's next request on", permission: "roles.write", body: roleChange, responses: { 200: roleView } },
    async ({ ctx, params, body }) => reply(200, await updateRole({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { ...one, method: "delete", operation: "deleteRole", summary: "Delete a role that nobody has", permission: "roles.write", responses: { 204: null } },
    async ({ ctx, params }) => {
      await deleteRole({ ctx, input: params });
      return reply(204);
    },
  ),
];
