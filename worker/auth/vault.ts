/**
 * A tenant's secrets at rest: sealed under its data key, bound to the variable they are of.
 * Form: `k1.<id of the data key>.<base64url of nonce, ciphertext and tag>`.
 * @module
 */
import { type DataKey, dataKey, type Vault } from "./data-keys.ts";
import { decrypt, encrypt } from "./seal.ts";

export type { Vault } from "./data-keys.ts";

const version = "k1";

const belongsTo = (tenant: string, variable: string): string[] => ["variable", tenant, variable];

/** @param variable its id: the sealed text opens in no other row */
export async function sealSecret({ db }: Vault, { id, key }: DataKey, variable: string, value: string): Promise<string> {
  return `${version}.${id}.${await encrypt(key, value, belongsTo(db.tenant, variable))}`;
}

/** The id of the data key it is sealed under; null for what is not sealed so. */
export function sealedUnder(sealed: string): string | null {
  const [form, key] = sealed.split(".");
  return form === version && key !== undefined ? key : null;
}

/** @throws Error, which says nothing of the value, when it does not open */
export async function openSecret(vault: Vault, variable: string, sealed: string): Promise<string> {
  const [form, key, payload] = sealed.split(".");
  if (form !== version || key === undefined || payload === undefined) throw new Error(`the secret ${variable} is not in a form that can be opened`);
  const value = await decrypt(await dataKey(vault, key), payload, belongsTo(vault.db.tenant, variable));
  if (value === null) throw new Error(`the secret ${variable} does not open under the data key ${key}`);
  return value;
}
