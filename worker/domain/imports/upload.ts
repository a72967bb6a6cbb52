/**
 * Taking in a file: it goes to R2 piece by piece as it comes, and what it looks like is said.
 * @module
 */
import { eq } from "drizzle-orm";
import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { imports } from "../../../db/schema/imports.ts";
import { findTenant } from "../../../db/tenants.ts";
import { entityAt, extensible } from "../../../sdk/schema/crm/index.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustBeAllowed } from "../records/access.ts";
import { actorId, recordContext } from "../records/context.ts";
import { customFieldsOf } from "../records/custom.ts";
import { settingsOf } from "../tenants/settings.ts";
import { findImport, keptMs } from "./advance.ts";
import { dialectOf } from "./dialect.ts";
import { decode, type Encoding, keptAs, Recoder } from "./encoding.ts";
import { entityOf, fileOf, formatOf, type ImportRow } from "./job.ts";
import { importPrefix } from "./prefix.ts";
import { detailOf, type ImportDetail } from "./read.ts";
import { isBlank, readRows } from "./reader.ts";
import { suggestMapping } from "./suggest.ts";
import { keysOf, targetsOf } from "./targets.ts";

export const largestFile = 100 * 1024 * 1024;
/** Those of R2's parts have one size, of 5 MiB at least. */
const partSize = 6 * 1024 * 1024;
const uploadMs = 86_400_000;
const sampleBytes = 64 * 1024;
const sampleRows = 50;
const mostColumns = 500;

export const importable = extensible.map(({ path }) => path) as [string, ...string[]];
export const uploadQuery = z.object({ entity: z.enum(importable), name: z.string().max(200).optional().describe("The file's name") });

/** @throws PlatformError `bad-request` for a file without rows, `too-large` */
export async function createImport({ ctx, input, file }: { ctx: TenantContext; input: z.output<typeof uploadQuery>; file: ReadableStream<Uint8Array> | null }): Promise<ImportDetail> {
  const { db, now, tenant } = ctx;
  const of = entityAt.get(input.entity);
  if (!of) throw new PlatformError("bad-request", `/query/entity: one of ${importable.join(", ")}`);
  mustBeAllowed({ db, access: ctx.actor }, of, "write");
  if (!file) throw new PlatformError("bad-request", "Send the file as the body.");
  const id = newId(now);
  const key = `${importPrefix(tenant)}${id}.csv`;
  const row: ImportRow = { id, tenant_id: tenant, kind: of.kind, status: "uploading", file_name: input.name ?? null, file_key: key, file_size: 0, encoding: "utf-8", delimiter: ",", newline: "\n", has_header: true, columns: [], mapping: [], dedupe: { keys: [], mode: "create" }, fire_events: true, tag: null, cursor: 0, row: 0, rows_done: 0, created: 0, updated: 0, skipped: 0, invalid: 0, error: null, started_by_kind: null, started_by_id: null, created_by: actorId(recordContext(ctx)), created_at: now, started_at: null, updated_at: now, ended_at: null, undo_cursor: null, undone: 0, undo_kept: 0, expires_at: now + uploadMs };
  // The row before the file: what breaks off is found, and deleted after a day.
  await db.batch([db.insert(imports, row)]);
  const known = await take(ctx, row, key, file);
  await db.batch([db.update(imports, { ...known, status: "ready", expires_at: now + keptMs }, eq(imports.id, id)), audited(ctx, { action: "import.create", entityId: id, after: { entity: input.entity, file_size: known.file_size, encoding: known.encoding } })]);
  return detailOf(ctx, (await findImport(ctx, id)) ?? row);
}

async function take(ctx: TenantContext, row: ImportRow, key: string, file: ReadableStream<Uint8Array>): Promise<Partial<ImportRow>> {
  try {
    const { encoding, size } = await store(ctx.env.BLOBS, key, file);
    return await recognised(ctx, { ...row, encoding, file_size: size });
  } catch (error) {
    await Promise.allSettled([ctx.env.BLOBS.delete(key), ctx.db.remove(imports, eq(imports.id, row.id))]);
    throw error;
  }
}

