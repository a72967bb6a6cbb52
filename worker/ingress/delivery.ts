/**
 * What names a delivery: its id, by which it starts nothing twice.
 * @module
 */
import { and, eq, lte, sql } from "drizzle-orm";
import { hookBodies } from "../../db/schema/hooks.ts";
import type { TenantDb } from "../../db/tenant-db.ts";
import { sha256, toHex } from "../auth/bytes.ts";
import type { HookConfig } from "../domain/hooks/config.ts";

/**
 * How long a body counts as the same delivery where the sender gives none an id, ms. EspoCRM
 * sends again after ten minutes when an answer got lost; what is the same after that is news.
 */
export const sameBodyMs = 15 * 60_000;

/** The header in which the sender names its delivery. */
function idHeader(config: HookConfig): string | null {
  switch (config.scheme) {
    case "github":
      return "x-github-delivery";
    case "standard":
      return "webhook-id";
    case "espocrm":
    case "meta":
      return null;
    default:
      return config.id_header ?? "idempotency-key";
  }
}

export interface DeliveryCall {
  db: TenantDb;
  path: string;
  config: HookConfig;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  now: number;
}

/** The sender's own id; where it sends none, one made of the body. */
export async function deliveryId({ db, path, config, headers, body, now }: DeliveryCall): Promise<string> {
  const name = idHeader(config);
  const given = name === null ? null : headers.get(name);
  if (given) return given.length <= 256 ? given : toHex(await sha256(given));
  const hash = toHex(await sha256(body));
  // Bodies of these have ids and times of their own in them: the same body is the same news.
  if (config.scheme === "meta" || config.scheme === "github" || config.scheme === "standard") return hash;
  return `${hash}-${await firstSeen(db, path, hash, now)}`;
}

/** When the body first came, within the last minutes: written before anything starts, so that two at once get one answer. */
async function firstSeen(db: TenantDb, path: string, hash: string, now: number): Promise<number> {
  const expired = sql`case when ${hookBodies.first_at} <= ${now - sameBodyMs} then ${now} else ${hookBodies.first_at} end`;
  await db.batch([db.upsert(hookBodies, { path, hash, first_at: now }, [hookBodies.tenant_id, hookBodies.path, hookBodies.hash], { first_at: expired })]);
  const row = await db.first(hookBodies, and(eq(hookBodies.path, path), eq(hookBodies.hash, hash)));
  return row?.first_at ?? now;
}

/** Bodies of a hook that count no more. */
export async function forgetBodies(db: TenantDb, path: string, now: number): Promise<void> {
  await db.remove(hookBodies, and(eq(hookBodies.path, path), lte(hookBodies.first_at, now - sameBodyMs)));
}
