import { z } from "zod";
import type { hooks } from "../../../db/schema/hooks.ts";
import { webhookScheme } from "../../../sdk/schema/manifest.ts";
import { iso } from "../context.ts";

export type HookRow = typeof hooks.$inferSelect;

export const hookPath = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "lower case letters, digits, `.`, `_`, `-`; at most 64");

export const hookView = z.object({
  path: hookPath.describe("Last part of `/hooks/{tenant}/{path}`"),
  scheme: webhookScheme.describe("How the sender signs"),
  has_secret: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type HookView = z.infer<typeof hookView>;

export function viewHook({ path, scheme, secret_encrypted, created_at, updated_at }: HookRow): HookView {
  return { path, scheme, has_secret: secret_encrypted !== null, created_at: iso(created_at), updated_at: iso(updated_at) };
}
