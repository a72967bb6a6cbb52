/**
 * Addresses as people write them, `ada@example.com` or `Ada <ada@example.com>`, and as mail
 * servers take them. Stricter than RFC 5322: no comments, quoted local parts, groups or
 * address literals, which nobody who writes to people needs.
 * @module
 */
import addressparser from "nodemailer/lib/addressparser";
import type { Mailbox } from "./mail.ts";

/** Characters of an address, of the part before the @ (RFC 5321, 4.5.3.1). */
const [longest, longestLocal] = [254, 64];
const longestName = 200;

const control = /[\p{Cc}\u2028\u2029]/u;

/** Whether a text would be more than one line of a header, or holds what no header may. */
export const isOneLine = (text: string): boolean => !control.test(text);

/** RFC 5322's dot-atom, and letters of any script (RFC 6531). */
const localPart = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** The domain in ASCII (IDNA); null when it is none. */
function domainOf(text: string): string | null {
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(text) || !URL.canParse(`http://${text}`)) return null;
  const domain = new URL(`http://${text}`).hostname;
  const labels = domain.split(".");
  return labels.length > 1 && labels.every((one) => label.test(one)) && !/^\d+$/.test(labels.at(-1) ?? "") ? domain : null;
}

/** The address as it goes to a server; null when it is none. */
export function normalAddress(text: string): string | null {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const domain = domainOf(text.slice(at + 1));
  if (at < 1 || domain === null || local.length > longestLocal || !localPart.test(local)) return null;
  const address = `${local.normalize("NFC")}@${domain}`;
  return address.length > longest ? null : address;
}

/** Whether only servers with SMTPUTF8 (RFC 6531) take it. */
export const needsUtf8 = (address: string): boolean => /[^\p{ASCII}]/u.test(address);

/**
 * One or several addresses, separated by commas.
 * @returns a text that says what is wrong, when something is
 */
export function readMailboxes(text: string): Mailbox[] | string {
  if (!isOneLine(text)) return "an address is one line, without control characters";
  const found: Mailbox[] = [];
  for (const entry of addressparser(text)) {
    const address = "address" in entry && typeof entry.address === "string" ? normalAddress(entry.address) : null;
    if (address === null) return `${JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)} holds something that is no address: write ada@example.com or Ada <ada@example.com>`;
    if (entry.name.length > longestName) return `a name has at most ${longestName} characters`;
    found.push({ address, name: entry.name === "" ? null : entry.name });
  }
  return found.length === 0 ? "there is no address in it" : found;
}
