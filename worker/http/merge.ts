/** Several records become one, and come apart again. */
import { z } from "zod";
import { type AnyEntity, viewSchema } from "../../sdk/schema/crm/entity.ts";
import { permissionFor } from "../domain/records/access.ts";
import { recordContext } from "../domain/records/context.ts";
import { mergeBody, mergeRecords, mergeResult } from "../domain/records/merge.ts";
import { unmergeRecord } from "../domain/records/unmerge.ts";
import { comparable } from "../domain/duplicates/list.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const params = z.object({ id: z.string().max(64) });
const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

function routesOf(of: AnyEntity): Route[] {
  const { path, kind, title } = of;
  const [one, thing, permission] = [capital(kind), title.toLowerCase(), permissionFor(of, "delete")];
  return [
    tenantRoute({ method: "post", path: `/${path}/:id/merge`, operation: `merge${one}`, tag: path, summary: `Merge other ${path} into a ${thing}`, permission, params, versioned: true, body: mergeBody(of), responses: { 200: mergeResult(of) } }, async ({ ctx, params, body, version }) => {
      const merged = await mergeRecords({ ctx: recordContext(ctx), of, id: params.id, input: body, version });
      return { ...reply(200, merged), headers: { etag: `"${merged.record.version}"` } };
    }),
    tenantRoute({ method: "post", path: `/${path}/:id/unmerge`, operation: `unmerge${one}`, tag: path, summary: `Bring back a ${thing} that was merged into another`, permission, params, responses: { 200: viewSchema(of) } }, async ({ ctx, params }) => reply(200, await unmergeRecord({ ctx: recordContext(ctx), of, id: params.id }))),
  ];
}

export const mergeRoutes: readonly Route[] = comparable.flatMap(routesOf);
