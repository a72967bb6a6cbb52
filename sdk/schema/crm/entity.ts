/**
 * A kind of record of the CRM: declared once, in a folder of its own.
 * @module
 */
import { z } from "zod";
import { type AnyField, type Field, type ValueOf, team, user } from "./fields.ts";

export type Fields = Readonly<Record<string, AnyField>>;

/** A field whose changes are history: reports are made of it (docs/crm.md). */
export interface Tracked {
  field: string;
  /** Fields that reports group by, as they are at the time of the change. */
  group?: string;
  owner?: string;
  source?: string;
  amount?: string;
  currency?: string;
  /**
   * Not a state that lasts but something that happens, and how long it took from the time in
   * `since`: it counts as `met` or `late` by the time in `due`, else as `set`; or as the value itself.
   */
  measure?: { since: string; due?: string; value?: true };
}

export interface Entity<Kind extends string = string, Path extends string = string, F extends Fields = Fields, Permission extends string = string> {
  /** `lead`: in events (`lead.created`), in the audit log, in references. */
  readonly kind: Kind;
  /** `leads`: the path, the table, the name in workflows. */
  readonly path: Path;
  readonly title: string;
  readonly fields: F;
  /** First part of the permissions over it: `leads` of `leads.read`. */
  readonly permission: Permission;
  /** The field that says what a record is called. */
  readonly label: string;
  /** The field that says whose a record is: permissions may cover one's own alone. */
  readonly owner: string | null;
  /** Tenants may add fields of their own. */
  readonly custom: boolean;
  readonly tags: boolean;
  readonly tracked: readonly Tracked[];
  /** Fields that no two records of a tenant have alike, together. */
  readonly unique: readonly (readonly string[])[];
  /** A number that counts the tenant's records, without gaps. */
  readonly sequence: string | null;
  /** Further indexes, for lists that filter by one and sort by the other. */
  readonly indexes: readonly (readonly string[])[];
  /** Begins the search for what may be the same: records alike in one of these. */
  readonly alike: readonly string[];
  /** Times that the cron looks for in all tenants: each has an index that begins with it. */
  readonly due: readonly string[];
  /** What a new record may be given besides its fields: its rule makes records of their own of it. */
  readonly along: Readonly<Record<string, z.ZodType>>;
}

/** The widest of them all, to which each can be assigned. */
export type AnyEntity = Entity;

type Named = "kind" | "path" | "title" | "fields" | "label" | "permission";
type Declared<Kind extends string, Path extends string, F extends Fields, Permission extends string> = Pick<Entity<Kind, Path, F>, "kind" | "path" | "title" | "fields" | "label"> & Partial<Omit<Entity, Named>> & { permission?: Permission };

/**
 * Declares an entity.
 * @example
 * ```ts
 * export const product = entity({
 *   kind: "product",
 *   path: "products",
 *   title: "Product",
 *   label: "name",
 *   fields: { name: text("Name", { required: true, search: "title", indexed: true }), price: money("Price", { default: 0 }) },
 * });
 * ```
 */
export function entity<const Kind extends string, const Path extends string, F extends Fields, const Permission extends string = Path>(declared: Declared<Kind, Path, F, Permission>): Entity<Kind, Path, F, Permission> {
  // Where none is named it is the path: the type's default says the same.
  const permission = declared.permission ?? (declared.path as string as Permission);
  return { owner: null, custom: false, tags: false, tracked: [], unique: [], sequence: null, indexes: [], alike: [], due: [], along: {}, ...declared, permission };
}

/** Of records that belong to somebody. */
export const ownership = { owner_id: user("Owner", { indexed: true }), team_id: team("Team", { indexed: true }) } as const;

/** What every record has besides its fields. */
export interface SystemFields {
  id: string;
  /** One more with every change: `If-Match` names it. */
  version: number;
  created_at: string;
  updated_at: string;
  /** User, key or execution that made it. */
  created_by: string | null;
  /** When it was deleted; it can be restored for a while. */
  deleted_at: string | null;
  /** The record it was merged into. */
  merged_into: string | null;
}

/** Fields that tenants have added, by kind: `everstep types` fills it in. */
export interface CustomFields {}

export type CustomOf<Kind> = Kind extends keyof CustomFields ? CustomFields[Kind] : Readonly<Record<string, unknown>>;

type Simplify<T> = { [K in keyof T]: T[K] } & {};
type FieldsOf<E> = E extends Entity<string, string, infer F> ? F : never;
type KindOf<E> = E extends Entity<infer Kind> ? Kind : never;
type KeysOf<F, P> = { [K in keyof F]: F[K] extends Field<unknown, infer Q> ? (Q extends P ? K : never) : never }[keyof F];

