import { z } from "zod";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { newApiKey } from "../../auth/api-key.ts";
import { scopeOf } from "../../auth/can.ts";
import { type Permission, permissionNames } from "../../auth/permissions.ts";
import type { TenantContext } from "../context.ts";
import { batchWithinPlan } from "../plans/room.ts";
import { makeApiKey } from "./make.ts";
import { apiKeyView, viewApiKey } from "./view.ts";

export const apiKeyBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(permissionNames)).min(1).max(permissionNames.length).optional().describe("Permissions that the key has; left out: whatever its maker may at the time"),
  expires_at: z.iso.datetime({ offset: true }).optional().describe("Opens nothing from then on"),
});

export const newApiKeyView = apiKeyView.extend({ api_key: z.string().describe("Shown this once") });
export type NewApiKeyView = z.infer<typeof newApiKeyView>;

/**
 * A key never may more than the person who made it, now and later: it ends with their
 * membership, and a permission that they lose it loses too. What a key makes is its maker's.
 * @throws PlatformError `plan-limit`; `forbidden` for a scope that the actor has not got over everything; `bad-request` for an expiry in the past
 */
export async function createApiKey({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof apiKeyBody> }): Promise<NewApiKeyView> {
  const { actor } = ctx;
  const beyond = (input.scopes ?? []).filter((name) => scopeOf(actor, name) !== "all");
  if (beyond.length > 0) throw new PlatformError("forbidden", `A key cannot have what its maker has not got over all records: ${beyond.join(", ")}.`);
  const expiresAt = input.expires_at === undefined ? null : Date.parse(input.expires_at);
  if (expiresAt !== null && expiresAt <= ctx.now) throw new PlatformError("bad-request", "`expires_at` is in the past.", [{ pointer: "/expires_at", detail: "in the past" }]);
  const key = newApiKey();
  const { row, statements } = await makeApiKey(ctx, {
    key,
    name: input.name,
    scopes: input.scopes ? [...new Set(input.scopes)] : inherited(ctx),
    createdBy: actor.kind === "user" ? actor.userId : actor.createdBy,
    expiresAt,
  });
  await batchWithinPlan(ctx, "api_keys", statements);
  return { ...viewApiKey(row), api_key: key };
}

/** A key with scopes hands on no more than these. */
function inherited({ actor }: TenantContext): Permission[] | null {
  return actor.kind === "api_key" && actor.scoped ? permissionNames.filter((name) => scopeOf(actor, name) === "all") : null;
}
