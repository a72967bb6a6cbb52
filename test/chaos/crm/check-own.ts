/**
 * What each execution made for itself: leads, deals, tickets, as its plan says.
 * @module
 */
import type { Database, Row } from "./database.ts";
import { dealOf, type Own, type OwnDeal, type OwnLead, versionOf } from "./model.ts";
import { differs, type Evidence, numberOf, outputOf, tagsOf } from "./evidence.ts";

export function checkOwn(database: Database, { model, views, made }: Evidence): string[] {
  const rowsOf = (table: string): Map<string, Row> => new Map(database.rows(table).map((row) => [String(row["id"]), row]));
  const [leads, deals, tickets] = [rowsOf("leads"), rowsOf("deals"), rowsOf("tickets")];
  const tagNames = new Map(database.rows("tags").map(({ id, name }) => [String(id), String(name)]));
  const stageNames = new Map(database.rows("stages").map(({ id, name }) => [String(id), String(name)]));
  const checkLead = (id: string, own: OwnLead): string[] => {
    const row = leads.get(id);
    if (!row) return [];
    const found = { name: row["name"], status: row["status"], score: row["score"], tags: tagsOf(row, tagNames), given: row["owner_id"] !== null, version: row["version"] };
    return differs(`lead ${id}`, found, { name: `${own.word} somebody`, status: own.convert === "no" ? "contacted" : "converted", score: 5, tags: [...own.tags].sort(), given: true, version: versionOf(own) });
  };
  const checkDeal = (id: string, own: OwnDeal): string[] => {
    const row = deals.get(id);
    if (!row) return [];
    const way = (field: string): string[] => database.rows("record_transitions", "kind = 'deal' and record_id = ? and field = ?", id, field).map(({ to_value: to }) => String(to));
    const found = { stages: way("stage_id").map((stage) => stageNames.get(stage) ?? stage), statuses: way("status"), stage: stageNames.get(String(row["stage_id"])), version: row["version"], closed: row["closed_at"] !== null };
    const told = database.count("events", "record_type = 'deal' and record_id = ? and type = 'deal.stage_changed'", id);
    return [...differs(`deal ${id}`, found, { stages: own.stages, statuses: own.statuses, stage: own.stages.at(-1), version: own.stages.length, closed: own.statuses.at(-1) !== "open" }), ...differs(`events about the way of deal ${id}`, told, own.stages.length - 1)];
  };
  const checkStart = (output: ReturnType<typeof outputOf>, own: Own): string[] => [
    ...differs("what it made", Object.values(output).map(({ length }) => length), [own.leads.length, own.gone, own.contacts, own.tickets.length, own.deals.length, own.notes, own.tasks, own.activities]),
    ...own.leads.flatMap((lead, at) => checkLead(output.leads[at] ?? "", lead)),
    ...own.deals.flatMap((deal, at) => checkDeal(output.deals[at] ?? "", deal)),
    ...own.tickets.flatMap((word, at) => differs(`ticket ${output.tickets[at]}`, tickets.get(output.tickets[at] ?? "")?.["subject"], `${word} is broken`)),
    ...output.gone.filter((id) => leads.get(id)?.["deleted_at"] === null).map((id) => `lead ${id} was deleted, and is there`),
  ];
  const ended = (views.get("crm-mix") ?? []).filter(({ status }) => status === "completed");
  const owns = ended.flatMap((view) => {
    const own = model.starts.get(numberOf(view));
    return own ? checkStart(outputOf(view), own).map((violation) => `start ${numberOf(view)}: ${violation}`) : [];
  });
  return [...owns, ...made.filter(({ kind }) => kind === "deal").flatMap(({ id, word }) => checkDeal(id, dealOf(word, []))), ...checkRanks([...deals.values()])];
}

/** Cards of a stage stand in one order. */
function checkRanks(deals: readonly Row[]): string[] {
  const places = deals.map(({ stage_id: stage, rank }) => `${stage} ${rank}`);
  return places.filter((place, at) => places.indexOf(place) !== at).map((place) => `two deals have the place ${place}`);
}
