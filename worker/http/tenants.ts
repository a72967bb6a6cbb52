import { z } from "zod";
import { getSettings, getTenant } from "../domain/tenants/get.ts";
import { settingsChange, updateSettings } from "../domain/tenants/update-settings.ts";
import { settingsView, tenantDetail } from "../domain/tenants/view.ts";
import { uuid } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "tenants";
const settings = { tag, path: "/tenants/:id/settings", params: z.object({ id: z.union([uuid, z.literal("current")]) }) } as const;

export const tenantRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/tenants/current", operation: "getTenant", tag, summary: "The tenant you are in: its plan, status and settings", permission: "tenant.read", responses: { 200: tenantDetail } },
    async ({ ctx }) => reply(200, await getTenant({ ctx })),
  ),
  tenantRoute(
    { ...settings, method: "get", operation: "getTenantSettings", summary: "What its admins have chosen", permission: "tenant.read", responses: { 200: settingsView } },
    async ({ ctx, params }) => reply(200, await getSettings({ ctx, input: params })),
  ),
  tenantRoute(
    { ...settings, method: "patch", operation: "updateTenantSettings", summary: "Change settings; what is left out stays", permission: "tenant.write", body: settingsChange, responses: { 200: settingsView } },
    async ({ ctx, params, body }) => reply(200, await updateSettings({ ctx, input: { ...params, ...body } })),
  ),
];
