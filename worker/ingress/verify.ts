/**
 * Whether a call is from whom the hook expects.
 * @module
 */
import type { HookTarget } from "../../db/hook-lookup.ts";
import type { WebhookScheme } from "../../sdk/schema/manifest.ts";
import { type Keys, open } from "../auth/seal.ts";
import { Refused } from "./refused.ts";
import { verifyGithub } from "./signatures/github.ts";
import { standardHeaders, verifyStandard } from "./signatures/standard.ts";

export interface Verification {
  target: HookTarget;
  body: Uint8Array<ArrayBuffer>;
  headers: Headers;
  keys: Keys;
  now: number;
}

/**
 * @returns the scheme the call was checked by; `none` when the hook asks for no signature
 * @throws Refused `bad-signature`
 */
export async function verify({ target, body, headers, keys, now }: Verification): Promise<WebhookScheme> {
  const { hook } = target;
  if (!hook || hook.scheme === "none") return "none";
  if (hook.secret_encrypted === null) throw new Error(`the hook ${hook.path} has no secret`);
  const secret = await open(keys, hook.secret_encrypted, ["hook", hook.tenant_id, hook.path]);
  const fits =
    hook.scheme === "github"
      ? await verifyGithub(secret, body, headers.get("x-hub-signature-256"))
      : await verifyStandard(secret, body, standardHeaders(headers), now);
  if (!fits) throw new Refused("bad-signature", "The signature does not fit the body and the secret of this hook.", `no valid ${hook.scheme} signature`);
  return hook.scheme;
}
