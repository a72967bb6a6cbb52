/**
 * What pipelines, stages and deals answer to besides the routes of every entity.
 * @module
 */
import { z } from "zod";
import { viewSchema } from "../../sdk/schema/crm/entity.ts";
import { schemas } from "../../sdk/schema/crm/fields.ts";
import { entities } from "../../sdk/schema/crm/index.ts";
import { mostStages } from "../../sdk/schema/crm/pipeline/index.ts";
import { moveBody, moveDeal } from "../domain/deals/move.ts";
import { board, boardQuery, boardView } from "../domain/pipelines/board.ts";
import { deleteQuery, deleteWithDeals } from "../domain/pipelines/delete.ts";
import { orderStages } from "../domain/pipelines/order.ts";
import { recordContext } from "../domain/records/context.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const params = z.object({ id: z.string().max(64) });
const { deal, stage } = entities;
const order = z.strictObject({ stages: z.array(schemas.id).min(1).max(mostStages).describe("Ids of all its stages, in their order") });

export const pipelineRoutes: readonly Route[] = [
  tenantRoute({ method: "get", path: "/pipelines/:id/board", operation: "getPipelineBoard", tag: "pipelines", summary: "See a pipeline's stages, and the deals in each", permission: "deals.read", besides: ["pipelines.read"], params, query: boardQuery, responses: { 200: boardView } }, async ({ ctx, params, query }) => reply(200, await board({ ctx: recordContext(ctx), id: params.id, input: query }))),
  tenantRoute({ method: "put", path: "/pipelines/:id/stages/order", operation: "orderStages", tag: "pipelines", summary: "Put a pipeline's stages in order", permission: "pipelines.write", params, body: order, responses: { 200: z.object({ data: z.array(viewSchema(stage)) }) } }, async ({ ctx, params, body }) => reply(200, { data: await orderStages({ ctx: recordContext(ctx), input: { id: params.id, ...body } }) })),
  tenantRoute({ method: "delete", path: "/pipelines/:id", operation: "deletePipeline", tag: "pipelines", summary: "Delete a pipeline with its stages; it can be restored", permission: "pipelines.delete", params, query: deleteQuery("pipeline"), versioned: true, responses: { 204: null } }, async ({ ctx, params, query, version }) => {
    await deleteWithDeals({ ctx: recordContext(ctx), kind: "pipeline", input: { id: params.id, moveTo: query.move_to ?? null, version } });
    return reply(204);
  }),
  tenantRoute({ method: "delete", path: "/stages/:id", operation: "deleteStage", tag: "stages", summary: "Delete a stage; it can be restored", permission: "pipelines.delete", params, query: deleteQuery("stage"), versioned: true, responses: { 204: null } }, async ({ ctx, params, query, version }) => {
    await deleteWithDeals({ ctx: recordContext(ctx), kind: "stage", input: { id: params.id, moveTo: query.move_to ?? null, version } });
    return reply(204);
  }),
  tenantRoute({ method: "post", path: "/deals/:id/move", operation: "moveDeal", tag: "deals", summary: "Move a deal to a stage, and to a place in it", permission: "deals.write", params, body: moveBody, responses: { 200: viewSchema(deal) } }, async ({ ctx, params, body }) => {
    const moved = await moveDeal({ ctx: recordContext(ctx), input: { id: params.id, ...body } });
    return { ...reply(200, moved), headers: { etag: `"${moved.version}"` } };
  }),
];
