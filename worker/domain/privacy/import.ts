/**
 * Puts a tenant back from its archive. Ids stay, so they have to be free. The tenant is
 * suspended until everything is there: what breaks off in between can be erased and begun anew.
 * @module
 */
import { z } from "zod";
import { batch } from "../../../db/batch.ts";
import { insertIdentity } from "../../../db/identities.ts";
import { accountsLike } from "../../../db/personal-data.ts";
import type { JsonObject } from "../../../db/schema/json.ts";
import { type Statement, tenantDb } from "../../../db/tenant-db.ts";
import { findTenant, findTenantBySlug, insertTenant, updateTenant } from "../../../db/tenants.ts";
import { insertUser } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { fromBase64 } from "../../auth/bytes.ts";
import { audited } from "../audit/record.ts";
import type { OperatorContext } from "../context.ts";
import { objectsOf } from "../ports.ts";
import { unwrap } from "../reply.ts";
import { inTenant } from "../tenants/upsert.ts";
import { archiveFormat } from "./archive.ts";
import { linesOf } from "./lines.ts";
import type { Place } from "./place.ts";
import { places, prefixesOf } from "./places.ts";

export const importView = z.object({ id: z.string(), slug: z.string(), counts: z.record(z.string(), z.number()).describe("Place → how many") });

const line = z.union([
  z.object({ place: z.string(), row: z.record(z.string(), z.json()) }),
  z.object({ object: z.string(), type: z.string().nullable(), base64: z.string() }),
  z.object({ execution: z.string(), dump: z.json() }),
]);
type Line = z.infer<typeof line>;

const rowsAtOnce = 50;

const refused = (detail: string): PlatformError => new PlatformError("bad-request", detail);

/** @throws PlatformError `bad-request` for what is no archive; `conflict` for ids that are taken */
export async function importTenant({ ctx, archive }: { ctx: OperatorContext; archive: ReadableStream<Uint8Array> | null }): Promise<z.infer<typeof importView>> {
  const lines = linesOf(archive ?? new Blob([]).stream());
  const head = await lines.next();
  if (head.done || !z.looseObject({ format: z.literal(archiveFormat.format), version: z.literal(archiveFormat.version) }).safeParse(head.value).success) throw refused("This is not the file of a tenant's export: its first line does not say so.");
  const first = await lines.next();
  const tenant = first.done ? null : z.object({ place: z.literal("tenants"), row: z.object({ id: z.string(), slug: z.string(), status: z.enum(["active", "suspended"]) }).catchall(z.json()) }).safeParse(first.value).data;
  if (!tenant) throw refused("The file does not begin with the tenant itself.");
  const { id, slug, status } = tenant.row;
  if ((await findTenant(ctx.env.DB, id)) ?? (await findTenantBySlug(ctx.env.DB, slug))) throw taken(`a tenant with the id ${id} or the slug ${slug}`);

  const into = new Import(ctx, id);
  let number = 2;
  for await (const value of lines) {
    number++;
    const parsed = line.safeParse(value);
    if (!parsed.success) throw refused(`Line ${number} of the file is none that an export has.`);
    // People come right after the tenant: whoever is taken is found before anything is there.
    if (!into.begun && !("place" in parsed.data && parsed.data.place === "users")) await into.begin(tenant.row);
    await into.take(parsed.data, number);
  }
  if (!into.begun) await into.begin(tenant.row);
  await into.flush();
  const audit = inTenant(ctx, id);
  await audit.db.batch([updateTenant(ctx.env.DB, id, { status }), audited(audit, { action: "tenant.import", entityId: id, after: { slug, status } })]);
  return { id, slug, counts: into.counts };
}

const taken = (what: string): PlatformError => new PlatformError("conflict", `There is ${what} already: an import keeps ids, so they have to be free here.`);

class Import {
  begun = false;
  readonly counts: Record<string, number> = {};
  readonly #ctx: OperatorContext;
  readonly #tenant: string;
  readonly #people: JsonObject[] = [];
  #statements: Statement[] = [];

  constructor(ctx: OperatorContext, tenant: string) {
    this.#ctx = ctx;
    this.#tenant = tenant;
  }

  /** @throws PlatformError `conflict` before anything is written */
  async begin(tenant: Record<string, unknown>): Promise<void> {
    const { DB } = this.#ctx.env;
    this.begun = true;
    const idOf = ({ id }: JsonObject): string => String(id);
    const emailOf = ({ email }: JsonObject): string => String(email);
    const there = new Map((await accountsLike(DB, this.#people.map(idOf), this.#people.map(emailOf))).map((account) => [account.id, account.email]));
    const emails = new Set(there.values());
    // Whoever has stayed, being a member elsewhere, is the same person.
    const same = (person: JsonObject): boolean => there.get(idOf(person)) === emailOf(person);
    const clash = this.#people.filter((person) => !same(person) && (there.has(idOf(person)) || emails.has(emailOf(person))));
    if (clash.length > 0) throw taken(`an account with the id or address of ${clash.map(idOf).join(", ")}`);
    const people = this.#people.filter((person) => !same(person));
    await batch(DB, [insertTenant(DB, { ...tenant, status: "suspended" } as unknown as Parameters<typeof insertTenant>[1]), ...people.map((person) => insertUser(DB, person as unknown as Parameters<typeof insertUser>[1]))]);
    this.counts["users"] = people.length;
  }

  async take(entry: Line, number: number): Promise<void> {
    if ("execution" in entry) return this.#execution(entry.execution, JSON.stringify(entry.dump));
    if ("object" in entry) return this.#object(entry, number);
    const { place: name, row } = entry;
    if (name === "users") return void this.#people.push({ password_hash: null, ...row } as JsonObject);
    const place = places.find((one) => one.name === name);
    const statements = place && "missing" in place.archived ? await this.#row(place, row as JsonObject) : null;
    if (!statements) throw refused(`Line ${number} of the file is of ${name}, which no archive has.`);
    this.#statements.push(...statements);
    this.#count(name);
    if (this.#statements.length >= rowsAtOnce) await this.flush();
  }

  /** Columns this version does not know are left out by the database's door. */
  async #row({ name, table, arrives }: Place, row: JsonObject): Promise<Statement[] | null> {
    const { env, now } = this.#ctx;
    if (name === "identities") return [insertIdentity(env.DB, row as unknown as Parameters<typeof insertIdentity>[1])];
    const db = tenantDb(env.DB, this.#tenant);
    if (arrives) return arrives({ env, db, now }, row);
    return table ? [db.insert(table, row)] : null;
  }

  async #object({ object, type, base64 }: Extract<Line, { object: string }>, number: number): Promise<void> {
    const prefix = prefixesOf(this.#tenant).find((one) => object.startsWith(one));
    const bytes = fromBase64(base64);
    if (!prefix || !bytes) throw refused(`Line ${number} of the file has an object that is not the tenant's.`);
    await this.#ctx.env.BLOBS.put(object, bytes, type === null ? {} : { httpMetadata: { contentType: type } });
    this.#count(prefix.split("/")[0] ?? "");
  }

  async #execution(id: string, dump: string): Promise<void> {
    await unwrap(objectsOf(this.#ctx.env).execution(this.#tenant, id).restore(this.#tenant, id, dump));
    this.#count("executions");
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  async flush(): Promise<void> {
    const statements = this.#statements;
    this.#statements = [];
    await batch(this.#ctx.env.DB, statements);
  }
}
