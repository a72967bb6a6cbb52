/**
 * Whether a call is from whom the hook expects.
 * @module
 */
import type { HookTarget } from "../../db/hook-lookup.ts";
import type { WebhookScheme } from "../../sdk/schema/manifest.ts";
import { type Keys, open } from "../auth/seal.ts";
import { configOf, type HookConfig } from "../domain/hooks/config.ts";
import { hookSealedFor } from "../domain/hooks/secret.ts";
import { Refused } from "./refused.ts";
import { verifyBasic } from "./signatures/basic.ts";
import { espocrmHeaders, verifyEspocrm } from "./signatures/espocrm.ts";
import { verifyHmac } from "./signatures/generic.ts";
import { verifyGithub } from "./signatures/github.ts";
import { verifyMeta } from "./signatures/meta.ts";
import { standardHeaders, verifyStandard } from "./signatures/standard.ts";

export interface Verification {
  hook: HookTarget["hook"];
  body: Uint8Array<ArrayBuffer>;
  headers: Headers;
  keys: Keys;
  now: number;
}

export interface Verified {
  /** The scheme the call was checked by; `none` when the hook asks for no signature. */
  scheme: WebhookScheme;
  config: HookConfig;
  /** Which secret fitted: during a rotation, the one before counts too. */
  secret: "current" | "previous" | null;
  /** Who the signature says the sender is. */
  sender: string | null;
}

/** @throws Refused `bad-signature` */
export async function verify({ hook, body, headers, keys, now }: Verification): Promise<Verified> {
  if (!hook || hook.scheme === "none") return { scheme: "none", config: hook ? configOf(hook) : { scheme: "none" }, secret: null, sender: null };
  if (hook.secret_encrypted === null) throw new Error(`the hook ${hook.path} has no secret`);
  const config = configOf(hook);
  const previous = hook.previous_until !== null && hook.previous_until > now ? hook.previous_encrypted : null;
  const candidates = [["current", hook.secret_encrypted] as const, ...(previous === null ? [] : [["previous", previous] as const])];
  for (const [name, sealed] of candidates) {
    const secret = await open(keys, sealed, hookSealedFor(hook.tenant_id, hook.path));
    const sender = await check(config, secret, { body, headers, now });
    if (sender !== null) return { scheme: hook.scheme, config, secret: name, sender: sender === "" ? null : sender };
  }
  throw hook.scheme === "basic"
    ? new Refused("bad-signature", "The user name and the password are not those of this hook.", "another user name or password, or none")
    : new Refused("bad-signature", "The signature does not fit the body and the secret of this hook.", `no valid ${hook.scheme} signature`);
}

/** @returns the sender, empty when the scheme names none; null when the call is not genuine */
async function check(config: HookConfig, secret: string, { body, headers, now }: Pick<Verification, "body" | "headers" | "now">): Promise<string | null> {
  const nameless = (fits: boolean): string | null => (fits ? "" : null);
  switch (config.scheme) {
    case "github":
      return nameless(await verifyGithub(secret, body, headers.get("x-hub-signature-256")));
    case "standard":
      return nameless(await verifyStandard(secret, body, standardHeaders(headers), now));
    case "espocrm":
      return verifyEspocrm(secret, body, espocrmHeaders(headers));
    case "meta":
      return nameless(await verifyMeta(secret, body, headers.get("x-hub-signature-256")));
    case "hmac":
      return nameless(await verifyHmac(config, secret, body, headers, now));
    case "basic":
      return nameless(await verifyBasic(config.username, secret, headers.get("authorization")));
    case "none":
      return "";
  }
}
