/**
 * Time-based one-time passwords (RFC 6238) as authenticator apps make them: SHA-1, six
 * digits, 30 seconds. Says which time step a code is of, so that callers can see to it that
 * none is accepted twice.
 * @module
 */
import { Secret, TOTP } from "otpauth";

const algorithm = "SHA1";
const digits = 6;
const period = 30;
/** Steps that a clock may be off, to either side. */
const tolerance = 1;
/** RFC 4226: at least 128 bits, 160 recommended. */
const secretBytes = 20;

/** What the app is given, in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: secretBytes }).base32;
}

/** For a QR code. */
export function totpUri({ secret, issuer, account }: { secret: string; issuer: string; account: string }): string {
  return new TOTP({ secret: Secret.fromBase32(secret), issuer, label: account, algorithm, digits, period }).toString();
}

/** @returns the time step the code is of, null for a code that is none of now, just before or just after */
export function totpStep(secret: string, code: string, now: number): number | null {
  const token = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return null;
  const delta = TOTP.validate({ token, secret: Secret.fromBase32(secret), algorithm, digits, period, timestamp: now, window: tolerance });
  return delta === null ? null : Math.floor(now / 1000 / period) + delta;
}
