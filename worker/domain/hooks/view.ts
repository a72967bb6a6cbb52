import { z } from "zod";
import type { hooks } from "../../../db/schema/hooks.ts";
import { webhookScheme } from "../../../sdk/schema/manifest.ts";
import { iso } from "../context.ts";
import { shownConfig } from "./config.ts";

export type HookRow = typeof hooks.$inferSelect;

export const hookPath = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "lower case letters, digits, `.`, `_`, `-`; at most 64");

export const hookView = z.object({
  path: hookPath.describe("Last part of `/hooks/{tenant}/{path}`"),
  scheme: webhookScheme.describe("How the sender signs"),
  config: z.record(z.string(), z.json()).describe("What the scheme leaves open; of verify tokens only that there is one"),
  has_secret: z.boolean(),
  previous_secret_until: z.string().nullable().describe("Until then the secret before the current one fits too"),
  created_at: z.string(),
  updated_at: z.string(),
});
export type HookView = z.infer<typeof hookView>;

export const hookWithSecret = hookView.extend({
  address: z.string().describe("Path of the URL to give to the sender"),
  secret: z.string().nullable().describe("Shown this once, when it was made here"),
  verify_token: z.string().nullable().describe("The same, for the handshake of `meta`"),
});
export type HookWithSecret = z.infer<typeof hookWithSecret>;

export function viewHook(row: HookRow, now: number): HookView {
  const { path, scheme, config, secret_encrypted, previous_encrypted, previous_until, created_at, updated_at } = row;
  const counts = previous_encrypted !== null && previous_until !== null && previous_until > now;
  return {
    path,
    scheme,
    config: shownConfig(config),
    has_secret: secret_encrypted !== null,
    previous_secret_until: counts ? iso(previous_until) : null,
    created_at: iso(created_at),
    updated_at: iso(updated_at),
  };
}

/** For the audit log: that the secret was changed shows, the secret does not. */
export const toldOfHook = ({ scheme, config, secret_encrypted, previous_until }: HookRow) => ({ scheme, config, secret_encrypted, previous_until });
