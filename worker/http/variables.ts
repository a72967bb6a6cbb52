import { z } from "zod";
import { variableView } from "../../sdk/schema/variable.ts";
import { pagination } from "../domain/page.ts";
import { createVariable, variableBody } from "../domain/variables/create.ts";
import { deleteVariable } from "../domain/variables/delete.ts";
import { getVariable, listVariables, variablesQuery } from "../domain/variables/list.ts";
import { rotatedView, rotateKey } from "../domain/variables/rotate-key.ts";
import { updateVariable, variableChange } from "../domain/variables/update.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "variables";

export const variableRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/variables", operation: "listVariables", tag, summary: "Variables and secrets; of secrets only that they are there", permission: "variables.read", query: variablesQuery, responses: { 200: z.object({ data: z.array(variableView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listVariables({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/variables", operation: "createVariable", tag, summary: "Set a variable or a secret", permission: "variables.write", body: variableBody, responses: { 201: variableView } },
    async ({ ctx, body }) => reply(201, await createVariable({ ctx, input: body })),
  ),
  // Before `:id`, which it is none of.
  tenantRoute(
    { method: "post", path: "/variables/rotate-key", operation: "rotateDataKey", tag, summary: "Seal the tenant's secrets under a new key", permission: "variables.write", responses: { 200: rotatedView } },
    async ({ ctx }) => reply(200, await rotateKey({ ctx })),
  ),
  tenantRoute(
    { method: "get", path: "/variables/:id", operation: "getVariable", tag, summary: "One variable", permission: "variables.read", params: uuidParams, responses: { 200: variableView } },
    async ({ ctx, params }) => reply(200, await getVariable({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "patch", path: "/variables/:id", operation: "updateVariable", tag, summary: "Change value, hosts or description", permission: "variables.write", params: uuidParams, body: variableChange, responses: { 200: variableView } },
    async ({ ctx, params, body }) => reply(200, await updateVariable({ ctx, input: { ...params, ...body } })),
  ),
  tenantRoute(
    { method: "delete", path: "/variables/:id", operation: "deleteVariable", tag, summary: "Delete a variable: executions that have read it keep their copy, a secret is gone at once", permission: "variables.write", params: uuidParams, responses: { 204: null } },
    async ({ ctx, params }) => {
      await deleteVariable({ ctx, input: params });
      return reply(204);
    },
  ),
];
