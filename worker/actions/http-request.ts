import { answerOf, failureOf, requestOf } from "../../sdk/schema/actions/http-call.ts";
import { ownSpecs } from "../../sdk/schema/actions/index.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import { closedTo, networkOf } from "../domain/webhooks/network.ts";
import { defaultEgressLimits } from "../egress/egress.ts";
import { refusedHeader } from "../egress/refusal.ts";
import { action, type ActionContext } from "./action.ts";

const withoutKey = new Set(["GET", "HEAD"]);

/** @throws PlatformError `forbidden` for an address that the tenant may not reach */
async function mustBeOpen({ env, tenant }: ActionContext, url: string): Promise<void> {
  const closed = await closedTo(env, tenant, url, { plain: true });
  if (closed !== null) throw new PlatformError("forbidden", `${closed}.`);
}

/** By hand. From workflows their own isolate sends it (sdk/runtime/actions.ts), through the same rules. */
export const httpRequest = action(
  ownSpecs.httpRequest,
  async (ctx, { url, method }) => {
    await mustBeOpen(ctx, url);
    return { statements: [], result: null, changes: [{ type: "http_request", id: new URL(url).host, before: null, after: { method, url } }] };
  },
  async (ctx, params) => {
    await mustBeOpen(ctx, params.url);
    const request = requestOf(params);
    if (!withoutKey.has(request.method) && !request.headers.has("idempotency-key")) request.headers.set("idempotency-key", ctx.key);
    const response = await networkOf(ctx.env, ctx.tenant, { ...defaultEgressLimits, responseBytes: params.max_bytes, ms: 20_000 })(request);
    if (response.headers.has(refusedHeader)) throw new PlatformError("bad-request", (await response.json<{ detail: string }>()).detail);
    const answer = await answerOf(response, params).catch((error: unknown) => Promise.reject(new PlatformError("bad-request", error instanceof Error ? error.message : String(error))));
    if (failureOf(answer, params) !== null) throw new PlatformError("bad-request", `${request.method} ${new URL(params.url).host} answered ${answer.status}${answer.body === "" ? "" : `: ${answer.body.slice(0, 300)}`}`);
    return answer;
  },
);
