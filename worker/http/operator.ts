import { z } from "zod";
import { pagination } from "../domain/page.ts";
import { listAllTenants, operatedChange, operatedView, operateTenant, tenantsQuery } from "../domain/tenants/operate.ts";
import { personBody, personView, seedPerson } from "../domain/people/seed.ts";
import { tenantBody, tenantView, upsertTenantByOperator } from "../domain/tenants/upsert.ts";
import { uuidParams } from "./parameters.ts";
import { operatorRoute, reply, type Route } from "./route.ts";

/** For the operator's own tools, e.g. a local server that seeds its tenant. */
export const operatorRoutes: readonly Route[] = [
  operatorRoute(
    {
      method: "post",
      path: "/operator/tenants",
      operation: "upsertTenant",
      tag: "operator",
      summary: "Create a tenant, or change the one with this slug",
      body: tenantBody,
      responses: { 200: tenantView, 201: tenantView },
    },
    async ({ ctx, body }) => {
      const { tenant, created } = await upsertTenantByOperator({ ctx, input: body });
      return reply(created ? 201 : 200, tenant);
    },
  ),
  operatorRoute(
    { method: "get", path: "/operator/tenants", operation: "listTenants", tag: "operator", summary: "Every tenant, the oldest first", query: tenantsQuery, responses: { 200: z.object({ data: z.array(operatedView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listAllTenants({ ctx, input: query })),
  ),
  operatorRoute(
    { method: "patch", path: "/operator/tenants/:id", operation: "operateTenant", tag: "operator", summary: "Change a tenant's plan or limits, suspend it, let it go on", params: uuidParams, body: operatedChange, responses: { 200: operatedView } },
    async ({ ctx, params, body }) => reply(200, await operateTenant({ ctx, input: { ...params, ...body } })),
  ),
  operatorRoute(
    { method: "post", path: "/operator/tenants/:id/people", operation: "seedPerson", tag: "operator", summary: "Put a person into a tenant without an invitation", params: uuidParams, body: personBody, responses: { 200: personView, 201: personView } },
    async ({ ctx, params, body }) => {
      const { person, created } = await seedPerson({ ctx, input: { ...params, ...body } });
      return reply(created ? 201 : 200, person);
    },
  ),
];
