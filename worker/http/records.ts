/**
 * The routes of every entity, made from its declaration.
 * @module
 */
import { z } from "zod";
import { type AnyEntity, changeSchema, newRecordSchema, viewSchema } from "../../sdk/schema/crm/entity.ts";
import { allEntities } from "../../sdk/schema/crm/index.ts";
import { recordPermissionsTo } from "../auth/permissions.ts";
import { pageQuery, pagination } from "../domain/page.ts";
import { permissionFor } from "../domain/records/access.ts";
import { type Bulk, bulkBody, bulkRecords, bulkResult } from "../domain/records/bulk.ts";
import { recordContext } from "../domain/records/context.ts";
import { createRecord } from "../domain/records/create.ts";
import { deleteRecord, restoreRecord } from "../domain/records/delete.ts";
import { getRecord } from "../domain/records/get.ts";
import { historyEntry, recordHistory } from "../domain/records/history.ts";
import { listRecords, recordsQuery } from "../domain/records/list.ts";
import { updateRecord } from "../domain/records/update.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const params = z.object({ id: z.string().max(64) });
const etag = (version: number) => ({ headers: { etag: `"${version}"` } });
const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
const names = (text: string): string[] => text.split(",").filter((name) => name !== "");

function routesOf(of: AnyEntity): Route[] {
  const { path, kind, title } = of;
  const [one, many, tag] = [capital(kind), capital(path), path];
  const thing = title.toLowerCase();
  const view = viewSchema(of);
  const list = z.object({ data: z.array(z.record(z.string(), z.unknown())), pagination: pagination.extend({ total: z.number().int().optional() }) });
  // What is written about a record is for who sees the record.
  const about = "record_type" in of.fields ? { besides: recordPermissionsTo("read") } : {};
  const [read, write, remove] = [permissionFor(of, "read"), permissionFor(of, "write"), permissionFor(of, "delete")];
  return [
    tenantRoute({ method: "get", path: `/${path}`, operation: `list${many}`, tag, summary: `List ${path}`, permission: read, ...about, query: recordsQuery(of), responses: { 200: list } }, async ({ ctx, query }) => reply(200, await listRecords({ ctx: recordContext(ctx), of, input: query }))),
    tenantRoute({ method: "post", path: `/${path}`, operation: `create${one}`, tag, summary: `Make a ${thing}`, permission: write, ...about, keyed: true, body: newRecordSchema(of), responses: { 201: view } }, async ({ ctx, body, key }) => {
      const made = await createRecord({ ctx: recordContext(ctx), of, input: body, key });
      return { ...reply(201, made), ...etag(made.version) };
    }),
    tenantRoute({ method: "post", path: `/${path}/bulk`, operation: `bulk${many}`, tag, summary: `Change, delete, restore many ${path}`, permission: write, ...about, body: bulkBody(of), responses: { 200: bulkResult } }, async ({ ctx, body }) => reply(200, await bulkRecords({ ctx: recordContext(ctx), of, input: body as Bulk }))),
    tenantRoute({ method: "get", path: `/${path}/:id`, operation: `get${one}`, tag, summary: `See a ${thing}`, permission: read, ...about, params, query: z.object({ expand: z.string().max(500).transform(names).optional().describe("Records referred to, shown along") }), responses: { 200: view } }, async ({ ctx, params, query }) => {
      const found = await getRecord({ ctx: recordContext(ctx), of, id: params.id, expand: query.expand });
      return { ...reply(200, found), ...etag(found.version) };
    }),
    tenantRoute({ method: "patch", path: `/${path}/:id`, operation: `update${one}`, tag, summary: `Change a ${thing}`, permission: write, ...about, params, versioned: true, body: changeSchema(of), responses: { 200: view } }, async ({ ctx, params, body, version }) => {
      const changed = await updateRecord({ ctx: recordContext(ctx), of, id: params.id, input: body, version });
      return { ...reply(200, changed), ...etag(changed.version) };
    }),
    tenantRoute({ method: "delete", path: `/${path}/:id`, operation: `delete${one}`, tag, summary: `Delete a ${thing}; it can be restored`, permission: remove, ...about, params, versioned: true, responses: { 204: null } }, async ({ ctx, params, version }) => {
      await deleteRecord({ ctx: recordContext(ctx), of, id: params.id, version });
      return reply(204);
    }),
    tenantRoute({ method: "post", path: `/${path}/:id/restore`, operation: `restore${one}`, tag, summary: `Restore a ${thing} that was deleted`, permission: remove, ...about, params, responses: { 200: view } }, async ({ ctx, params }) => reply(200, await restoreRecord({ ctx: recordContext(ctx), of, id: params.id }))),
    tenantRoute({ method: "get", path: `/${path}/:id/history`, operation: `${kind}History`, tag, summary: `What became of a ${thing}`, permission: read, ...about, params, query: pageQuery, responses: { 200: z.object({ data: z.array(historyEntry), pagination }) } }, async ({ ctx, params, query }) => reply(200, await recordHistory({ ctx: recordContext(ctx), of, id: params.id, input: query }))),
  ];
}

/** Where a kind has a route of its own instead. */
const particular = new Set(["deletePipeline", "deleteStage"]);

export const recordRoutes: readonly Route[] = allEntities.flatMap(routesOf).filter(({ shape }) => !particular.has(shape.operation));

/** Tags of the routes, which are reached without the prefix too. */
export const recordTags: readonly string[] = allEntities.map(({ path }) => path);
