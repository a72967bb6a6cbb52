export type HashAlgorithm = "sha1" | "sha256" | "sha512";

const names = { sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" } as const satisfies Record<HashAlgorithm, string>;

/** Checks an HMAC of `data`; WebCrypto compares in constant time. An empty key fits nothing. */
export async function hmacFits(key: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>, algorithm: HashAlgorithm = "sha256"): Promise<boolean> {
  if (key.length === 0) return false;
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: names[algorithm] }, false, ["verify"]);
  return crypto.subtle.verify("HMAC", imported, signature, data);
}
