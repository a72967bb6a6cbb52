/**
 * `/updates`: a WebSocket of what happens (docs/realtime.md). Asked without an upgrade, it
 * says what there is.
 * @module
 */
import type { Context } from "hono";
import { z } from "zod";
import { updatesLimits, updatesProtocol, updatesTicket } from "../../sdk/schema/updates.ts";
import { connect } from "../realtime/connect.ts";
import { issueTicket } from "../realtime/ticket.ts";
import { unkept } from "./auth.ts";
import { type AppEnv, baseContext, type Deps } from "./handle.ts";
import { admitCredential, RateLimiter } from "./rate-limit.ts";
import { reply, type Route, userRoute } from "./route.ts";

const tag = "updates";

const offer = z.object({
  protocol: z.string().describe("WebSocket subprotocol to offer"),
  topics: z.array(z.string()).describe("Patterns of what one may listen to"),
  limits: z.object({ topics: z.number().int(), topicCharacters: z.number().int(), frameCharacters: z.number().int(), dataCharacters: z.number().int(), window: z.number().int() }),
});

const patterns = ["executions", "executions:{id}", "workflows:{id}", "approvals", "counts", "events", "records:{type}", "records:{type}:{id}"];

export const updatesRoutes: readonly Route[] = [
  userRoute(
    { method: "get", path: "/updates", operation: "getUpdates", tag, summary: "With `Upgrade: websocket`, for people by ticket or access token and for API keys: what happens, as it happens; without, what there is to listen to", responses: { 200: offer } },
    async ({ ctx }) => reply(200, { protocol: updatesProtocol, topics: [...patterns, `notifications:${ctx.actor.userId}`], limits: updatesLimits }),
  ),
  userRoute(
    { method: "post", path: "/updates/tickets", operation: "createUpdatesTicket", tag, summary: "A ticket that opens one socket within 30 seconds: `?ticket=`, or the subprotocol `everstep.ticket.…`", responses: { 201: updatesTicket } },
    async ({ ctx }) => ({ ...reply(201, await issueTicket({ ctx })), ...unkept }),
  ),
];

const addresses = new RateLimiter();

export const updatesPaths = ["/api/v1/updates", "/updates"] as const;

/** Takes requests that ask for a WebSocket, and leaves the others to the route. */
export function openSocket(deps: Deps): (c: Context<AppEnv>, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (c, next) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
      await next();
      return undefined;
    }
    const ctx = baseContext(c, deps);
    // Whoever comes without a header is not known before their ticket was looked up.
    if (c.req.header("authorization") === undefined) addresses.admitAddress(ctx);
    return connect(ctx, c.req.raw, ({ tenant, credential }) => admitCredential(ctx, tenant, credential.kind === "session" ? `user:${credential.userId}` : `key:${credential.keyId}`));
  };
}
