/**
 * A user name and a password (RFC 7617), compared in constant time.
 * @module
 */
import { fromBase64, sameSecret } from "../../auth/bytes.ts";

export async function verifyBasic(username: string, password: string, authorization: string | null): Promise<boolean> {
  const [, text = ""] = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? "") ?? [];
  const bytes = text === "" ? null : fromBase64(text);
  // Compared as one, so that nothing tells which of the two was wrong.
  return bytes !== null && password !== "" && sameSecret(new TextDecoder().decode(bytes), `${username}:${password}`);
}
