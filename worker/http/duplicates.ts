/** Records that may be the same. */
import { z } from "zod";
import type { AnyEntity } from "../../sdk/schema/crm/entity.ts";
import { alikeRecords, duplicatesOf, duplicatesOfNew, likelyFields } from "../domain/duplicates/alike.ts";
import { distinctBody, keepApart } from "../domain/duplicates/distinct.ts";
import { comparable, comparedEntity, duplicateGroups, duplicatesQuery, listDuplicates } from "../domain/duplicates/list.ts";
import { can } from "../auth/can.ts";
import { permissionFor } from "../domain/records/access.ts";
import { recordContext } from "../domain/records/context.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const params = z.object({ id: z.string().max(64) });
const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
const newQuery = z.object({ entity: comparedEntity, ...likelyFields });

function routesOf(of: AnyEntity): Route[] {
  const { path, kind, title } = of;
  const thing = title.toLowerCase();
  return [
    tenantRoute({ method: "get", path: `/${path}/:id/duplicates`, operation: `${kind}Duplicates`, tag: path, summary: `Find what may be the same ${thing}`, permission: permissionFor(of, "read"), params, responses: { 200: alikeRecords } }, async ({ ctx, params }) => reply(200, await duplicatesOf({ ctx: recordContext(ctx), of, id: params.id }))),
    tenantRoute({ method: "post", path: `/${path}/:id/duplicates/ignore`, operation: `keep${capital(kind)}Apart`, tag: path, summary: `Say that others are not the same ${thing}: they are suggested no more`, permission: permissionFor(of, "write"), params, body: distinctBody, responses: { 204: null } }, async ({ ctx, params, body }) => {
      await keepApart({ ctx: recordContext(ctx), of, id: params.id, input: body });
      return reply(204);
    }),
  ];
}

export const duplicateRoutes: readonly Route[] = [
  tenantRoute({ method: "get", path: "/duplicates", operation: "listDuplicates", tag: "duplicates", summary: "Groups of records that may be the same", permission: "views.read", query: duplicatesQuery, responses: { 200: duplicateGroups } }, async ({ ctx, query }) => reply(200, await listDuplicates({ ctx: recordContext(ctx), input: query }))),
  tenantRoute({ method: "get", path: "/duplicates/check", operation: "checkDuplicates", tag: "duplicates", summary: "Before a record is made: those it may be the same as", permission: "views.read", query: newQuery, responses: { 200: alikeRecords } }, async ({ ctx, query: { entity, ...input } }) => {
    if (!can(ctx.actor, permissionFor(entity, "read"))) return reply(200, { data: [] });
    return reply(200, await duplicatesOfNew({ ctx: recordContext(ctx), of: entity, input }));
  }),
  ...comparable.flatMap(routesOf),
];
