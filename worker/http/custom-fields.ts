import { z } from "zod";
import { createCustomField, customFieldBody } from "../domain/custom-fields/create.ts";
import { deleteCustomField } from "../domain/custom-fields/delete.ts";
import { customFieldsQuery, listCustomFields } from "../domain/custom-fields/list.ts";
import { orderBody, orderCustomFields } from "../domain/custom-fields/order.ts";
import { customFieldChange, updateCustomField } from "../domain/custom-fields/update.ts";
import { customFieldView, findField, viewField } from "../domain/custom-fields/view.ts";
import { pagination } from "../domain/page.ts";
import { categoryUsage, tagUsage, usageView } from "../domain/records/usage.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "custom-fields";
const list = z.object({ data: z.array(customFieldView), pagination });

export const customFieldRoutes: readonly Route[] = [
  tenantRoute({ method: "get", path: "/custom-fields", operation: "listCustomFields", tag, summary: "Fields that the tenant has added, in their order", permission: "custom_fields.read", query: customFieldsQuery, responses: { 200: list } }, async ({ ctx, query }) => reply(200, await listCustomFields({ ctx, input: query }))),
  tenantRoute({ method: "post", path: "/custom-fields", operation: "createCustomField", tag, summary: "Add a field to an entity", permission: "custom_fields.write", body: customFieldBody, responses: { 201: customFieldView } }, async ({ ctx, body }) => reply(201, await createCustomField({ ctx, input: body }))),
  // Before `:id`, which it is none of.
  tenantRoute({ method: "put", path: "/custom-fields/order", operation: "orderCustomFields", tag, summary: "Put an entity's fields in another order", permission: "custom_fields.write", body: orderBody, responses: { 200: list } }, async ({ ctx, body }) => reply(200, await orderCustomFields({ ctx, input: body }))),
  tenantRoute({ method: "get", path: "/custom-fields/:id", operation: "getCustomField", tag, summary: "One field", permission: "custom_fields.read", params: uuidParams, responses: { 200: customFieldView } }, async ({ ctx, params }) => reply(200, viewField(await findField(ctx, params.id)))),
  tenantRoute({ method: "patch", path: "/custom-fields/:id", operation: "updateCustomField", tag, summary: "Change title, options, default, or whether it is required", permission: "custom_fields.write", params: uuidParams, body: customFieldChange, responses: { 200: customFieldView } }, async ({ ctx, params, body }) => reply(200, await updateCustomField({ ctx, input: { ...params, ...body } }))),
  tenantRoute({ method: "delete", path: "/custom-fields/:id", operation: "deleteCustomField", tag, summary: "Delete a field, and its values with it", permission: "custom_fields.delete", params: uuidParams, responses: { 204: null } }, async ({ ctx, params }) => {
    await deleteCustomField({ ctx, input: params });
    return reply(204);
  }),
  tenantRoute({ method: "get", path: "/tags/:id/usage", operation: "tagUsage", tag: "tags", summary: "How many records have a tag", permission: "tags.read", params: uuidParams, responses: { 200: usageView } }, async ({ ctx, params }) => reply(200, await tagUsage({ ctx, input: params }))),
  tenantRoute({ method: "get", path: "/categories/:id/usage", operation: "categoryUsage", tag: "categories", summary: "How many records are of a category", permission: "tags.read", params: uuidParams, responses: { 200: usageView } }, async ({ ctx, params }) => reply(200, await categoryUsage({ ctx, input: params }))),
];
