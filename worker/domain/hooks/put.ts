import { eq } from "drizzle-orm";
import { hooks } from "../../../db/schema/hooks.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { findTenant } from "../../../db/tenants.ts";
import { randomBytes, toBase64Url } from "../../auth/bytes.ts";
import { seal } from "../../auth/seal.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import type { HookBody } from "./config.ts";
import { hookSealedFor, newSecret, refuseUnfit, verifyTokenHash } from "./secret.ts";
import { type HookRow, type HookWithSecret, toldOfHook, viewHook } from "./view.ts";

export type PutHookInput = HookBody & { path: string };

/** @throws PlatformError `bad-request` when the secret does not fit the scheme */
export async function putHook({ ctx, input }: { ctx: TenantContext; input: PutHookInput }): Promise<{ hook: HookWithSecret; created: boolean }> {
  const { path, scheme } = input;
  const form = input.scheme === "hmac" ? input.config.secret_encoding : "text";
  refuseUnfit(scheme, input.secret, form);
  const [before, tenant] = await Promise.all([ctx.db.first(hooks, eq(hooks.path, path)), findTenant(ctx.env.DB, ctx.tenant)]);
  const same = before?.scheme === scheme ? before : null;
  const kept = input.secret === undefined ? (same?.secret_encrypted ?? null) : null;
  const made = scheme !== "none" && input.secret === undefined && kept === null ? newSecret(scheme, form) : null;
  const secret = input.secret ?? made;
  const { config, token } = await configured(input, same);

  const change = {
    scheme,
    config,
    secret_encrypted: secret === null ? kept : await seal(ctx.env, secret, hookSealedFor(ctx.tenant, path)),
    // A secret that is put replaces all there were; rotating is what lets two count.
    previous_encrypted: secret === null ? (same?.previous_encrypted ?? null) : null,
    previous_until: secret === null ? (same?.previous_until ?? null) : null,
    updated_at: ctx.now,
  };
  const row: HookRow = { tenant_id: ctx.tenant, path, created_at: before?.created_at ?? ctx.now, ...change };
  await ctx.db.batch([
    ctx.db.upsert(hooks, { path, created_at: ctx.now, ...change }, [hooks.tenant_id, hooks.path], change),
    audited(ctx, { action: before ? "hook.update" : "hook.create", entityId: path, before: before && toldOfHook(before), after: toldOfHook(row) }),
  ]);
  return { hook: { ...viewHook(row, ctx.now), address: `/hooks/${tenant?.slug ?? ""}/${path}`, secret: made, verify_token: token }, created: before === null };
}

/** As it is kept, and the verify token when one was made. */
async function configured(input: HookBody, same: HookRow | null): Promise<{ config: JsonObject; token: string | null }> {
  if (input.scheme !== "meta") return { config: JSON.parse(JSON.stringify(input.config)) as JsonObject, token: null };
  const known = same?.config["verify_token_hash"];
  if (input.config.verify_token === undefined && typeof known === "string") return { config: { verify_token_hash: known }, token: null };
  const token = input.config.verify_token ?? toBase64Url(randomBytes(24));
  return { config: { verify_token_hash: await verifyTokenHash(token) }, token: input.config.verify_token === undefined ? token : null };
}
