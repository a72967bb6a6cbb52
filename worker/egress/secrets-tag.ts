/**
 * The part of a reference that cannot be guessed: a MAC over execution and workflow under a
 * key of the tenant. So text from outside that looks like a reference is none, one execution
 * cannot use what another has let slip, and one workflow cannot use another's secrets.
 * @module
 */
import { tagLength } from "../../sdk/schema/secret-reference.ts";
import { sameBytes, toBase64Url, utf8 } from "../auth/bytes.ts";
import { referenceKey, type Vault } from "../auth/data-keys.ts";

/** Whose code asks, as its isolate says: it can lie, but only a tag that fits opens anything. */
export interface Asking {
  execution: string | null;
  workflow: string | null;
  step: string | null;
}

export async function tagOf(vault: Vault, { execution, workflow }: { execution: string; workflow: string }, now: number): Promise<string> {
  const key = await referenceKey(vault, now);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(JSON.stringify([workflow, execution]))));
  return toBase64Url(mac).slice(0, tagLength);
}

export async function hasTag(vault: Vault, { execution, workflow }: Asking, tag: string, now: number): Promise<boolean> {
  if (execution === null || workflow === null) return false;
  return sameBytes(utf8(await tagOf(vault, { execution, workflow }, now)), utf8(tag));
}
