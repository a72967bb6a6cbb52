/**
 * Which server to talk to: flags, then the environment, then the `local.json` that a local
 * server writes into its data folder (EVERSTEP_DATA, or the nearest `.everstep` upwards), then
 * the only server somebody has signed in at with `everstep login`. And as whom: an API key that
 * is given, else the session at an address that is given, else the local server's key.
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { type Client, createClient } from "../client/index.ts";
import { CommandError, exitCodes } from "./failure.ts";
import { accessToken, sessionAt, signedInAt } from "./sessions.ts";

const localFile = z.object({ url: z.url(), apiKey: z.string().min(1), tenant: z.string().optional() });

export interface Connection {
  url: string;
  client: Client;
}

export interface ConnectionFlags {
  url?: string | undefined;
  "api-key"?: string | undefined;
}

/** @throws CommandError when no server is configured, saying what to do */
export function connect(flags: ConnectionFlags): Connection {
  const given = { url: flags.url ?? process.env["EVERSTEP_URL"], apiKey: flags["api-key"] ?? process.env["EVERSTEP_API_KEY"] };
  const { url, apiKey } = given.url && given.apiKey ? { url: given.url, apiKey: given.apiKey } : (ownSession(given) ?? { ...readLocal(given), ...definedOf(given) });
  if (!URL.canParse(url)) throw notUrl(url);
  return { url, client: createClient({ url, apiKey }) };
}

/** The address alone: `flag`, the environment, or the local server's. @throws CommandError when it is no URL */
export function serverUrl(flag: string | undefined): string | undefined {
  const given = flag ?? process.env["EVERSTEP_URL"];
  if (given && !URL.canParse(given)) throw notUrl(given);
  if (given) return given;
  const path = findLocal();
  return path ? localFile.safeParse(parseJson(path)).data?.url : undefined;
}

const notUrl = (url: string) => new CommandError(exitCodes.usage, `${JSON.stringify(url)} is not a URL`, "Write it like http://127.0.0.1:8787");

/** A local server that was started here goes before a session at an address that nobody named. */
function ownSession(given: { url: string | undefined; apiKey: string | undefined }): { url: string; apiKey: () => Promise<string> } | undefined {
  if (given.apiKey) return undefined;
  const [only, ...others] = signedInAt();
  const url = given.url ?? (findLocal() === undefined && others.length === 0 ? only : undefined);
  if (url === undefined || !URL.canParse(url) || !sessionAt(url)) return undefined;
  return { url, apiKey: () => accessToken(url) };
}

function definedOf({ url, apiKey }: { url: string | undefined; apiKey: string | undefined }): { url?: string; apiKey?: string } {
  return { ...(url ? { url } : {}), ...(apiKey ? { apiKey } : {}) };
}

function readLocal(given: { url: string | undefined }): { url: string; apiKey: string } {
  const path = findLocal();
  if (!path) {
    throw new CommandError(
      exitCodes.connection,
      given.url ? `no API key for ${given.url}` : "no server is configured and no local one has been started here",
      given.url ? "Give it with --api-key or EVERSTEP_API_KEY, or sign in with everstep login." : "Start one with npm start, set EVERSTEP_URL and EVERSTEP_API_KEY, or sign in with everstep login.",
    );
  }
  const parsed = localFile.safeParse(parseJson(path));
  if (!parsed.success) throw new CommandError(exitCodes.connection, `${path} does not hold { url, apiKey }`, "Restart the server (npm start); it writes the file anew.");
  // The local key belongs to the local server: it must not travel to another one.
  if (given.url && new URL(given.url).origin !== new URL(parsed.data.url).origin) {
    throw new CommandError(exitCodes.connection, `no API key for ${given.url}`, "Give it with --api-key or EVERSTEP_API_KEY, or sign in with everstep login.");
  }
  return parsed.data;
}

function findLocal(): string | undefined {
  const data = process.env["EVERSTEP_DATA"];
  const named = data ? join(resolve(data), "local.json") : undefined;
  if (named && existsSync(named)) return named;
  for (let at = resolve("."); ; at = dirname(at)) {
    const path = join(at, ".everstep", "local.json");
    if (existsSync(path)) return path;
    if (dirname(at) === at) return undefined;
  }
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
