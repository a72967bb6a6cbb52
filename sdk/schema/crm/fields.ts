/**
 * What a field of a record may be. A field is declared once; from it come its column, what
 * the interface takes and shows, how it is filtered, imported and exported, and its type in
 * workflows.
 * @module
 */
import { z } from "zod";
import { taxIdSchema } from "./tax-id.ts";

export const fieldTypes = ["text", "long_text", "email", "phone", "url", "integer", "number", "money", "currency", "date", "datetime", "timezone", "boolean", "select", "multiselect", "user", "team", "record", "tax_id", "address", "color", "records", "json"] as const;
export type FieldType = (typeof fieldTypes)[number];

/** `required`: given when a record is made; `defaulted`: always there; `optional`: may be null; `computed`: the platform alone sets it. */
export type Presence = "required" | "defaulted" | "optional" | "computed";

export interface Field<Value = unknown, P extends Presence = Presence> {
  readonly type: FieldType;
  readonly title: string;
  readonly presence: P;
  /** Of a value that is not null, as the interface takes it. */
  readonly schema: z.ZodType<Value>;
  readonly default?: Value;
  /** Found and sorted by without reading all records. */
  readonly indexed: boolean;
  /** Where the words of it stand in the search: as what the record is called, or with the rest. */
  readonly search: "title" | "body" | null;
  /** Encrypted at rest, shown in part to who may not see it, never in events and logs. */
  readonly sensitive: boolean;
  /** select and multiselect: what there is to choose from. */
  readonly options?: readonly string[];
  /** record: the kind it refers to. */
  readonly to?: string;
  /** Of a computed field: this may be null. */
  readonly nullable: boolean;
}

export type AnyField = Field;
export type ValueOf<F> = F extends Field<infer Value> ? Value : never;

interface Options<Value> {
  indexed?: boolean;
  search?: "title" | "body";
  description?: string;
  default?: Value;
  required?: true;
  computed?: true;
}

type PresenceOf<O> = O extends { computed: true } ? "computed" : O extends { required: true } ? "required" : O extends { default: unknown } ? "defaulted" : "optional";

type More = Partial<Pick<Field, "options" | "to" | "sensitive">>;

function field<Value, const O extends Options<Value>>(type: FieldType, title: string, schema: z.ZodType<Value>, options: O, more: More = {}): Field<Value, PresenceOf<O>> {
  const presence = options.computed ? "computed" : options.required ? "required" : options.default === undefined ? "optional" : "defaulted";
  return {
    type,
    title,
    presence: presence as PresenceOf<O>,
    schema: options.description === undefined ? schema : schema.describe(options.description),
    ...(options.default === undefined ? {} : { default: options.default }),
    indexed: options.indexed ?? false,
    search: options.search ?? null,
    sensitive: false,
    nullable: presence === "optional" || (presence === "computed" && options.default === undefined && !options.required),
    ...more,
  };
}

/** Text that can be stored and shown: no NUL, no half characters. */
const plain = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes("\0"), "text without NUL");

const line = (max: number) => plain(max).trim();

/** Largest safe amount: sums of many still fit into a number. */
const most = 1_000_000_000_000_000;

const isHttp = (value: string): boolean => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

function isTimezone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone !== "" && !/^[+-]/.test(value);
  } catch {
    return false;
  }
}

