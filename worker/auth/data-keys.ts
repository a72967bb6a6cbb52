/**
 * The keys a tenant's secrets are sealed under. Each is 32 random bytes, itself sealed under
 * the master key: a new master key re-wraps a few rows, a new data key concerns one tenant.
 *
 * Invariants
 * 1. The newest key that is not retired seals; every key opens, for good: none is deleted.
 * 2. Outside the database a key exists only as one that cannot be exported.
 * 3. The first key has the tenant's own id, so that there is only ever one. It also makes the
 *    tenant's references, which therefore outlive every rotation.
 * @module
 */
import { and, desc, eq, isNull, ne } from "drizzle-orm";
import { newId } from "../../db/ids.ts";
import { dataKeys } from "../../db/schema/variables.ts";
import type { Statement, TenantDb } from "../../db/tenant-db.ts";
import { fromBase64, randomBytes, toBase64, utf8 } from "./bytes.ts";
import { aesKey, type MasterKeys, open, seal } from "./seal.ts";

export interface DataKey {
  id: string;
  /** AES-256-GCM. */
  key: CryptoKey;
}

/** What a tenant's keys are reached through. */
export interface Vault {
  db: TenantDb;
  env: MasterKeys;
}

type Row = typeof dataKeys.$inferSelect;

/** What a data key is sealed for. */
export const dataKeySealedFor = (tenant: string, id: string): string[] => ["data-key", tenant, id];

/** A key never changes: what was opened once in this isolate need not be read again. */
const opened = new Map<string, Promise<CryptoKey>>();
const derivedKeys = new Map<string, Promise<CryptoKey>>();
const kept = 1_000;

function remember<V>(cache: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  made.catch(() => cache.delete(key));
  cache.set(key, made);
  const [oldest] = cache.keys();
  if (cache.size > kept && oldest !== undefined) cache.delete(oldest);
  return made;
}

async function rawOf(env: MasterKeys, { tenant_id, id, sealed }: Row): Promise<Uint8Array<ArrayBuffer>> {
  const raw = fromBase64(await open(env, sealed, dataKeySealedFor(tenant_id, id)));
  if (raw?.length !== 32) throw new Error(`the data key ${id} is not 32 bytes`);
  return raw;
}

function openKey(env: MasterKeys, row: Row): Promise<CryptoKey> {
  return remember(opened, `${row.tenant_id}:${row.id}`, async () => aesKey(await rawOf(env, row)));
}

async function newRow({ db, env }: Vault, id: string, now: number): Promise<Row> {
  return { id, tenant_id: db.tenant, sealed: await seal(env, toBase64(randomBytes(32)), dataKeySealedFor(db.tenant, id)), created_at: now, retired_at: null };
}

/** Of several callers at once one makes the first key. */
async function firstKey(vault: Vault, now: number): Promise<Row> {
  const { db } = vault;
  const row = await newRow(vault, db.tenant, now);
  // Changes nothing when it is there already.
  await db.upsert(dataKeys, row, [dataKeys.id], { id: db.tenant });
  return (await db.first(dataKeys, eq(dataKeys.id, db.tenant))) ?? row;
}

/** The key that seals; a tenant's first is made here. */
export async function currentDataKey(vault: Vault, now: number): Promise<DataKey> {
  const { db, env } = vault;
  const [newest] = await db.select(dataKeys, { where: isNull(dataKeys.retired_at), orderBy: desc(dataKeys.created_at), limit: 1 });
  const row = newest ?? (await firstKey(vault, now));
  return { id: row.id, key: await openKey(env, row) };
}

/** @throws Error when the tenant has no such key, or it does not open */
export function dataKey({ db, env }: Vault, id: string): Promise<CryptoKey> {
  return remember(opened, `${db.tenant}:${id}`, async () => {
    const row = await db.first(dataKeys, eq(dataKeys.id, id));
    if (!row) throw new Error(`there is no data key ${id}`);
    return aesKey(await rawOf(env, row));
  });
}

/** HMAC-SHA-256, for the tags of the tenant's references. */
export const referenceKey = (vault: Vault, now: number): Promise<CryptoKey> => derivedKey(vault, "everstep secret references", now);

/** HMAC-SHA-256, for what sensitive values are found by. */
export const searchKey = (vault: Vault, now: number): Promise<CryptoKey> => derivedKey(vault, "everstep sensitive search", now);

/** Of the tenant's first key, which is never replaced. Not the data key itself: one key, one use. */
function derivedKey(vault: Vault, use: string, now: number): Promise<CryptoKey> {
  const { db, env } = vault;
  return remember(derivedKeys, `${db.tenant}:${use}`, async () => {
    const row = (await db.first(dataKeys, eq(dataKeys.id, db.tenant))) ?? (await firstKey(vault, now));
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const root = await crypto.subtle.importKey("raw", await rawOf(env, row), hmac, false, ["sign"]);
    return crypto.subtle.importKey("raw", await crypto.subtle.sign("HMAC", root, utf8(use)), hmac, false, ["sign"]);
  });
}

/** A key that seals from the moment its statements have run; the others only open from then on. */
export async function replaceDataKey(vault: Vault, now: number): Promise<{ next: DataKey; statements: Statement[] }> {
  const { db, env } = vault;
  const row = await newRow(vault, newId(now), now);
  const retire = db.update(dataKeys, { retired_at: now }, and(isNull(dataKeys.retired_at), ne(dataKeys.id, row.id)));
  return { next: { id: row.id, key: await openKey(env, row) }, statements: [db.insert(dataKeys, row), retire] };
}
