/**
 * Holds what is left of a run against the model. Every line is a broken promise of
 * docs/actions.md, docs/tickets.md, docs/pipelines.md or docs/events.md.
 * @module
 */
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import { checkOwn } from "./check-own.ts";
import { checkRecords } from "./check-records.ts";
import type { Database } from "./database.ts";
import type { Made } from "./driver.ts";
import { differs, type Evidence, numberOf, outputOf, tagsOf } from "./evidence.ts";
import type { Made as MadeByWorkflow } from "./workflows.ts";

export function verifyCrm(database: Database, evidence: Evidence): string[] {
  return [...checkExecutions(evidence), ...checkClaims(database, evidence), ...checkShared(database, evidence), ...checkOwn(database, evidence), ...checkTurns(database, evidence), ...checkCounts(database, evidence), ...checkRecords(database)];
}

/** Each start has led to one execution, which has come to its end. */
function checkExecutions({ plan, model, views, started }: Evidence): string[] {
  const mixes = views.get("crm-mix") ?? [];
  const unfinished = [...views.values()].flat().filter(({ status }) => status !== "completed");
  return [
    ...unfinished.map(({ workflow_id, id, status, error }) => `${workflow_id} ${id} is ${status}${error ? `: ${error.message}` : ""}`),
    ...differs("numbers that ran", mixes.map(numberOf).sort((a, b) => a - b), plan.starts.map(({ n }) => n)),
    ...[...started].filter(([id, n]) => !mixes.some((view) => view.id === id && numberOf(view) === n)).map(([id, n]) => `the execution ${id} of start ${n} is not there`),
    ...differs("parts that ran", views.get("crm-child")?.length ?? 0, model.children),
    ...differs("referrals that were welcomed", views.get("crm-welcome")?.length ?? 0, model.referrals),
  ];
}

/** Every row is one that somebody was told of, and nobody was told of one that is not there. */
function checkClaims(database: Database, { views, shared, made }: Evidence): string[] {
  const outputs = (views.get("crm-mix") ?? []).filter(({ status }) => status === "completed").map(outputOf);
  const byClients = (kind: Made["kind"]): string[] => made.filter((one) => one.kind === kind).map(({ id }) => id);
  const welcomes = (views.get("crm-welcome") ?? []).map(({ output }) => (output as { note?: string } | null)?.note ?? "");
  const of = (name: keyof MadeByWorkflow): string[] => outputs.flatMap((output) => output[name]);
  const claims: Record<string, string[]> = {
    leads: [...shared, ...of("leads"), ...of("gone"), ...byClients("lead")],
    contacts: of("contacts"),
    deals: [...of("deals"), ...byClients("deal")],
    tickets: [...of("tickets"), ...byClients("ticket")],
    notes: [...of("notes"), ...welcomes, ...byClients("note")],
    tasks: of("tasks"),
    activities: of("activities"),
  };
  return Object.entries(claims).flatMap(([table, ids]) => {
    const rows = new Set(database.rows(table).map(({ id }) => String(id)));
    const told = new Set(ids);
    return [
      ...(told.size === ids.length ? [] : [`${table}: ${ids.length - told.size} ids were given to two`]),
      ...[...rows].filter((id) => !told.has(id)).map((id) => `${table}: ${id} was made, and nobody was told of it`),
      ...ids.filter((id) => !rows.has(id)).map((id) => `${table}: ${id} was told of, and is not there`),
    ];
  });
}

/** Leads that all change at once: no change is lost, none counts twice. */
function checkShared(database: Database, { model, shared }: Evidence): string[] {
  const leads = new Map(database.rows("leads").map((row) => [String(row["id"]), row]));
  const names = new Map(database.rows("tags").map(({ id, name }) => [String(id), String(name)]));
  const about = (table: string, id: string): number => database.count(table, "record_type = 'lead' and record_id = ?", id);
  return shared.flatMap((id, place) => {
    const expected = model.shared[place];
    const row = leads.get(id);
    if (!expected || !row) return [`the shared lead ${place} is not there`];
    const found = { score: row["score"], version: row["version"], tags: tagsOf(row, names), notes: about("notes", id), tasks: database.count("tasks", "relations like ?", `%${id}%`), activities: about("activities", id) };
    return differs(`the shared lead ${place}`, found, { ...expected, tags: [...expected.tags].sort() });
  });
}

/** Each in turn, however often it was tried. */
function checkTurns(database: Database, { model, members }: Evidence): string[] {
  const given = database.tally("leads", "owner_id", "owner_id is not null");
  const shares = members.map((id) => given.get(id) ?? 0);
  const total = shares.reduce((sum, one) => sum + one, 0);
  const turns = database.rows("assignment_turns").reduce((sum, { turn }) => sum + Number(turn), 0);
  return [
    ...differs("leads that were given to somebody", total, model.assigned),
    ...differs("turns that were taken", turns, model.assigned),
    ...(Math.max(...shares) - Math.min(...shares) <= 1 ? [] : [`members were given ${shares.join(", ")} leads`]),
    ...differs("notifications of it", database.count("notifications", "type = 'lead.assigned'"), model.assigned),
  ];
}

function checkCounts(database: Database, { model, plan }: Evidence): string[] {
  const variables = database.rows("variables", "name like 'chaos_%'");
  const numbers = database.rows("tickets").map(({ number }) => Number(number)).sort((a, b) => a - b);
  const sets = [...model.variables.values()].reduce((sum, values) => sum + values.length, 0);
  const kinds = allEntities.map(({ kind }) => `'${kind}'`).join(", ");
  const verbs = allEntities.flatMap(({ kind }) => ["created", "updated", "deleted"].map((verb) => `'${kind}.${verb}'`)).join(", ");
  return [
    ...differs("entries of history about records", database.count("audit_events", `entity in (${kinds})`), model.versions),
    ...differs("events about records", database.count("events", `type in (${verbs})`), model.versions),
    ...differs("calls of actions that were carried out", database.count("action_results"), model.actions),
    ...differs("requests with a key that made something", database.count("request_keys"), model.requested),
    ...differs("numbers of tickets", numbers, numbers.map((_, index) => index + 1)),
    ...differs("the last number given", database.rows("sequences", "name = 'tickets'")[0]?.["value"] ?? 0, numbers.length),
    ...differs("tags", database.rows("tags").map(({ name }) => String(name)).sort(), [...model.tags].sort()),
    ...differs("pipelines and stages", [database.count("pipelines"), database.count("stages")], [1, 5]),
    ...differs("variables", variables.map(({ name }) => String(name)).sort(), [...model.variables.keys()].sort()),
    ...variables.filter(({ name, value }) => !model.variables.get(String(name))?.includes(String(JSON.parse(String(value))))).map(({ name, value }) => `nobody set ${name} to ${value}`),
    ...differs("entries of history about variables", database.count("audit_events", "entity = 'variable'"), sets),
    ...differs("events that workflows published", database.count("events", "type = 'chaos.noted'"), model.noted),
    ...differs("events that started workflows", database.count("events", "type = 'chaos.wanted'"), plan.starts.filter(({ by }) => by === "event").length),
    ...differs("events that are not dispatched", database.count("events", "status <> 'dispatched'"), 0),
  ];
}
