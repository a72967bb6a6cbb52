/**
 * A tenant as lines of JSON: rows of its tables, its objects, its executions. Each function
 * does one slice.
 * @module
 */
import { sql } from "drizzle-orm";
import { accountsIn, identitiesOf, peopleOf } from "../../../db/personal-data.ts";
import { findTenant } from "../../../db/tenants.ts";
import { toBase64 } from "../../auth/bytes.ts";
import { unwrap } from "../reply.ts";
import type { Left, Slice, Work } from "./job.ts";
import { places, prefixesOf } from "./places.ts";

export const archiveFormat = { format: "everstep-tenant", version: 1 } as const;

const rowsAtOnce = 500;
const executionsAtOnce = 20;
const bytesAtOnce = 20_000_000;

/** A cursor of the form `place:offset`. */
function positionOf(cursor: string | null): [place: number, offset: number] {
  const [place = 0, offset = 0] = (cursor ?? "0:0").split(":").map(Number);
  return [place, offset];
}

export async function archivedRows(work: Work): Promise<Slice> {
  const [index, offset] = positionOf(work.cursor);
  const place = places[index];
  if (!place) return { cursor: null, calls: 0 };
  const head = work.cursor === null ? [archiveFormat] : [];
  const { archived, name } = place;
  const rows = "missing" in archived ? await rowsOf(work, place, offset) : [];
  const lines = rows.map((row) => ({ place: name, row: { ...row, ...("missing" in archived ? archived.missing : {}) } }));
  return { cursor: rows.length < rowsAtOnce ? `${index + 1}:0` : `${index}:${offset + rowsAtOnce}`, calls: 1, counts: { [name]: rows.length }, lines: [...head, ...lines] };
}

async function rowsOf({ env, db, now }: Work, { name, table, leaves }: (typeof places)[number], offset: number): Promise<object[]> {
  const rows = table ? await db.select(table, { orderBy: sql`rowid`, limit: rowsAtOnce, offset }) : [];
  if (table) return leaves ? Promise.all(rows.map((row) => leaves({ env, db, now }, row))) : rows;
  // What belongs to no tenant by itself; few.
  if (offset > 0) return [];
  if (name === "tenants") return [await findTenant(env.DB, db.tenant)].filter((row) => row !== null);
  if (name === "users") return accountsIn(env.DB, await peopleOf(env.DB, db.tenant));
  if (name === "identities") return identitiesOf(env.DB, db.tenant, null);
  throw new Error(`nobody knows how ${name} is archived`);
}

/** A cursor of the form `prefix:key`: the last key that was read. */
export async function archivedObjects({ env, db, cursor }: Work): Promise<Slice> {
  const [index = "0", ...key] = (cursor ?? "0:").split(":");
  const prefix = prefixesOf(db.tenant)[Number(index)];
  if (prefix === undefined) return { cursor: null, calls: 0 };
  const startAfter = key.join(":");
  const page = await env.BLOBS.list({ prefix, limit: 50, ...(startAfter === "" ? {} : { startAfter }) });
  const lines: object[] = [];
  let bytes = 0;
  let last = startAfter;
  for (const object of page.objects) {
    if (bytes > 0 && bytes + object.size > bytesAtOnce) break;
    const stored = await env.BLOBS.get(object.key);
    if (stored) lines.push({ object: object.key, type: stored.httpMetadata?.contentType ?? null, base64: toBase64(new Uint8Array(await stored.arrayBuffer())) });
    bytes += object.size;
    last = object.key;
  }
  const done = last === (page.objects.at(-1)?.key ?? startAfter) && !page.truncated;
  return { cursor: done ? `${Number(index) + 1}:` : `${index}:${last}`, calls: lines.length + 1, counts: { [prefix.split("/")[0] ?? ""]: lines.length }, lines };
}

export async function archivedExecutions({ objects, db, cursor }: Work): Promise<Slice> {
  const page = await unwrap(objects.hub(db.tenant).list({ limit: executionsAtOnce, ...(cursor === null ? {} : { cursor }) }));
  const left: Left[] = [];
  const lines: object[] = [];
  for (const { id } of page.data) {
    const dump = await objects.execution(db.tenant, id).dump(db.tenant, id);
    if (dump.ok) lines.push({ execution: id, dump: JSON.parse(dump.value) as unknown });
    else left.push({ place: "executions", id, reason: "was accepted and has not begun" });
  }
  return { cursor: page.nextCursor, calls: executionsAtOnce + 1, counts: { executions: lines.length }, left, lines };
}
