/**
 * One mail to one server: who takes it is said for each recipient.
 * @module
 */
import { needsUtf8 } from "../address.ts";
import { type Outcome, sameForAll } from "../mail.ts";
import { stuffed } from "./data.ts";
import { textOf } from "./reply.ts";
import { expect, type Ports, resultOf, SmtpError } from "./session.ts";
import { type SignedIn, signIn, type SmtpAccount } from "./sign-in.ts";

export interface Envelope {
  from: string;
  to: readonly string[];
}

/** RFC 5321 lets a server refuse more in one go with 452; that is temporary, and the rest come again. */
const accepted = [250, 251, 252];

/** So long is waited for a goodbye. */
const byeMs = 2_000;

/** Never throws. */
export async function sendOverSmtp(account: SmtpAccount, name: string, envelope: Envelope, message: Uint8Array, ports: Ports): Promise<Outcome[]> {
  let signedIn: SignedIn | null = null;
  try {
    signedIn = await signIn(account, name, ports);
    return await transfer(signedIn, envelope, stuffed(message));
  } catch (error) {
    if (error instanceof SmtpError) return sameForAll(envelope.to, error.result, error.message);
    return sameForAll(envelope.to, "temporary", String(error));
  } finally {
    if (signedIn) await leave(signedIn);
  }
}

/** Connects and signs in, and nothing else. @throws SmtpError */
export async function trySignIn(account: SmtpAccount, name: string, ports: Ports): Promise<{ extensions: string[] }> {
  const signedIn = await signIn(account, name, ports);
  await leave(signedIn);
  return { extensions: [...signedIn.extensions.keys()] };
}

async function transfer({ session, extensions }: SignedIn, { from, to }: Envelope, data: Uint8Array): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const settle = (address: string, result: Outcome["result"], detail = "") => void outcomes.set(address, { address, result, detail });
  expect(session, "MAIL", await session.command("MAIL", `MAIL FROM:<${from}>${parameters(session.where, extensions, [from, ...to], data.length)}`), 250);
  for (const address of to) {
    const reply = await session.command("RCPT", `RCPT TO:<${address}>`);
    if (accepted.includes(reply.code)) continue;
    settle(address, resultOf(reply), `${session.where} answered RCPT with ${textOf(reply)}`);
    // 421: it is about to hang up (RFC 5321, 3.8).
    if (reply.code === 421) throw new SmtpError("RCPT", "temporary", `${session.where} answered RCPT with ${textOf(reply)}`);
  }
  const taken = to.filter((address) => !outcomes.has(address));
  if (taken.length > 0) {
    try {
      expect(session, "DATA", await session.command("DATA", "DATA"), 354);
      expect(session, "message", await session.message(data), 250);
      for (const address of taken) settle(address, "accepted");
    } catch (error) {
      if (!(error instanceof SmtpError)) throw error;
      for (const address of taken) settle(address, error.result, error.message);
    }
  }
  return to.map((address) => outcomes.get(address) ?? { address, result: "temporary", detail: "was not tried" });
}

/** @throws SmtpError for what the server says it would not take */
function parameters(where: string, extensions: SignedIn["extensions"], addresses: readonly string[], bytes: number): string {
  const size = extensions.get("SIZE");
  const largest = Number(size ?? 0);
  if (largest > 0 && bytes > largest) throw new SmtpError("MAIL", "permanent", `the mail has ${bytes} bytes, and ${where} takes ${largest}`);
  const utf8 = addresses.find(needsUtf8);
  if (utf8 !== undefined && !extensions.has("SMTPUTF8")) throw new SmtpError("MAIL", "permanent", `an address has letters outside of ASCII, and ${where} does not take such (it offers no SMTPUTF8)`);
  return `${size === undefined ? "" : ` SIZE=${bytes}`}${utf8 === undefined ? "" : " SMTPUTF8"}`;
}

/** Nothing depends on it: the server has said already what it took. */
async function leave({ session }: SignedIn): Promise<void> {
  try {
    await session.command("QUIT", "QUIT", byeMs);
  } catch {
    // It has hung up by itself.
  } finally {
    session.close();
  }
}
