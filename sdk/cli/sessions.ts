/**
 * Sign-ins of `everstep login`: one a server, in a file that only its owner may read.
 *
 * A refresh token works once, and two uses of one end the session: renewing is done under a
 * lock, by whichever command comes first, and the others take what it wrote.
 * @module
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ApiError } from "../client/errors.ts";
import { createCall } from "../client/transport.ts";
import { CommandError, exitCodes } from "./failure.ts";

/** What the server answers to a sign-in. */
export const grant = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  user: z.object({ email: z.string(), name: z.string() }),
  tenant: z.object({ slug: z.string(), name: z.string() }),
  role: z.string(),
});
export type Grant = z.infer<typeof grant>;

const session = grant.omit({ expires_in: true }).extend({ expires_at: z.number() });
export type Session = z.infer<typeof session>;
/** By origin. */
const file = z.record(z.string(), session);

/** An access token is renewed when it has less than this left. */
const marginMs = 60_000;
const [lockTriesMs, lockPauseMs, lockStaleMs] = [15_000, 50, 30_000];

const path = (): string => join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "everstep", "sessions.json");

export function sessionAt(url: string): Session | undefined {
  return read()[new URL(url).origin];
}

/** Addresses that somebody is signed in at. */
export const signedInAt = (): string[] => Object.keys(read());

/** @param kept `undefined` forgets it */
export function keepSession(url: string, kept: Session | undefined): void {
  const { [new URL(url).origin]: _, ...others } = read();
  const next = kept ? { ...others, [new URL(url).origin]: kept } : others;
  mkdirSync(dirname(path()), { recursive: true, mode: 0o700 });
  const temporary = `${path()}.${process.pid}.new`;
  writeFileSync(temporary, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path());
}

export function toSession({ expires_in, ...rest }: Grant): Session {
  return { ...rest, expires_at: Date.now() + expires_in * 1_000 };
}

/** The access token of the session at `url`, renewed when it is about to end. */
export async function accessToken(url: string): Promise<string> {
  const fresh = freshAt(url);
  if (fresh) return fresh;
  return locked(async () => {
    const meanwhile = freshAt(url);
    if (meanwhile) return meanwhile;
    const { refresh_token } = sessionAt(url) ?? missing(url);
    try {
      const next = toSession(await createCall({ url, apiKey: "" })("POST", "/auth/refresh", grant, { body: { refresh_token } }));
      keepSession(url, next);
      return next.access_token;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      keepSession(url, undefined);
      return missing(url);
    }
  });
}

function freshAt(url: string): string | undefined {
  const kept = sessionAt(url);
  return kept && kept.expires_at - marginMs > Date.now() ? kept.access_token : undefined;
}

function missing(url: string): never {
  throw new CommandError(exitCodes.refused, `your session at ${url} has ended`, `Sign in again: everstep login --url ${url}`);
}

function read(): Record<string, Session> {
  try {
    return file.parse(JSON.parse(readFileSync(path(), "utf8")));
  } catch {
    // None yet, or of another version: signing in writes it anew.
    return {};
  }
}

async function locked<T>(act: () => Promise<T>): Promise<T> {
  const lock = `${path()}.lock`;
  for (const until = Date.now() + lockTriesMs; !take(lock); ) {
    if (Date.now() > until) throw new CommandError(exitCodes.refused, "another everstep command has been renewing the session for too long", `If none is running, delete ${lock}`);
    await new Promise((again) => setTimeout(again, lockPauseMs));
  }
  try {
    return await act();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Making a folder is atomic. A command that was killed leaves its lock behind. */
function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > lockStaleMs) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}