/** `2026-11-21`, a day that exists. */
function isDay(value: string): boolean {
  const ms = Date.parse(`${value}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(value);
}

export const schemas = {
  email: z.string().trim().toLowerCase().max(254).pipe(z.email("an email address")),
  phone: line(40).regex(/^\+?[\d\s().\-/x#*]{3,40}$/i, "a telephone number such as +55 11 91234-5678"),
  url: line(2000).refine(isHttp, "an address that begins with http:// or https://"),
  integer: z.number().int().min(-most).max(most),
  number: z.number().min(-1e15).max(1e15),
  money: z.number().int("whole minor units, such as cents").min(-most).max(most),
  currency: z.string().regex(/^[A-Z]{3}$/, "an ISO 4217 code such as EUR"),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "a day such as 2026-11-21").refine(isDay, "a day that exists, such as 2026-11-21"),
  datetime: z.iso.datetime({ offset: true, message: "a time such as 2026-11-21T10:00:00Z" }).transform((value) => new Date(value).toISOString()),
  timezone: z.string().max(64).refine(isTimezone, "an IANA name such as America/Sao_Paulo"),
  color: z.string().regex(/^#[0-9a-f]{6}$/i, "a colour such as #4c6ef5").toLowerCase(),
  id: z.string().min(1).max(64),
} as const;

/** Makes fields: `text("Name", { required: true })`. */
export const text = <const O extends Options<string> & { max?: number }>(title: string, options: O = {} as O) =>
  field("text", title, options.required ? line(options.max ?? 200).min(1, "a text that is not empty") : line(options.max ?? 200), options);
export const longText = <const O extends Options<string> & { max?: number }>(title: string, options: O = {} as O) => field("long_text", title, options.required ? plain(options.max ?? 20_000).min(1, "a text that is not empty") : plain(options.max ?? 20_000), options);
export const email = <const O extends Options<string>>(title: string, options: O = {} as O) => field("email", title, schemas.email, options);
export const phone = <const O extends Options<string>>(title: string, options: O = {} as O) => field("phone", title, schemas.phone, options);
export const url = <const O extends Options<string>>(title: string, options: O = {} as O) => field("url", title, schemas.url, options);
export const integer = <const O extends Options<number> & { min?: number; max?: number }>(title: string, options: O = {} as O) =>
  field("integer", title, schemas.integer.min(options.min ?? -most).max(options.max ?? most), options);
export const number = <const O extends Options<number>>(title: string, options: O = {} as O) => field("number", title, schemas.number, options);
/** In minor units, such as cents; the currency is a field of its own. */
export const money = <const O extends Options<number>>(title: string, options: O = {} as O) => field("money", title, schemas.money, options);
export const currency = <const O extends Options<string>>(title: string, options: O = {} as O) => field("currency", title, schemas.currency, options);
export const date = <const O extends Options<string>>(title: string, options: O = {} as O) => field("date", title, schemas.date, options);
/** ISO 8601, UTC, in the interface; ms in the table. */
export const datetime = <const O extends Options<string>>(title: string, options: O = {} as O) => field("datetime", title, schemas.datetime, options);
export const timezone = <const O extends Options<string>>(title: string, options: O = {} as O) => field("timezone", title, schemas.timezone, options);
export const boolean = <const O extends Options<boolean>>(title: string, options: O = {} as O) => field("boolean", title, z.boolean(), options);
export const select = <const T extends readonly [string, ...string[]], const O extends Options<T[number]>>(title: string, options: T, more: O = {} as O) =>
  field<T[number], O>("select", title, z.enum(options) as unknown as z.ZodType<T[number]>, more, { options });
export const user = <const O extends Options<string>>(title: string, options: O = {} as O) => field("user", title, schemas.id, options);
export const team = <const O extends Options<string>>(title: string, options: O = {} as O) => field("team", title, schemas.id, options);
/** Of another record, by its id. */
export const record = <const O extends Options<string>>(title: string, to: string, options: O = {} as O) => field("record", title, schemas.id, options, { to });
export const color = <const O extends Options<string>>(title: string, options: O = {} as O) => field("color", title, schemas.color, options);
export const json = <Value, const O extends Options<Value>>(title: string, schema: z.ZodType<Value>, options: O = {} as O) => field<Value, O>("json", title, schema, options);

/** Where somebody is. */
export const addressSchema = z.strictObject({
  street: line(200).optional(),
  number: line(20).optional(),
  complement: line(100).optional(),
  district: line(100).optional(),
  city: line(100).optional(),
  state: line(100).optional(),
  postal_code: line(20).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "an ISO 3166 code such as BR")
    .optional(),
});
export type Address = z.output<typeof addressSchema>;

/** CPF or CNPJ; found by the whole number alone. */
export const taxId = (title: string) => field("tax_id", title, taxIdSchema, {}, { sensitive: true });
export const address = (title: string) => field<Address, Options<Address>>("address", title, addressSchema, {}, { sensitive: true });

/** Other records, of several kinds. */
const reference = z.strictObject({ type: z.string().min(1).max(40).describe("Kind, such as `lead`"), id: schemas.id });
export type RecordReference = z.output<typeof reference>;
export const records = (title: string) => field<RecordReference[], { default: RecordReference[] }>("records", title, z.array(reference).max(20), { default: [] });
