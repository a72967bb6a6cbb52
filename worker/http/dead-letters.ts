import { z } from "zod";
import { deadLetterView, kindName } from "../domain/dead-letters/kinds.ts";
import { deadLettersQuery, listDeadLetters } from "../domain/dead-letters/list.ts";
import { replayView } from "../domain/dead-letters/job.ts";
import { discardDeadLetter, getReplay, replayBody, replayDeadLetter, replayedView, replayMany } from "../domain/dead-letters/replay.ts";
import { pagination } from "../domain/page.ts";
import { uuidParams } from "./parameters.ts";
import { reply, type Route, tenantRoute } from "./route.ts";

const tag = "dead-letters";
const params = z.object({ kind: kindName, id: z.string().min(1).max(64).regex(/^[\w-]+$/) });

export const deadLetterRoutes: readonly Route[] = [
  tenantRoute(
    { method: "get", path: "/dead-letters", operation: "listDeadLetters", tag, summary: "What was given up: executions, events, deliveries, calls to hooks; newest first", permission: "workflows.read", query: deadLettersQuery, responses: { 200: z.object({ data: z.array(deadLetterView), pagination }) } },
    async ({ ctx, query }) => reply(200, await listDeadLetters({ ctx, input: query })),
  ),
  tenantRoute(
    { method: "post", path: "/dead-letters/replay", operation: "replayDeadLetters", tag, summary: "Do all that fit once more, in the background", permission: "workflows.execute", body: replayBody, keyed: true, responses: { 202: replayView } },
    async ({ ctx, body, key }) => reply(202, await replayMany({ ctx, input: { ...body, key } })),
  ),
  tenantRoute(
    { method: "get", path: "/dead-letters/replays/:id", operation: "getReplay", tag, summary: "How far a replay is", permission: "workflows.read", params: uuidParams, responses: { 200: replayView } },
    async ({ ctx, params }) => reply(200, await getReplay({ ctx, input: params })),
  ),
  tenantRoute(
    { method: "post", path: "/dead-letters/:kind/:id/replay", operation: "replayDeadLetter", tag, summary: "Do it once more", permission: "workflows.execute", params, keyed: true, responses: { 202: replayedView } },
    async ({ ctx, params, key }) => reply(202, await replayDeadLetter({ ctx, input: { ...params, key } })),
  ),
  tenantRoute(
    { method: "post", path: "/dead-letters/:kind/:id/discard", operation: "discardDeadLetter", tag, summary: "Put it away: it is not listed any more", permission: "workflows.execute", params, responses: { 204: null } },
    async ({ ctx, params }) => {
      await discardDeadLetter({ ctx, input: params });
      return reply(204);
    },
  ),
];
