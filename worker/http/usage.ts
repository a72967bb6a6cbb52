import { getUsage, usageView } from "../domain/usage/get.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

export const usageRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/usage", operation: "getUsage", tag: "usage", summary: "Every limit of the tenant's plan, and how much of it is used", permission: "tenant.read", responses: { 200: usageView } },
    async ({ ctx }) => reply(200, await getUsage({ ctx })),
  ),
];
