import { eq } from "drizzle-orm";
import { z } from "zod";
import { hooks } from "../../../db/schema/hooks.ts";
import { findTenant } from "../../../db/tenants.ts";
import { type WebhookScheme, webhookScheme } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { fromBase64, randomBytes, toBase64, toHex } from "../../auth/bytes.ts";
import { seal } from "../../auth/seal.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { hookView, type HookRow, viewHook } from "./view.ts";

export const hookBody = z.strictObject({
  scheme: webhookScheme,
  secret: z.string().min(1).max(512).optional().describe("Left out: the one there is stays, or one is made"),
});

export const hookWithSecret = hookView.extend({
  address: z.string().describe("Path of the URL to give to the sender"),
  secret: z.string().nullable().describe("Shown this once, when it was made here"),
});

export interface PutHookInput extends z.infer<typeof hookBody> {
  path: string;
}

/** @throws PlatformError `bad-request` when the secret does not fit the scheme */
export async function putHook({ ctx, input }: { ctx: TenantContext; input: PutHookInput }): Promise<{ hook: z.infer<typeof hookWithSecret>; created: boolean }> {
  const { path, scheme } = input;
  refuseUnfit(scheme, input.secret);
  const [before, tenant] = await Promise.all([ctx.db.first(hooks, eq(hooks.path, path)), findTenant(ctx.env.DB, ctx.tenant)]);
  const kept = input.secret === undefined && before?.scheme === scheme ? before.secret_encrypted : null;
  const made = scheme !== "none" && input.secret === undefined && kept === null ? newSecret(scheme) : null;
  const secret = input.secret ?? made;
  const sealed = secret === null ? kept : await seal(ctx.env, secret, ["hook", ctx.tenant, path]);

  const row: HookRow = { tenant_id: ctx.tenant, path, scheme, secret_encrypted: sealed, created_at: before?.created_at ?? ctx.now, updated_at: ctx.now };
  const change = { scheme, secret_encrypted: sealed, updated_at: ctx.now };
  await ctx.db.batch([
    ctx.db.upsert(hooks, { path, created_at: ctx.now, ...change }, [hooks.tenant_id, hooks.path], change),
    audited(ctx, { action: before ? "hook.update" : "hook.create", entityId: path, before: before && told(before), after: told(row) }),
  ]);
  return { hook: { ...viewHook(row), address: `/hooks/${tenant?.slug ?? ""}/${path}`, secret: made }, created: before === null };
}

/** That the secret was changed shows in the log, the secret does not. */
const told = ({ scheme, secret_encrypted }: HookRow) => ({ scheme, secret_encrypted });

function newSecret(scheme: WebhookScheme): string {
  return scheme === "standard" ? `whsec_${toBase64(randomBytes(32))}` : toHex(randomBytes(32));
}

function refuseUnfit(scheme: WebhookScheme, secret: string | undefined): void {
  if (secret === undefined) return;
  const refuse = (detail: string) => new PlatformError("bad-request", `The secret does not fit the scheme: ${detail}.`, [{ pointer: "/secret", detail }]);
  if (scheme === "none") throw refuse("`none` takes no secret");
  if (scheme !== "standard") return;
  const bytes = fromBase64(secret.replace(/^whsec_/, ""));
  if (!bytes || bytes.length < 24 || bytes.length > 64) throw refuse("`standard` takes `whsec_` and 24 to 64 bytes in base64");
}
