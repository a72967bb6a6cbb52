/**
 * Sensitive fields: sealed under the tenant's data key and bound to record and field, found by
 * a keyed hash of the whole value, shown to those whose role does not mask them.
 * @module
 */
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import { bareTaxId, maskTaxId } from "../../../sdk/schema/crm/tax-id.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { AnyField } from "../../../sdk/schema/crm/fields.ts";
import { toHex, utf8 } from "../../auth/bytes.ts";
import { currentDataKey, searchKey } from "../../auth/data-keys.ts";
import { openSecret, sealSecret } from "../../auth/vault.ts";
import type { RecordContext } from "./context.ts";

type Of = Pick<RecordContext, "db" | "env" | "now">;

const boundTo = (of: AnyEntity, id: string, name: string): string => `${of.kind}:${id}:${name}`;

export async function sealValue(ctx: Of, of: AnyEntity, id: string, name: string, value: unknown): Promise<string> {
  return sealSecret(ctx, await currentDataKey(ctx, ctx.now), boundTo(of, id, name), JSON.stringify(value));
}

export async function openValue(ctx: Of, of: AnyEntity, row: RecordRow, name: string): Promise<unknown> {
  const sealed = row[name] ?? null;
  return sealed === null ? null : JSON.parse(await openSecret(ctx, boundTo(of, row.id, name), String(sealed)));
}

/** What a sensitive value is found by: nobody can tell the value from it, or try values without the key. */
export async function searchHash(ctx: Of, value: string): Promise<string> {
  const key = await searchKey(ctx, ctx.now);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(bareTaxId(value)))));
}

/** As who may not see it sees it. */
export function maskedValue({ type }: AnyField, value: unknown): unknown {
  if (value === null) return null;
  if (type === "tax_id") return maskTaxId(String(value));
  const { city, state, country } = value as { city?: string; state?: string; country?: string };
  return { street: "…", ...(city ? { city } : {}), ...(state ? { state } : {}), ...(country ? { country } : {}) };
}

export const sensitiveFields = (of: AnyEntity): [string, AnyField][] => Object.entries(of.fields).filter(([, { sensitive }]) => sensitive);
