/**
 * Values that fit a JSON Schema, as few as possible: what a test sends when what it is about
 * is not the body.
 * @module
 */
import { issuer } from "./lab.ts";

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
}

let made = 0;
const unique = (): string => `${++made}-${crypto.randomUUID().slice(0, 8)}`;

/** What a schema does not say: properties whose values mean something. */
const meant: Record<string, () => unknown> = {
  email: () => `somebody-${unique()}@example.com`,
  issuer: () => issuer,
  redirect_uri: () => "https://flows.example.com/signed-in",
  hosts: () => ["api.example.com"],
  name: () => `name_${unique().replaceAll("-", "_")}`,
  slug: () => `slug-${unique()}`,
  password: () => `pass ${unique()} phrase`,
  timezone: () => "UTC",
  locale: () => "en",
};

interface Wanted {
  /** Every property, not only the required ones. */
  all?: boolean;
  /** Values by property, before all others: what only a tenant knows. */
  known?: Readonly<Record<string, unknown>>;
}

export function instanceOf(schema: Schema, wanted: Wanted = {}, name = ""): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (wanted.known && Object.hasOwn(wanted.known, name)) return wanted.known[name];
  const hint = Object.hasOwn(meant, name) ? meant[name] : undefined;
  if (hint) return hint();
  const [choice] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (choice) return instanceOf(choice, wanted, name);
  const [type] = [schema.type ?? "string"].flat();
  if (type === "object") return objectOf(schema, wanted);
  if (type === "array") return Array.from({ length: schema.minItems ?? 0 }, () => instanceOf(schema.items ?? {}, wanted));
  if (type === "boolean") return true;
  if (type === "null") return null;
  if (type === "number" || type === "integer") return schema.minimum ?? (schema.exclusiveMinimum ?? 0) + 1;
  return textOf(schema);
}

function objectOf({ properties = {}, required = [] }: Schema, wanted: Wanted): Record<string, unknown> {
  const given = Object.entries(properties).filter(([name]) => wanted.all || required.includes(name));
  return Object.fromEntries(given.map(([name, schema]) => [name, instanceOf(schema, wanted, name)]));
}

const texts = [() => `text ${unique()}`, () => `text-${unique()}`, () => "a".repeat(43), () => crypto.randomUUID(), () => "text", () => "text.example.com", () => "resource.action", () => "+15550100", () => "2026-11-21", () => "BR", () => "EUR", () => "#4c6ef5", () => "workflows/text.ts"];

/** @throws when none of the texts here fits the pattern */
function textOf({ format, pattern, minLength = 0, maxLength = Infinity }: Schema): string {
  if (format === "date-time") return "2030-01-01T00:00:00.000Z";
  if (format === "email") return `somebody-${unique()}@example.com`;
  if (format === "uri") return "https://example.com/";
  const fits = (text: string) => text.length >= minLength && text.length <= maxLength && (pattern === undefined || new RegExp(pattern, "u").test(text));
  const text = texts.map((make) => make()).find(fits);
  if (text === undefined) throw new Error(`test/matrix/instances.ts: no text fits ${pattern ?? `${minLength} to ${maxLength} characters`}; add one to \`texts\``);
  return text;
}

/** Bodies to try, the smallest first: some properties only fit together, and some may not be missing all at once. */
export function bodiesOf(schema: Schema, known: Wanted["known"] = {}): unknown[] {
  const [choice] = schema.oneOf ?? schema.anyOf ?? [];
  const { properties = {}, required = [] } = choice ?? schema;
  const least = instanceOf(schema, { known }) as Record<string, unknown>;
  const optional = Object.entries(properties).filter(([name]) => !required.includes(name));
  return [least, ...optional.map(([name, one]) => ({ ...least, [name]: instanceOf(one, { known }, name) })), instanceOf(schema, { all: true, known })];
}
