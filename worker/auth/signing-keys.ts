/**
 * Keys that sign access tokens: Ed25519, made here, private halves sealed under the master key.
 *
 * Invariants
 * 1. The newest key that is not retired signs; a key verifies until no token of it can live.
 * 2. Private halves exist outside the database only as keys that cannot be exported.
 * @module
 */
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { insertSigningKey, listSigningKeys, retireSigningKeys, type SigningKeyRow } from "../../db/signing-keys.ts";
import { newId } from "../../db/ids.ts";
import type { Env } from "../env.ts";
import { open, seal } from "./seal.ts";

const algorithm = "EdDSA";
/** A key signs for so long. */
export const rotateAfterMs = 30 * 86_400_000;
/** Retired keys verify for so long: longer than any token lives. */
const verifyForMs = 3_600_000;
/** How long an isolate trusts what it has read. */
const freshMs = 60_000;
/** An unknown key id makes an isolate read again, but no more often than this: anybody can make one up. */
const rereadMs = 5_000;

interface Keys {
  signing: { kid: string; key: CryptoKey };
  /** The public halves, as published. */
  published: JWK[];
  /** The same, ready for jose. */
  verifier: ReturnType<typeof createLocalJWKSet>;
  readAt: number;
}

/** What a signing key is sealed for. */
export const signingKeySealedFor = (kid: string): string[] => ["signing-key", kid];
let cached: { env: D1Database; keys: Promise<Keys> } | null = null;

/** @param unknown a token names a key that is not among those read: another isolate may just have made it */
export async function signingKeys(env: Env, now: number, unknown = false): Promise<Keys> {
  if (cached?.env === env.DB) {
    const keys = await cached.keys.catch(() => null);
    if (keys && Math.abs(now - keys.readAt) < (unknown ? rereadMs : freshMs)) return keys;
  }
  const keys = load(env, now);
  cached = { env: env.DB, keys };
  return keys;
}

/** The public halves of those that still verify. */
export async function publishedKeys(env: Env, now: number): Promise<JWK[]> {
  return (await signingKeys(env, now)).published;
}

/** Makes a new key when the newest has signed for long enough; called by the cron and on first use. */
export async function rotateSigningKeys(env: Env, now: number, force = false): Promise<void> {
  const [newest] = await listSigningKeys(env.DB, now);
  if (!force && newest && newest.created_at > now - rotateAfterMs) return;
  const kid = newId(now);
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: "Ed25519", extractable: true });
  const row: SigningKeyRow = {
    id: kid,
    public_jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" } as SigningKeyRow["public_jwk"],
    private_jwk: await seal(env, JSON.stringify(await exportJWK(privateKey)), signingKeySealedFor(kid)),
    created_at: now,
    retired_at: null,
  };
  await insertSigningKey(env.DB, row);
  await retireSigningKeys(env.DB, kid, now + verifyForMs);
  cached = null;
}

async function load(env: Env, now: number): Promise<Keys> {
  let rows = await listSigningKeys(env.DB, now);
  if (rows.length === 0) {
    await rotateSigningKeys(env, now);
    rows = await listSigningKeys(env.DB, now);
  }
  const [newest] = rows;
  if (!newest) throw new Error("there is no signing key, and none could be made");
  const jwk = JSON.parse(await open(env, newest.private_jwk, signingKeySealedFor(newest.id))) as JWK;
  const key = await importJWK(jwk, algorithm, { extractable: false });
  if (key instanceof Uint8Array) throw new Error("a signing key is not a key pair");
  const published = rows.map((row) => row.public_jwk as JWK);
  return { signing: { kid: newest.id, key }, published, verifier: createLocalJWKSet({ keys: published }), readAt: now };
}
