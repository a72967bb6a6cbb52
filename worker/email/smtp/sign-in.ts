/**
 * From a connection to a server that takes mail: greeting, EHLO, encryption, credentials.
 *
 * Credentials are sent over an encrypted connection alone, unless the account says `none`, which
 * is for hosts that the operator lists (../../domain/emails/account-host.ts).
 * @module
 */
import { expect, type Ports, Session, SmtpError } from "./session.ts";

export interface SmtpAccount {
  host: string;
  port: number;
  /** `tls`: from the beginning (465); `starttls`: asked for, and required (587). */
  security: "tls" | "starttls" | "none";
  username: string | null;
  password: string | null;
}

/** By upper-case name, with what stands behind it. */
export type Extensions = ReadonlyMap<string, string>;

export interface SignedIn {
  session: Session;
  extensions: Extensions;
}

/**
 * @param name of this installation, for EHLO: a domain, or an address in brackets
 * @throws SmtpError; the session is closed then
 */
export async function signIn(account: SmtpAccount, name: string, { connect, ...ports }: Ports): Promise<SignedIn> {
  const session = new Session({ host: account.host, port: account.port }, ports);
  try {
    await session.open(connect, account.security === "tls");
    expect(session, "greeting", await session.reply("greeting"), 220);
    let extensions = await sayHello(session, name);
    if (account.security === "starttls") {
      if (!extensions.has("STARTTLS")) throw new SmtpError("STARTTLS", "temporary", `${session.where} does not offer STARTTLS, and without encryption nothing is sent to it: use the port for TLS (465 as a rule), or another server`);
      expect(session, "STARTTLS", await session.command("STARTTLS", "STARTTLS"), 220);
      await session.startTls();
      extensions = await sayHello(session, name);
    }
    if (account.username !== null) await authenticate(session, extensions, account.username, account.password ?? "");
    return { session, extensions };
  } catch (error) {
    session.close();
    throw hiding(error, account);
  }
}

async function sayHello(session: Session, name: string): Promise<Extensions> {
  const reply = expect(session, "EHLO", await session.command("EHLO", `EHLO ${name}`), 250);
  return new Map(
    reply.lines.slice(1).map((line) => {
      const [keyword = "", ...rest] = line.trim().split(/\s+/);
      return [keyword.toUpperCase(), rest.join(" ").toUpperCase()];
    }),
  );
}

async function authenticate(session: Session, extensions: Extensions, username: string, password: string): Promise<void> {
  const offered = (extensions.get("AUTH") ?? "").split(" ").filter((one) => one !== "");
  if (offered.includes("PLAIN")) return plain(session, username, password);
  if (offered.includes("LOGIN")) return login(session, username, password);
  const offer = offered.length === 0 ? "offers no sign-in" : `offers ${offered.join(", ")}`;
  throw new SmtpError("AUTH", "permanent", `${session.where} ${offer} where PLAIN or LOGIN is needed${offered.length === 0 ? ": leave the user name out if it asks for none" : ""}`);
}

/** RFC 4616. */
async function plain(session: Session, username: string, password: string): Promise<void> {
  const response = base64(`\0${username}\0${password}`);
  const reply = await session.command("AUTH", `AUTH PLAIN ${response}`);
  expect(session, "AUTH", reply.code === 334 ? await session.command("AUTH", response) : reply, 235);
}

async function login(session: Session, username: string, password: string): Promise<void> {
  expect(session, "AUTH", await session.command("AUTH", "AUTH LOGIN"), 334);
  expect(session, "AUTH", await session.command("AUTH", base64(username)), 334);
  expect(session, "AUTH", await session.command("AUTH", base64(password)), 235);
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** Servers may repeat what they were sent, and their words are shown to people and kept. */
function hiding(error: unknown, { username, password }: SmtpAccount): unknown {
  if (!(error instanceof SmtpError) || password === null || password === "") return error;
  const secrets = [base64(`\0${username ?? ""}\0${password}`), base64(password), password];
  const text = secrets.reduce((text, secret) => text.replaceAll(secret, "[password]"), error.message);
  return text === error.message ? error : new SmtpError(error.stage, error.result, text);
}
