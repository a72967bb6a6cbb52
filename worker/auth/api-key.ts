/**
 * API keys of tenants: `es_` and 32 random bytes in base64url. Only the SHA-256 is stored;
 * with 256 random bits no slower hash is needed.
 * @module
 */
import { randomBytes, sha256, toBase64Url, toHex } from "./bytes.ts";

const shape = /^es_[A-Za-z0-9_-]{43}$/;

export function newApiKey(): string {
  return `es_${toBase64Url(randomBytes(32))}`;
}

export function isApiKey(text: string): boolean {
  return shape.test(text);
}

export async function hashApiKey(key: string): Promise<string> {
  return toHex(await sha256(key));
}

/** What may be shown of a key. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, 11);
}