/** A record as the interface shows it. */
export type RecordOf<E> = Simplify<SystemFields & { [K in KeysOf<FieldsOf<E>, "required" | "defaulted">]: ValueOf<FieldsOf<E>[K]> } & { [K in KeysOf<FieldsOf<E>, "optional" | "computed">]: ValueOf<FieldsOf<E>[K]> | null } & { custom: Partial<CustomOf<KindOf<E>>>; tags: string[] }>;
/** What a new record is made of. */
export type NewRecordOf<E> = Simplify<{ [K in KeysOf<FieldsOf<E>, "required">]: ValueOf<FieldsOf<E>[K]> } & { [K in KeysOf<FieldsOf<E>, "defaulted">]?: ValueOf<FieldsOf<E>[K]> } & { [K in KeysOf<FieldsOf<E>, "optional">]?: ValueOf<FieldsOf<E>[K]> | null } & { custom?: Partial<CustomOf<KindOf<E>>>; tags?: readonly string[] }>;
/** What is to be different about a record. */
export type ChangeOf<E> = Simplify<{ [K in KeysOf<FieldsOf<E>, "required" | "defaulted">]?: ValueOf<FieldsOf<E>[K]> } & { [K in KeysOf<FieldsOf<E>, "optional">]?: ValueOf<FieldsOf<E>[K]> | null } & { custom?: Partial<CustomOf<KindOf<E>>>; tags?: readonly string[] }>;

const custom = z.record(z.string().max(64), z.json()).describe("The tenant's own fields, by key");
const tags = z.array(z.string().min(1).max(64)).max(50).describe("Ids of tags");

const besides = ({ custom: hasCustom, tags: hasTags }: AnyEntity) => ({ ...(hasCustom ? { custom: custom.optional() } : {}), ...(hasTags ? { tags: tags.optional() } : {}) });
const written = ({ fields }: AnyEntity): [string, AnyField][] => Object.entries(fields).filter(([, { presence }]) => presence !== "computed");

function titled(schema: z.ZodType, { title, type }: AnyField): z.ZodType {
  return schema.description === undefined ? schema.describe(type === "money" ? `${title}, in minor units` : title) : schema;
}

export type Given = Record<string, unknown>;

/** The body of a new record. */
export function newRecordSchema(of: AnyEntity): z.ZodType<Given> {
  const shape = written(of).map(([name, one]) => {
    if (one.presence === "required") return [name, titled(one.schema, one)];
    return [name, titled(one.presence === "defaulted" ? one.schema.default(one.default as never) : one.schema.nullable().optional(), one)];
  });
  const along = Object.entries(of.along).map(([name, one]) => [name, one.optional()]);
  return z.strictObject({ ...(Object.fromEntries([...shape, ...along]) as Record<string, z.ZodType>), ...besides(of) }) as z.ZodType<Given>;
}

/** The body of a change: what is not named stays as it is. */
export function changeSchema(of: AnyEntity): z.ZodType<Given> {
  const shape = written(of).map(([name, one]) => [name, titled((one.presence === "optional" ? one.schema.nullable() : one.schema).optional(), one)]);
  return z.strictObject({ ...(Object.fromEntries(shape) as Record<string, z.ZodType>), ...besides(of) }).refine((change) => Object.keys(change).length > 0, "nothing is to be changed") as z.ZodType<Given>;
}

const time = z.string().describe("ISO 8601, UTC");

/** A record as it is shown. Sensitive fields are texts or null then: masked, they are no longer what they were. */
export function viewSchema(of: AnyEntity): z.ZodType<Given> {
  const shape = Object.entries(of.fields).map(([name, one]) => [name, titled(shownSchema(one), one)]);
  return z.looseObject({
    id: z.string(),
    version: z.number().int().describe("For `If-Match`"),
    ...(Object.fromEntries(shape) as Record<string, z.ZodType>),
    ...(of.custom ? { custom: z.record(z.string(), z.json()) } : {}),
    ...(of.tags ? { tags: z.array(z.string()) } : {}),
    created_at: time,
    updated_at: time,
    created_by: z.string().nullable(),
    deleted_at: time.nullable(),
    merged_into: z.string().nullable(),
  }) as unknown as z.ZodType<Given>;
}

/** What is shown was checked when it came in; what it looked like then is not asked again. */
function shownSchema({ type, options, nullable, sensitive }: AnyField): z.ZodType {
  if (sensitive) return z.json().nullable();
  const schema = type === "boolean" ? z.boolean() : type === "integer" || type === "money" ? z.number().int() : type === "number" ? z.number() : type === "multiselect" ? z.array(z.string()) : type === "json" ? z.json() : options ? z.enum([...options]) : z.string();
  return nullable ? schema.nullable() : schema;
}
