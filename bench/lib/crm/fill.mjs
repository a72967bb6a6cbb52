// Writes a tenant's records straight into the database of a stopped server, with all that the
// platform's own writing leaves: rows, values that records are found by, words, history. What
// triggers keep (full-text index, sums of reports) they keep here too. Left out: the audit log
// and events, which nothing measured reads, and sealed fields.
import { DatabaseSync } from "node:sqlite";
import { entities } from "../../../sdk/schema/crm/index.ts";
import { nameKeyOf, phoneForm, scopeWords, wordsOf } from "../../../worker/domain/records/index-values.ts";
import { chanceOf } from "./chance.mjs";
import { contactOf, dealsOf } from "./deals.mjs";
import { leadsOf } from "./leads.mjs";

const batch = 20_000;

/** What is searched while it fills is slow to fill: these indexes are made at the end, as they were. */
const later = ["leads", "record_values", "record_transitions"];

export function openDatabase(file) {
  const database = new DatabaseSync(file);
  database.exec("pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -1048576; pragma temp_store = memory");
  return database;
}

/** @param tenants each with `id`, `leads`, and of the large one `deals`, `contacts`, `tags`, `pipeline`, `stages` */
export function fill(database, { tenants, seed, from, to, say }) {
  const indexes = database.prepare(`select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in (${later.map((name) => `'${name}'`).join(", ")})`).all();
  for (const { name } of indexes) database.exec(`drop index ${name}`);
  database.exec("create temp table found (tenant_id, kind, field, value, record_id)");
  const write = writerOf(database);
  for (const [index, tenant] of tenants.entries()) fillTenant(write, tenant, { chance: chanceOf(seed + index), from, to, say });
  write.end();
  say("values that records are found by");
  database.exec("insert into record_values (tenant_id, kind, field, value, record_id) select tenant_id, kind, field, value, record_id from found order by 1, 2, 3, 4, 5; drop table found");
  say("indexes");
  for (const { sql } of indexes) database.exec(sql);
  database.exec("pragma wal_checkpoint(truncate)");
}

function fillTenant(write, tenant, { chance, from, to, say }) {
  const owners = Array.from({ length: tenant.owners }, () => chance.id(from));
  const became = [];
  let done = 0;
  for (const { row, history } of leadsOf({ count: tenant.leads, chance, from, to, owners, tags: tenant.tags ?? [], rareEvery: Math.ceil(tenant.leads / 12) })) {
    if (row.status === "converted" && became.length < (tenant.contacts ?? 0)) {
      const contact = contactOf(row, chance);
      row.contact_id = contact.id;
      became.push(contact);
    }
    write.record(entities.lead, tenant.id, row);
    for (const [index, { status, at }] of history.entries()) write.transition(entities.lead, tenant.id, row, chance, { field: "status", from: history[index - 1], value: status, at });
    if (row.converted_at !== null) write.measured(entities.lead, tenant.id, row, chance);
    if (++done % 100_000 === 0) say(`${done} leads`);
  }
  for (const contact of became) write.record(entities.contact, tenant.id, contact);
  if (!tenant.deals) return;
  for (const { row, way, status } of dealsOf({ count: tenant.deals, chance, from, to, owners, contacts: became, stages: tenant.stages, pipeline: tenant.pipeline })) {
    write.record(entities.deal, tenant.id, row);
    for (const [index, { stage, at }] of way.entries()) write.transition(entities.deal, tenant.id, row, chance, { field: "stage_id", from: way[index - 1] && { status: way[index - 1].stage.id, at: way[index - 1].at }, value: stage.id, at });
    write.transition(entities.deal, tenant.id, row, chance, { field: "status", from: undefined, value: "open", at: row.created_at });
    if (status !== "open") write.transition(entities.deal, tenant.id, row, chance, { field: "status", from: { status: "open", at: row.created_at }, value: status, at: row.closed_at });
  }
  say(`${tenant.deals} deals`);
}

function writerOf(database) {
  const statements = new Map();
  let written = 0;
  const insert = (table, row) => {
    const names = Object.keys(row);
    if (!statements.has(table)) statements.set(table, database.prepare(`insert into ${table} (${names.join(", ")}) values (${names.map(() => "?").join(", ")})`));
    if (written++ % batch === 0) database.exec(written === 1 ? "begin" : "commit; begin");
    statements.get(table).run(...Object.values(row));
  };
  const found = (of, tenant, row) => (field, value) => insert("found", { tenant_id: tenant, kind: of.kind, field, value, record_id: row.id });
  return {
    record(of, tenant, row) {
      insert(of.path, { tenant_id: tenant, ...row, custom: JSON.stringify(row.custom), tags: JSON.stringify(row.tags) });
      const add = found(of, tenant, row);
      for (const tag of row.tags) add("tags", tag);
      for (const [key, value] of Object.entries(row.custom)) add(`custom.${key}`, value);
      if (row.phone) add("~phone", phoneForm(row.phone));
      const named = nameKeyOf(of, row);
      if (named !== null) add("~name", named);
      insert("search_documents", { tenant_id: tenant, kind: of.kind, record_id: row.id, scope: scopeWords(tenant, of.kind), ...wordsOf(of, row) });
    },
    transition(of, tenant, row, chance, { field, from, value, at }) {
      const { group, owner, source, amount, currency } = of.tracked.find((one) => one.field === field);
      const now = (name) => (name === undefined ? null : row[name]);
      insert("record_transitions", { id: chance.id(at), tenant_id: tenant, kind: of.kind, record_id: row.id, field, from_value: from?.status ?? null, to_value: value, at, since: from?.at ?? null, group_id: now(group), owner_id: now(owner), source: now(source), amount: now(amount), currency: now(currency) });
    },
    measured(of, tenant, row, chance) {
      insert("record_transitions", { id: chance.id(row.converted_at), tenant_id: tenant, kind: of.kind, record_id: row.id, field: "converted_at", from_value: null, to_value: "set", at: row.converted_at, since: row.created_at, group_id: null, owner_id: row.owner_id, source: row.source, amount: null, currency: null });
    },
    end: () => database.exec("commit"),
  };
}
