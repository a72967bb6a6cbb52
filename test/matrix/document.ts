/**
 * What there is to call, as the OpenAPI document tells it: routes that come later are tested
 * by being in it.
 * @module
 */
import type { Schema } from "./instances.ts";
import type { Lab } from "./lab.ts";

export interface Operation {
  id: string;
  /** Upper case. */
  method: string;
  /** Every path it is at, as `/api/v1/users/{id}`; the first is the main one. */
  paths: string[];
  auth: string;
  permission: string | null;
  /** What it asks for besides. */
  besides: string[];
  /** Keys have none of what it is about. */
  peopleOnly: boolean;
  parameters: Parameter[];
  /** Of the body; null: it takes none, or a file. */
  body: Schema | null;
  /** Takes an Idempotency-Key. */
  keyed: boolean;
  /** Largest body, in bytes. */
  maxBytes: number;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: Schema;
}

interface Described {
  operationId: string;
  parameters?: Parameter[];
  /** A file is no JSON. */
  requestBody?: { content: Record<string, { schema: Schema }> };
  "x-auth": string;
  "x-permission"?: string;
  "x-besides"?: string[];
  "x-people-only"?: boolean;
  "x-max-bytes"?: number;
}

const base = "/api/v1";

export async function readOperations(lab: Lab): Promise<Operation[]> {
  const { json } = await lab.call(null, "GET", `${base}/openapi.json`);
  const paths = (json?.["paths"] ?? {}) as Record<string, Record<string, Described>>;
  const byId = new Map<string, Operation>();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, one] of Object.entries(methods)) {
      // Another path of the same operation has its id with a number.
      const id = one.operationId.replace(/_\d+$/, "");
      const known = byId.get(id);
      if (known) known.paths.push(path);
      else byId.set(id, operationOf(id, method.toUpperCase(), path, one));
    }
  }
  const operations = [...byId.values()];
  for (const operation of operations) operation.paths.push(...(await unprefixed(lab, operation)));
  return operations;
}

function operationOf(id: string, method: string, path: string, described: Described): Operation {
  const parameters = described.parameters ?? [];
  return {
    id,
    method,
    paths: [path],
    auth: described["x-auth"],
    permission: described["x-permission"] ?? null,
    besides: described["x-besides"] ?? [],
    peopleOnly: described["x-people-only"] ?? false,
    parameters: parameters.filter((one) => one.in !== "header"),
    body: described.requestBody?.content["application/json"]?.schema ?? null,
    keyed: parameters.some((one) => one.name === "Idempotency-Key"),
    maxBytes: described["x-max-bytes"] ?? 1024 * 1024,
  };
}

/** The document names the paths below /api/v1; what is there without it is found by asking. */
async function unprefixed(lab: Lab, { method, paths }: Operation): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths.map((one) => one.slice(base.length))) {
    // There, without the prefix, are the addresses that senders of webhooks call.
    if (path.startsWith("/hooks/")) continue;
    const { headers } = await lab.call(null, "OPTIONS", path.replaceAll(/\{\w+\}/g, "x"));
    if (headers.get("allow")?.split(", ").includes(method)) found.push(path);
  }
  return found;
}

export const changes = ({ method }: Operation): boolean => method !== "GET";

/** Names of the parameters in the path, in its order, and what stands before each. */
export function placesIn(path: string): { name: string; after: string }[] {
  const parts = path.split("/");
  return parts.flatMap((part, index) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    // Steps are named by their key, wherever they stand.
    return name === undefined ? [] : [{ name, after: name === "step" ? "steps" : (parts[index - 1] ?? "") }];
  });
}

/** @param values by parameter, in the path and in the query */
export function address(operation: Operation, path: string, values: Record<string, string>): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? "x"));
  const query = operation.parameters.filter((one) => one.in === "query" && values[one.name] !== undefined).map(({ name }) => `${name}=${encodeURIComponent(values[name] ?? "")}`);
  return query.length === 0 ? filled : `${filled}?${query.join("&")}`;
}
