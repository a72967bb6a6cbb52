/**
 * Imports as they are shown.
 * @module
 */
import { z } from "zod";
import { importStatuses } from "../../../db/schema/imports.ts";
import { iso } from "../context.ts";
import { entityOf, type ImportRow } from "./job.ts";
import { columnMapping, dedupe } from "./settings.ts";

export const importView = z.object({
  id: z.string(),
  entity: z.string().describe("`leads`"),
  status: z.enum(importStatuses),
  file_name: z.string().nullable(),
  file_size: z.number().int().describe("Bytes as it is kept; what came as UTF-16 is kept as UTF-8"),
  encoding: z.string(),
  delimiter: z.string(),
  has_header: z.boolean(),
  columns: z.array(z.string()).describe("Titles"),
  mapping: z.array(columnMapping),
  dedupe,
  options: z.object({ fire_events: z.boolean(), tag: z.string().nullable() }),
  progress: z.object({
    percent: z.number().describe("Of the file's bytes; while it is undone, of its rows"),
    rows: z.number().int().describe("Rows that something became of"),
    created: z.number().int(),
    updated: z.number().int(),
    skipped: z.number().int(),
    invalid: z.number().int(),
    undone: z.number().int(),
    kept: z.number().int().describe("Records that undoing left as they are, because somebody has changed them since"),
    rows_per_second: z.number().nullable(),
    seconds_left: z.number().nullable().describe("At the pace so far"),
  }),
  error: z.string().nullable(),
  created_at: z.string(),
  created_by: z.string().nullable(),
  started_at: z.string().nullable(),
  started_by: z.string().nullable(),
  ended_at: z.string().nullable(),
  expires_at: z.string().nullable().describe("When the file and what undoing needs are deleted"),
});
export type ImportView = z.input<typeof importView>;

const orNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export function viewImport(row: ImportRow, now: number): ImportView {
  const { id, status, file_name, file_size, encoding, delimiter, has_header, columns, mapping, dedupe: by, error, created_by } = row;
  return {
    id,
    entity: entityOf(row).path,
    status,
    file_name,
    file_size,
    encoding,
    delimiter,
    has_header,
    columns,
    mapping,
    dedupe: { keys: by.keys, mode: by.mode },
    options: { fire_events: row.fire_events, tag: row.tag },
    progress: progressOf(row, now),
    error,
    created_at: iso(row.created_at),
    created_by,
    started_at: orNull(row.started_at),
    started_by: row.started_by_id,
    ended_at: orNull(row.ended_at),
    expires_at: orNull(row.expires_at),
  };
}

function progressOf(row: ImportRow, now: number): ImportView["progress"] {
  const { rows_done: rows, created, updated, skipped, invalid, undone, undo_kept: kept } = row;
  const share = row.status === "undoing" ? 1 - ((row.undo_cursor ?? 0) - 1) / Math.max(1, row.row) : row.file_size === 0 ? 1 : row.cursor / row.file_size;
  const seconds = row.started_at === null ? 0 : ((row.ended_at ?? now) - row.started_at) / 1000;
  const pace = seconds > 0 && rows > 0 ? rows / seconds : null;
  const left = row.status === "running" && share > 0 && seconds > 0 ? Math.ceil((seconds / share) * (1 - share)) : null;
  return { percent: Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10, rows, created, updated, skipped, invalid, undone, kept, rows_per_second: pace === null ? null : Math.round(pace * 10) / 10, seconds_left: left };
}
