/**
 * Secrets that senders of webhooks sign with.
 * @module
 */
import type { WebhookScheme } from "../../../sdk/schema/manifest.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { fromBase64, fromHex, randomBytes, sha256, toBase64, toHex, utf8 } from "../../auth/bytes.ts";
import type { HmacConfig } from "./config.ts";

/** Under which name a hook's secrets are sealed. */
export const hookSealedFor = (tenant: string, path: string): string[] => ["hook", tenant, path];

/** How verify tokens of handshakes are kept: their SHA-256, hex. */
export async function verifyTokenHash(token: string): Promise<string> {
  return toHex(await sha256(utf8(token)));
}

/** Whose secret nobody but the sender can make. */
const madeBySender: Partial<Record<WebhookScheme, string>> = { espocrm: "`secretKey` in the answer that created the webhook", meta: "the app's secret" };

type SecretForm = HmacConfig["secret_encoding"];

/** @throws PlatformError `bad-request` where the sender has to give it */
export function newSecret(scheme: WebhookScheme, form: SecretForm = "text"): string {
  const sender = madeBySender[scheme];
  if (sender !== undefined) throw unfit(`of \`${scheme}\` the sender makes it: give ${sender}`);
  if (scheme === "standard") return newStandardSecret();
  return form === "base64" ? toBase64(randomBytes(32)) : toHex(randomBytes(32));
}

/** As Standard Webhooks has it. */
export function newStandardSecret(): string {
  return `whsec_${toBase64(randomBytes(32))}`;
}

/** @throws PlatformError `bad-request` */
export function refuseUnfit(scheme: WebhookScheme, secret: string | undefined, form: SecretForm = "text"): void {
  if (secret === undefined) return;
  if (scheme === "none") throw unfit("`none` takes no secret");
  if (scheme === "standard") {
    const bytes = fromBase64(secret.replace(/^whsec_/, ""));
    if (!bytes || bytes.length < 24 || bytes.length > 64) throw unfit("`standard` takes `whsec_` and 24 to 64 bytes in base64");
  }
  if (scheme !== "hmac" || form === "text") return;
  const bytes = form === "hex" ? fromHex(secret) : fromBase64(secret);
  if (!bytes || bytes.length === 0) throw unfit(`secret_encoding says that it is ${form}`);
}

function unfit(detail: string): PlatformError {
  return new PlatformError("bad-request", `The secret does not fit the scheme: ${detail}.`, [{ pointer: "/secret", detail }]);
}
