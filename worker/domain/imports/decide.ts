/**
 * What becomes of each row of a chunk: a new record, a change of one that is there or that an
 * earlier row has begun, nothing, or a refusal.
 * @module
 */
import type { RecordRow } from "../../../db/schema/record-tables.ts";
import type { Given } from "../../../sdk/schema/crm/entity.ts";
import { mayDo } from "../records/access.ts";
import { asNew, type Candidate, convertRow, type RowError } from "./convert.ts";
import type { Job } from "./job.ts";
import { keyOf, recordsBy } from "./keys.ts";
import { type FileRow, isBlank } from "./reader.ts";
import { resolveMentions, resolveTags } from "./resolve.ts";

/** One record that is written, and the rows it is made of. */
export interface Entry {
  before: RecordRow | null;
  given: Given;
  rows: number[];
}

export interface Outcome {
  row: number;
  entry: Entry | null;
  action: "write" | "skipped" | "invalid";
  errors: RowError[];
}

export interface Decision {
  outcomes: Outcome[];
  entries: Entry[];
  /** Of the new records, by key: nobody else may have made one of these by the time they are written. */
  fresh: Map<string, string[]>;
  /** The entries of the rows, by key and form. */
  begun: ReadonlyMap<string, Entry>;
}

/** What a preview has seen in rows before these, by key and form: the row. */
export type Seen = Map<string, number>;

export interface Looking {
  /** Of a preview, which writes nothing: later rows find the earlier ones here. */
  seen: Seen | null;
  /** Rows that were tried and cannot be written: others do not count them as there. */
  refused: ReadonlyMap<number, RowError>;
}

type Forms = ReadonlyMap<string, string>;

/** @param first the number of the first of these rows in the file */
export async function decide(job: Job, rows: readonly FileRow[], first: number, { seen, refused }: Looking): Promise<Decision> {
  const { ctx, of } = job;
  const candidates = rows.flatMap((row, index) => (isBlank(row) ? [] : [convertRow(job, first + index, row)]));
  for (const { row, errors } of candidates) errors.push(...[refused.get(row)].flatMap((error) => error ?? []));
  await resolveMentions(ctx, candidates);
  await resolveTags(ctx, candidates, seen === null);
  if (job.tag !== null) for (const { given } of candidates) given["tags"] = [...new Set([...((given["tags"] ?? []) as string[]), job.tag])];
  const keys = job.dedupe.mode === "create" ? [] : job.dedupe.keys;
  const forms = await Promise.all(candidates.map((candidate) => formsOf(job, keys, candidate)));
  const known = new Map(await Promise.all(keys.map(async (key) => [key, await recordsBy(ctx, of, key, [...new Set(forms.flatMap((one) => one.get(key) ?? []))])] as const)));
  const begun = new Map<string, Entry>();
  const decision: Decision = { outcomes: [], entries: [], fresh: new Map(), begun };
  for (const [index, candidate] of candidates.entries()) decision.outcomes.push(outcomeOf(job, candidate, forms[index] ?? new Map(), { known, begun, seen, decision }));
  return decision;
}

async function formsOf({ ctx, of }: Job, keys: readonly string[], { given, errors }: Candidate): Promise<Forms> {
  if (errors.length > 0) return new Map();
  const forms = await Promise.all(keys.map(async (key) => [key, await keyOf(ctx, of, key, given)] as const));
  return new Map(forms.flatMap(([key, form]) => (form === null ? [] : [[key, form] as const])));
}

interface Ground {
  known: ReadonlyMap<string, ReadonlyMap<string, RecordRow>>;
  /** Entries of this chunk, by key and form, and by the record they change. */
  begun: Map<string, Entry>;
  seen: Seen | null;
  decision: Decision;
}

const placeOf = (key: string, form: string): string => `${key} ${form}`;

function outcomeOf(job: Job, candidate: Candidate, forms: Forms, ground: Ground): Outcome {
  const { row, errors } = candidate;
  if (errors.length > 0) return { row, entry: null, action: "invalid", errors };
  const { begun, seen, decision } = ground;
  for (const [key, form] of forms) {
    const entry = begun.get(placeOf(key, form));
    const record = ground.known.get(key)?.get(form);
    const earlier = seen?.get(placeOf(key, form));
    if (!entry && !record && earlier === undefined) continue;
    if (job.dedupe.mode === "skip") return { row, entry: null, action: "skipped", errors: [{ column: null, value: null, message: entry ? `the same ${key} as row ${entry.rows[0]}` : record ? `the same ${key} as the record ${record.id}` : `the same ${key} as row ${earlier}` }] };
    // A preview has not written what this would change.
    if (!entry && !record) return { row, entry: { before: null, given: candidate.given, rows: [earlier ?? 0, row] }, action: "write", errors: [] };
    return change(job, candidate, forms, ground, entry ?? begun.get(`record ${record?.id}`) ?? { before: record ?? null, given: {}, rows: [] });
  }
  const given = asNew(job, candidate);
  if (Array.isArray(given)) return { row, entry: null, action: "invalid", errors: given };
  const entry: Entry = { before: null, given, rows: [row] };
  decision.entries.push(entry);
  for (const [key, form] of forms) decision.fresh.set(key, [...(decision.fresh.get(key) ?? []), form]);
  begin(ground, forms, entry);
  return { row, entry, action: "write", errors: [] };
}

function begin({ begun }: Ground, forms: Forms, entry: Entry): void {
  if (entry.before) begun.set(`record ${entry.before.id}`, entry);
  for (const [key, form] of forms) begun.set(placeOf(key, form), entry);
}

function change({ ctx, of }: Job, { row, given }: Candidate, forms: Forms, ground: Ground, entry: Entry): Outcome {
  if (entry.before && !mayDo(ctx, of, "write", entry.before)) return { row, entry: null, action: "invalid", errors: [{ column: null, value: null, message: `it is the record ${entry.before.id}, which whoever imports may not change` }] };
  if (entry.rows.length === 0) ground.decision.entries.push(entry);
  const tags = given["tags"] === undefined ? {} : { tags: [...new Set([...((entry.given["tags"] ?? entry.before?.tags ?? []) as string[]), ...(given["tags"] as string[])])] };
  const custom = given["custom"] === undefined ? {} : { custom: { ...(entry.given["custom"] as Given | undefined), ...(given["custom"] as Given) } };
  entry.given = { ...entry.given, ...given, ...tags, ...custom };
  entry.rows.push(row);
  begin(ground, forms, entry);
  return { row, entry, action: "write", errors: [] };
}
