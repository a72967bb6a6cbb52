/**
 * `POST /hooks/{tenant}/{path}/test`: while somebody listens, the next call is kept as a sample,
 * whoever it is from, and starts nothing.
 * @module
 */
import { and, eq, gt, isNull } from "drizzle-orm";
import { findHookTarget } from "../../db/hook-lookup.ts";
import { hookSamples } from "../../db/schema/hooks.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { toBase64 } from "../auth/bytes.ts";
import type { BaseContext } from "../domain/context.ts";
import { configOf } from "../domain/hooks/config.ts";
import { readBytes, readText } from "../http/body.ts";
import { keptHeaders } from "./payload.ts";
import type { HookAddress } from "./receive.ts";
import { Refused, unknownHook } from "./refused.ts";
import { verify } from "./verify.ts";

/** What may come, and what of it is kept, in bytes. */
const maxBytes = 1024 * 1024;
const keptBytes = 256 * 1024;

/** @throws Refused `unknown-hook` while nobody listens */
export async function takeSample(ctx: BaseContext, request: Request, { tenant, path }: HookAddress): Promise<Response> {
  const target = await findHookTarget(ctx.env.DB, tenant, path);
  if (!target) throw unknownHook("no such tenant");
  const db = tenantDb(ctx.env.DB, target.tenant_id);
  const open = and(eq(hookSamples.path, path), gt(hookSamples.listen_until, ctx.now), isNull(hookSamples.captured_at));
  if (!(await db.first(hookSamples, open))) throw unknownHook("nobody listens");
  const body = await readBytes(request, maxBytes);
  const { headers } = request;
  const signature = await verify({ hook: target.hook, body, headers, keys: ctx.env, now: ctx.now }).then(
    ({ scheme }) => (scheme === "none" ? ("unchecked" as const) : ("valid" as const)),
    (error: unknown) => {
      if (error instanceof Refused) return "invalid" as const;
      throw error;
    },
  );
  const kept = body.subarray(0, keptBytes);
  const text = readText(kept);
  const set = { captured_at: ctx.now, headers: keptHeaders(headers, target.hook ? configOf(target.hook) : { scheme: "none" }), body: text ?? toBase64(kept), encoding: text === null ? ("base64" as const) : ("text" as const), bytes: body.length, signature };
  if (!(await db.batchIf(db.exists(hookSamples, open), [db.update(hookSamples, set, open)]))) throw unknownHook("another call was quicker");
  return Response.json({ captured: true });
}
