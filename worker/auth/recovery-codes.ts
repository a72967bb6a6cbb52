/**
 * Recovery codes: for people who have lost their second factor. 16 characters of Crockford's
 * base32, 80 random bits: too many to find one from its SHA-256, which is all that is stored.
 * @module
 */
import { randomBytes, sha256, toHex } from "./bytes.ts";

/** Without I, L, O and U: nothing looks like something else. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const length = 16;
const codes = 10;

/** A set, as it is shown: `XXXX-XXXX-XXXX-XXXX`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: codes }, () => {
    const characters = Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join("");
    return characters.replaceAll(/(.{4})(?=.)/g, "$1-");
  });
}

/** However it was typed. */
export async function hashRecoveryCode(code: string): Promise<string> {
  const typed = code.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return toHex(await sha256(typed));
}
