/**
 * Listening for one call to a hook's test address, to see what a sender sends.
 * @module
 */
import { eq } from "drizzle-orm";
import { z } from "zod";
import { hookSamples } from "../../../db/schema/hooks.ts";
import { findTenant } from "../../../db/tenants.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import { iso, type TenantContext } from "../context.ts";

const windowMs = 10 * 60_000;

export const sampleView = z.object({
  path: z.string(),
  address: z.string().describe("Path of the URL whose next call is kept; it starts nothing"),
  listening: z.boolean(),
  listens_until: z.string(),
  captured_at: z.string().nullable().describe("Null: no call has come yet"),
  signature: z.enum(["valid", "invalid", "unchecked"]).nullable().describe("`invalid`: the call is not signed as the hook asks; to the hook itself it would be refused. `unchecked`: the hook asks for no signature"),
  headers: z.record(z.string(), z.string()).nullable().describe("Without credentials and signatures"),
  body: z.string().nullable().describe("How it begins, at most 256 KiB"),
  encoding: z.enum(["text", "base64"]).nullable().describe("`base64`: the body is not UTF-8"),
  bytes: z.number().int().nullable().describe("Of the whole body"),
});
export type SampleView = z.infer<typeof sampleView>;

type SampleRow = typeof hookSamples.$inferSelect;

async function view(ctx: TenantContext, { path, listen_until, captured_at, signature, headers, body, encoding, bytes }: SampleRow): Promise<SampleView> {
  const tenant = await findTenant(ctx.env.DB, ctx.tenant);
  return {
    path,
    address: `/hooks/${tenant?.slug ?? ""}/${path}/test`,
    listening: captured_at === null && listen_until > ctx.now,
    listens_until: iso(listen_until),
    captured_at: captured_at === null ? null : iso(captured_at),
    signature,
    headers,
    body,
    encoding,
    bytes,
  };
}

/** Opens the window anew; the sample before goes. The hook need not be set up yet. */
export async function listenForSample({ ctx, input }: { ctx: TenantContext; input: { path: string } }): Promise<SampleView> {
  const { path } = input;
  const fresh = { listen_until: ctx.now + windowMs, captured_at: null, headers: null, body: null, encoding: null, bytes: null, signature: null };
  await ctx.db.batch([
    ctx.db.upsert(hookSamples, { path, ...fresh }, [hookSamples.tenant_id, hookSamples.path], fresh),
    audited(ctx, { action: "hook.listen", entityId: path, after: { listen_until: fresh.listen_until } }),
  ]);
  return view(ctx, { tenant_id: ctx.tenant, path, ...fresh });
}

/** @throws PlatformError `not-found` when nobody has listened */
export async function getSample({ ctx, input }: { ctx: TenantContext; input: { path: string } }): Promise<SampleView> {
  const row = await ctx.db.first(hookSamples, eq(hookSamples.path, input.path));
  if (!row) throw new PlatformError("not-found", `Nobody has listened at the test address of \`${input.path}\`: POST /api/v1/hooks/${input.path}/listen first.`);
  return view(ctx, row);
}
