/**
 * A large file imported on a real server that is killed on the way, and undone: what is checked
 * afterwards is read through the interface and, row by row, from an export.
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "../support/server.ts";

export interface Shown {
  id: string;
  status: string;
  error: string | null;
  progress: Record<"rows" | "created" | "updated" | "skipped" | "invalid" | "undone" | "kept" | "percent", number>;
}

const line = (index: number): string => `"Lead ${index}, of ""many""",lead${index}@example.com,+55 11 9${String(index).padStart(8, "0")},${index % 100},"first line\nsecond é ${index}"\n`;

/** So many rows, all different, with quoted line ends and accents. */
export function* fileOf(rows: number): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode("name,email,phone,score,description\n");
  for (let from = 0; from < rows; from += 1000) yield encoder.encode(Array.from({ length: Math.min(1000, rows - from) }, (_, index) => line(from + index)).join(""));
}

const headers = (server: Server) => ({ authorization: `Bearer ${server.keys.apiKey}` });

/** @throws Error unless it succeeds; a server that is starting refuses connections for a moment */
async function ask<T>(server: Server, method: string, path: string, body?: unknown): Promise<T> {
  return server.api.expect(server.api.request<T>(method, path, body), 200, 201, 202);
}

export async function upload(server: Server, rows: number): Promise<string> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of fileOf(rows)) controller.enqueue(piece);
      controller.close();
    },
  });
  const answer = await fetch(`${server.url}/api/v1/imports?entity=leads&name=many.csv`, { method: "POST", headers: { ...headers(server), "content-type": "text/csv" }, body: stream, duplex: "half" });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`the upload was answered ${answer.status}: ${text}`);
  return (JSON.parse(text) as Shown).id;
}

export const importOf = (server: Server, id: string): Promise<Shown> => ask(server, "GET", `/imports/${id}`);
export const configure = (server: Server, id: string, settings: object): Promise<Shown> => ask(server, "PATCH", `/imports/${id}`, settings);
export const act = (server: Server, id: string, action: "start" | "undo" | "cancel"): Promise<Shown> => ask(server, "POST", `/imports/${id}/${action}`);

/** Looks until it is so. */
export async function until(server: Server, id: string, is: (shown: Shown) => boolean): Promise<Shown> {
  for (;;) {
    const { data } = await ask<{ data: Shown[] }>(server, "GET", "/imports?limit=5");
    const shown = data.find((one) => one.id === id);
    if (!shown) throw new Error(`there is no import ${id}`);
    if (is(shown)) return shown;
    if (shown.status === "failed") throw new Error(`the import has failed: ${shown.error}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Kills the server at these shares of the way, in percent, and starts it on the same data. */
export async function withKills(server: Server, id: string, shares: readonly number[], over: string, share: (shown: Shown) => number, seen: (what: string) => void = () => {}): Promise<Shown> {
  for (const at of shares) {
    const shown = await until(server, id, (one) => share(one) >= at || one.status === over);
    if (shown.status === over) throw new Error(`it was over before ${at} %`);
    seen(`killed at ${share(shown)} %`);
    await server.restart();
  }
  return until(server, id, ({ status }) => status === over);
}

/** Addresses of all leads, as an export has them. */
export async function addresses(server: Server): Promise<string[]> {
  const answer = await fetch(`${server.url}/api/v1/exports`, { method: "POST", headers: { ...headers(server), "content-type": "application/json" }, body: JSON.stringify({ entity: "leads", columns: ["email"], bom: false, filter: { email: { $starts: "lead" } } }) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`the export was answered ${answer.status}: ${text}`);
  return text.trim().split("\r\n").slice(1);
}

/** Seconds that the runtime has worked since it was started; null where the system does not say. */
export function secondsWorked(server: Server): number | null {
  const pid = join(server.folder, "workerd.pid");
  const stat = existsSync(pid) ? `/proc/${readFileSync(pid, "utf8").trim()}/stat` : "";
  const fields = existsSync(stat) ? readFileSync(stat, "utf8").split(") ")[1]?.split(" ") : undefined;
  // User and system time, in hundredths.
  return fields ? (Number(fields[11]) + Number(fields[12])) / 100 : null;
}

/** The most memory that the runtime has had, MiB; null where the system does not say. */
export function peakMemory(server: Server): number | null {
  const pid = join(server.folder, "workerd.pid");
  const status = existsSync(pid) ? `/proc/${readFileSync(pid, "utf8").trim()}/status` : "";
  const found = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, "utf8")) : null;
  return found ? Math.round(Number(found[1]) / 1024) : null;
}
