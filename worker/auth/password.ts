/**
 * Passwords at rest: scrypt, as a string that says how it was made (PHC format), so that the
 * cost can be raised and old hashes are replaced when their owners sign in.
 * Why scrypt with these parameters: docs/decisions/0011-passwords-are-hashed-with-scrypt.md.
 * @module
 */
import { scrypt } from "node:crypto";
import { fromBase64, randomBytes, sameBytes, toBase64 } from "./bytes.ts";

interface Cost {
  /** Logarithm of N: memory is 128 · r · N bytes. */
  ln: number;
  r: number;
  p: number;
}

const cost: Cost = { ln: 14, r: 8, p: 5 };
const keyBytes = 32;
const form = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** The same password typed on another keyboard is the same password. */
const normalised = (password: string): string => password.normalize("NFKC");

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return write(cost, salt, await derive(normalised(password), salt, cost));
}

export interface Verified {
  ok: boolean;
  /** Right, but hashed with another cost than today's: hash it again. */
  outdated: boolean;
}

/**
 * @param stored null when there is no such account or it has no password: takes as long and is never right
 * @throws Error when `stored` is not one of our hashes
 */
export async function verifyPassword(password: string, stored: string | null): Promise<Verified> {
  const { made, salt, key } = stored === null ? { made: cost, salt: randomBytes(16), key: null } : read(stored);
  const derived = await derive(normalised(password), salt, made);
  const ok = key !== null && sameBytes(derived, key);
  return { ok, outdated: ok && (made.ln !== cost.ln || made.r !== cost.r || made.p !== cost.p) };
}

function write({ ln, r, p }: Cost, salt: Uint8Array, key: Uint8Array): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(key)}`;
}

const unpadded = (bytes: Uint8Array): string => toBase64(bytes).replace(/=+$/, "");

function read(stored: string) {
  const [, ln, r, p, saltText = "", keyText = ""] = form.exec(stored) ?? [];
  const [salt, key] = [fromBase64(saltText), fromBase64(keyText)];
  if (!salt?.length || key?.length !== keyBytes) throw new Error("a stored password hash is not of the form $scrypt$ln=…,r=…,p=…$salt$key");
  return { made: { ln: Number(ln), r: Number(r), p: Number(p) }, salt, key };
}

function derive(password: string, salt: Uint8Array, { ln, r, p }: Cost): Promise<Uint8Array> {
  const options = { N: 2 ** ln, r, p, maxmem: 256 * r * 2 ** ln };
  return new Promise((resolve, reject) => scrypt(password, salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key))));
}
