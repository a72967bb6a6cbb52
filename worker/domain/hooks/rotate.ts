import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { hooks } from "../../../db/schema/hooks.ts";
import { findTenant } from "../../../db/tenants.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { seal } from "../../auth/seal.ts";
import { audited } from "../audit/record.ts";
import { iso, type TenantContext } from "../context.ts";
import { configOf } from "./config.ts";
import { missing } from "./get.ts";
import { hookSealedFor, newSecret, refuseUnfit } from "./secret.ts";
import { type HookRow, type HookWithSecret, toldOfHook, viewHook } from "./view.ts";

const hourMs = 3_600_000;

/** Of hooks, and of what is sent. */
export const graceHours = z.number().int().min(0).max(720).default(24).describe("How long the old secret counts beside the new one; 0: not at all");
export const discardPrevious = z.boolean().default(false).describe("Rotate again while an older secret still counts: that one ends now");

export const rotateHookBody = z.strictObject({
  secret: z.string().min(1).max(512).optional().describe("Left out: one is made, and shown once; of `espocrm` and `meta` the sender makes it"),
  grace_hours: graceHours,
  discard_previous: discardPrevious,
});

/** @throws PlatformError `not-found`, `bad-request`, `conflict` for `none`, while a rotation is under way, or when somebody else was quicker */
export async function rotateHook({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof rotateHookBody> & { path: string } }): Promise<HookWithSecret> {
  const { path } = input;
  const [before, tenant] = await Promise.all([ctx.db.first(hooks, eq(hooks.path, path)), findTenant(ctx.env.DB, ctx.tenant)]);
  if (!before) throw missing(path);
  if (before.secret_encrypted === null) throw new PlatformError("conflict", `The hook ${path} checks no secret: PUT it with another scheme first.`);
  refuseSecondRotation(before, input.discard_previous, ctx.now);
  const config = configOf(before);
  const form = config.scheme === "hmac" ? config.secret_encoding : "text";
  refuseUnfit(before.scheme, input.secret, form);
  const made = input.secret === undefined ? newSecret(before.scheme, form) : null;
  const change = {
    secret_encrypted: await seal(ctx.env, input.secret ?? made ?? "", hookSealedFor(ctx.tenant, path)),
    previous_encrypted: input.grace_hours === 0 ? null : before.secret_encrypted,
    previous_until: input.grace_hours === 0 ? null : ctx.now + input.grace_hours * hourMs,
    updated_at: ctx.now,
  };
  const row: HookRow = { ...before, ...change };
  const same = and(eq(hooks.path, path), eq(hooks.secret_encrypted, before.secret_encrypted));
  const done = await ctx.db.batchIf(ctx.db.exists(hooks, same), [ctx.db.update(hooks, change, same), audited(ctx, { action: "hook.rotate", entityId: path, before: toldOfHook(before), after: toldOfHook(row) })]);
  if (!done) throw new PlatformError("conflict", "Somebody else changed the secret at the same moment. Read the hook and try again.");
  return { ...viewHook(row, ctx.now), address: `/hooks/${tenant?.slug ?? ""}/${path}`, secret: made, verify_token: null };
}

/** So that a call that is repeated by mistake does not take the secret away that senders still sign with. */
export function refuseSecondRotation({ previous_encrypted, previous_until }: Pick<HookRow, "previous_encrypted" | "previous_until">, discard: boolean, now: number): void {
  if (discard || previous_encrypted === null || previous_until === null || previous_until <= now) return;
  throw new PlatformError("conflict", `The secret was rotated already, and the one before counts until ${iso(previous_until)}. Send \`"discard_previous": true\` to end that now.`, [{ pointer: "/discard_previous", detail: "an older secret still counts" }]);
}
