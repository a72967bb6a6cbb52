/**
 * Importing in tests: a file goes up, is set up and started, and its chunks are carried out by
 * whoever asks, beside the import's own object.
 * @module
 */
import { env, type Harness, type Tenant } from "./harness.ts";
import { importerPlatform } from "../../domain/imports/platform.ts";

export type Caller = Tenant["call"];

export interface Shown {
  id: string;
  status: string;
  encoding: string;
  delimiter: string;
  has_header: boolean;
  columns: string[];
  mapping: { column: number; field: string | null }[];
  dedupe: { keys: string[]; mode: string };
  sample: string[][];
  progress: Record<"rows" | "created" | "updated" | "skipped" | "invalid" | "undone" | "kept" | "percent", number>;
  error: string | null;
}

/** @throws Error unless it succeeds */
export async function ask(call: Caller, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Shown> {
  const { status, text, body: answer } = await call(method, path, body, headers);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
  return answer as unknown as Shown;
}

export const upload = (call: Caller, file: string, entity = "leads"): Promise<Shown> => ask(call, "POST", `/imports?entity=${entity}&name=file.csv`, file, { "content-type": "text/csv" });

/** Until it runs no more. */
export async function carryOn(tenant: Pick<Tenant, "id">, id: string): Promise<void> {
  const after: Promise<unknown>[] = [];
  const platform = importerPlatform(env, (work) => void after.push(work));
  while ((await platform.work(tenant.id, id, Number.POSITIVE_INFINITY, Date.now)) === "more");
  await Promise.all(after);
}

/** Uploads, sets up, starts and carries out. */
export async function importFile(tenant: Tenant, file: string, settings: object | null = null, entity = "leads"): Promise<Shown> {
  const { id } = await upload(tenant.call, file, entity);
  if (settings) await ask(tenant.call, "PATCH", `/imports/${id}`, settings);
  await ask(tenant.call, "POST", `/imports/${id}/start`);
  await carryOn(tenant, id);
  return ask(tenant.call, "GET", `/imports/${id}`);
}

export async function undo(tenant: Tenant, id: string): Promise<Shown> {
  await ask(tenant.call, "POST", `/imports/${id}/undo`);
  await carryOn(tenant, id);
  return ask(tenant.call, "GET", `/imports/${id}`);
}

export async function all<T>(sql: string, ...values: unknown[]): Promise<T[]> {
  return (await env.DB.prepare(sql).bind(...values).all<T>()).results;
}

export const uploadBytes = (h: Harness, key: string, bytes: Uint8Array, entity = "leads") => h.send(new Request(`http://everstep.test/api/v1/imports?entity=${entity}`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/octet-stream" }, body: bytes.slice() }));
