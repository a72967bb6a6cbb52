/**
 * The tenant's records of a test, in memory: what actions take is checked as the platform
 * checks it; what is particular about a kind (SLA times, probabilities) is not worked out.
 * @module
 */
import { ActionRefusedError } from "../../authoring/errors.ts";
import type { AnyEntity } from "../../schema/crm/entity.ts";
import { newRecordSchema } from "../../schema/crm/entity.ts";
import { entities, entityAt, entityOfKind } from "../../schema/crm/index.ts";
import { matchesRecord } from "./matching.ts";

export type TestRecord = Record<string, unknown> & { id: string; version: number; tags: string[] };
type Values = Record<string, unknown>;

export interface Happened {
  type: string;
  data: Values;
}

export class TestRecords {
  readonly #kinds = new Map<string, Map<string, TestRecord>>();
  readonly #now: () => number;
  readonly #happened: (event: Happened) => void;

  constructor(now: () => number, happened: (event: Happened) => void) {
    this.#now = now;
    this.#happened = happened;
  }

  /** @param path such as `leads` */
  all(path: string): TestRecord[] {
    return structuredClone([...this.#of(entityAtPath(path)).values()]);
  }

  /** Those that are there when a test begins: as `create` takes them, an `id` may be given. */
  seed(path: string, values: readonly Values[]): void {
    const of = entityAtPath(path);
    for (const { id, ...given } of values) this.#put(of, newRecordSchema(of).parse(given), typeof id === "string" ? id : undefined);
  }

  #of({ kind }: Pick<AnyEntity, "kind">): Map<string, TestRecord> {
    const known = this.#kinds.get(kind) ?? new Map<string, TestRecord>();
    this.#kinds.set(kind, known);
    return known;
  }

  #put(of: AnyEntity, values: Values, id = `${of.kind}-${this.#of(of).size + 1}`): TestRecord {
    const at = new Date(this.#now()).toISOString();
    const fields = Object.fromEntries(Object.entries(of.fields).map(([name, field]) => [name, field.default ?? null]));
    const record: TestRecord = { ...fields, custom: {}, ...values, tags: [...((values["tags"] ?? []) as string[])], id, version: 1, created_at: at, updated_at: at, created_by: null, deleted_at: null, merged_into: null };
    this.#of(of).set(id, record);
    return record;
  }

  #find(of: AnyEntity, id: string): TestRecord {
    const found = this.#of(of).get(id);
    if (!found) throw new ActionRefusedError(`There is no ${of.title.toLowerCase()} ${id}.`, "not-found");
    return found;
  }

  create(of: AnyEntity, values: Values): TestRecord {
    const record = this.#put(of, values);
    this.#happened({ type: `${of.kind}.created`, data: structuredClone(record) });
    return structuredClone(record);
  }

  get(of: AnyEntity, id: string): TestRecord {
    return structuredClone(this.#find(of, id));
  }

  update(of: AnyEntity, id: string, change: Values, version?: number): TestRecord {
    const record = this.#find(of, id);
    if (version !== undefined && record.version !== version) throw new ActionRefusedError(`The ${of.title.toLowerCase()} was changed since version ${version}: it is version ${record.version} now.`, "version-conflict");
    const custom = change["custom"] === undefined ? {} : { custom: { ...(record["custom"] as Values), ...(change["custom"] as Values) } };
    const after = { ...record, ...change, ...custom };
    if (JSON.stringify(after) === JSON.stringify(record)) return structuredClone(record);
    Object.assign(record, after, { version: record.version + 1, updated_at: new Date(this.#now()).toISOString() });
    this.#happened({ type: `${of.kind}.updated`, data: structuredClone(record) });
    return structuredClone(record);
  }

  delete(of: AnyEntity, id: string, version?: number): { id: string } {
    const record = this.#find(of, id);
    if (version !== undefined && record.version !== version) throw new ActionRefusedError(`The ${of.title.toLowerCase()} is version ${record.version} now.`, "version-conflict");
    this.#of(of).delete(id);
    this.#happened({ type: `${of.kind}.deleted`, data: structuredClone(record) });
    return { id };
  }

  matching(of: AnyEntity, { filter = {}, q }: { filter?: Values; q?: string }): TestRecord[] {
    const words = q === undefined ? [] : q.toLowerCase().split(/\s+/);
    return structuredClone([...this.#of(of).values()].filter((record) => matchesRecord(filter, record, this.#now()) && words.every((word) => JSON.stringify(record).toLowerCase().includes(word))));
  }

  find(of: AnyEntity, { sort = "-created_at", limit = 50, cursor = "0", ...which }: { filter?: Values; q?: string; sort?: string; limit?: number; cursor?: string }): { data: TestRecord[]; next_cursor: string | null } {
    const field = sort.replace(/^-/, "");
    const all = this.matching(of, which);
    const sorted = all.map((record, at) => ({ record, at })).sort((one, other) => order(one.record[field], other.record[field]) || one.at - other.at);
    if (sort.startsWith("-")) sorted.reverse();
    const begin = Number(cursor);
    return { data: sorted.slice(begin, begin + limit).map(({ record }) => record), next_cursor: begin + limit < all.length ? String(begin + limit) : null };
  }

  tag(of: AnyEntity, id: string, tag: string, { add, create = false }: { add: boolean; create?: boolean }): TestRecord {
    const record = this.#find(of, id);
    const known = this.#of(entities.tag).get(tag) ?? [...this.#of(entities.tag).values()].find(({ name }) => name === tag);
    if (!known && !add) return structuredClone(record);
    if (!known && !create) throw new ActionRefusedError(`There is no tag ${JSON.stringify(tag)}: make it, or add it with \`create\`.`, "not-found");
    const tagId = (known ?? this.create(entities.tag, newRecordSchema(entities.tag).parse({ name: tag }))).id;
    return this.update(of, id, { tags: add ? [...new Set([...record.tags, tagId])] : record.tags.filter((one) => one !== tagId) });
  }

  /** @throws ActionRefusedError for a kind there is none of */
  kind(type: string): AnyEntity {
    const of = entityOfKind.get(type);
    if (!of) throw new ActionRefusedError(`there is no kind of record ${JSON.stringify(type)}`, "bad-request");
    return of;
  }
}

export function entityAtPath(path: string): AnyEntity {
  const of = entityAt.get(path);
  if (!of) throw new TypeError(`there are no records called ${JSON.stringify(path)}; there are ${[...entityAt.keys()].join(", ")}`);
  return of;
}

/** What is missing comes first. */
function order(one: unknown, other: unknown): number {
  if (one === other) return 0;
  if (one === null || one === undefined) return -1;
  if (other === null || other === undefined) return 1;
  return one < other ? -1 : 1;
}
