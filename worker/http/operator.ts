import { tenantBody, tenantView, upsertTenantByOperator } from "../domain/tenants/upsert.ts";
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
];
