/**
 * Which server to talk to: flags, then the environment, then the `local.json` that a local
 * server writes into its data folder: EVERSTEP_DATA, or the nearest `.everstep` upwards.
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { type Client, createClient } from "../client/index.ts";
import { CommandError, exitCodes } from "./failure.ts";

const localFile = z.object({ url: z.url(), apiKey: z.string().min(1), tenant: z.string().optional() });

export interface Connection {
  url: string;
  apiKey: string;
  client: Client;
}

export interface ConnectionFlags {
  url?: string | undefined;
  "api-key"?: string | undefined;
}

/** @throws CommandError when no server is configured, saying what to do */
export function connect(flags: ConnectionFlags): Connection {
  const given = { url: flags.url ?? process.env["EVERSTEP_URL"], apiKey: flags["api-key"] ?? process.env["EVERSTEP_API_KEY"] };
  const { url, apiKey } = given.url && given.apiKey ? { url: given.url, apiKey: given.apiKey } : { ...readLocal(given), ...definedOf(given) };
  if (!URL.canParse(url)) throw new CommandError(exitCodes.usage, `${JSON.stringify(url)} is not a URL`, "Write it like http://127.0.0.1:8787");
  return { url, apiKey, client: createClient({ url, apiKey }) };
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
      given.url ? "Give it with --api-key or EVERSTEP_API_KEY." : "Start one with npm start, or set EVERSTEP_URL and EVERSTEP_API_KEY.",
    );
  }
  const parsed = localFile.safeParse(parseJson(path));
  if (!parsed.success) throw new CommandError(exitCodes.connection, `${path} does not hold { url, apiKey }`, "Restart the server (npm start); it writes the file anew.");
  // The local key belongs to the local server: it must not travel to another one.
  if (given.url && new URL(given.url).origin !== new URL(parsed.data.url).origin) {
    throw new CommandError(exitCodes.connection, `no API key for ${given.url}`, "Give it with --api-key or EVERSTEP_API_KEY.");
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