async function recognised(ctx: TenantContext, row: ImportRow): Promise<Partial<ImportRow>> {
  const source = fileOf(ctx.env, row);
  if (row.file_size === 0) throw new PlatformError("bad-request", "The file is empty.");
  const bytes = await source(0, Math.min(sampleBytes, row.file_size));
  const { delimiter, newline, hasHeader } = dialectOf(decode(bytes, keptAs(row.encoding), bytes.length >= row.file_size));
  const found = { ...row, delimiter, newline, has_header: hasHeader };
  return { encoding: row.encoding, file_size: row.file_size, delimiter, newline, has_header: hasHeader, ...(await columnsOf(ctx, found)) };
}

/** Titles of the columns, and what they probably are. */
export async function columnsOf(ctx: TenantContext, row: ImportRow): Promise<Pick<ImportRow, "columns" | "mapping" | "dedupe">> {
  const of = entityOf(row);
  const { rows } = await readRows(fileOf(ctx.env, row), row.file_size, formatOf(row), 0, sampleRows + 1);
  const there = rows.filter((row) => !isBlank(row));
  const [first] = there;
  if (!first) throw new PlatformError("bad-request", "The file has no rows.");
  const below = there.slice(row.has_header ? 1 : 0).map(({ cells }) => cells);
  const width = Math.max(...rows.map(({ cells }) => cells.length));
  if (width > mostColumns) throw new PlatformError("bad-request", `The file has ${width} columns, and ${mostColumns} at most are read: is its delimiter another?`);
  const columns = Array.from({ length: width }, (_, index) => (row.has_header ? (first.cells[index] ?? "").trim().slice(0, 200).toWellFormed().replaceAll("\0", "") : ""));
  const [custom, tenant] = await Promise.all([customFieldsOf(ctx.db, of), findTenant(ctx.env.DB, ctx.tenant)]);
  const mapping = suggestMapping(columns, targetsOf(of, custom), below, tenant ? settingsOf(tenant).locale : "en");
  const keys = keysOf(of, custom).filter((key) => key !== of.label && of.alike.includes(key) && mapping.some(({ field }) => field === key));
  return { columns, mapping, dedupe: { keys, mode: keys.length > 0 ? "skip" : "create" } };
}

/** @throws PlatformError `too-large`, and then nothing is kept */
async function store(bucket: R2Bucket, key: string, file: ReadableStream<Uint8Array>): Promise<{ encoding: Encoding; size: number }> {
  const recoder = new Recoder();
  const type = { httpMetadata: { contentType: "text/csv" } };
  let part = new Uint8Array(partSize);
  let [filled, taken, size] = [0, 0, 0];
  let upload: R2MultipartUpload | null = null;
  const parts: R2UploadedPart[] = [];
  const add = async (bytes: Uint8Array): Promise<void> => {
    size += bytes.length;
    for (let rest = bytes; rest.length > 0; ) {
      const some = rest.subarray(0, partSize - filled);
      part.set(some, filled);
      filled += some.length;
      rest = rest.subarray(some.length);
      if (filled < partSize) continue;
      upload ??= await bucket.createMultipartUpload(key, type);
      parts.push(await upload.uploadPart(parts.length + 1, part));
      [part, filled] = [new Uint8Array(partSize), 0];
    }
  };
  try {
    for await (const piece of file) {
      taken += piece.length;
      if (taken > largestFile) throw new PlatformError("too-large", `The file may have at most ${largestFile / 1024 / 1024} MiB.`);
      await add(recoder.push(piece));
    }
    await add(recoder.end());
    const whole = upload as R2MultipartUpload | null;
    if (whole === null) await bucket.put(key, part.subarray(0, filled), type);
    else {
      if (filled > 0) parts.push(await whole.uploadPart(parts.length + 1, part.subarray(0, filled)));
      await whole.complete(parts);
    }
  } catch (error) {
    await (upload as R2MultipartUpload | null)?.abort().catch(() => {});
    throw error;
  }
  return { encoding: recoder.encoding, size };
}
