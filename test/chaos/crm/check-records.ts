/**
 * What holds of every record of every kind: each of its versions has one entry of history and
 * one event, and it is found by what it is, once.
 * @module
 */
import { allEntities } from "../../../sdk/schema/crm/index.ts";
import type { AnyEntity } from "../../../sdk/schema/crm/entity.ts";
import type { Database, Row } from "./database.ts";

export function checkRecords(database: Database): string[] {
  return allEntities.flatMap((of) => [...checkVersions(database, of), ...checkFound(database, of), ...checkTracked(database, of)]);
}

function checkVersions(database: Database, of: AnyEntity): string[] {
  const history = database.tally("audit_events", "entity_id", `entity = '${of.kind}'`);
  const events = database.tally("events", "record_id", `record_type = '${of.kind}' and type in ('${["created", "updated", "deleted"].map((verb) => `${of.kind}.${verb}`).join("', '")}')`);
  const rows = database.rows(of.path);
  const ids = new Set(rows.map(({ id }) => String(id)));
  return [
    ...rows.flatMap(({ id, version }) => {
      const [entries, told] = [history.get(String(id)) ?? 0, events.get(String(id)) ?? 0];
      return entries === version && told === version ? [] : [`${of.kind} ${id} is version ${version}, with ${entries} entries of history and ${told} events`];
    }),
    ...[...history.keys(), ...events.keys()].filter((id) => !ids.has(id)).map((id) => `there is history of ${of.kind} ${id}, which is not there`),
  ];
}

function checkFound(database: Database, of: AnyEntity): string[] {
  const documents = database.tally("search_documents", "record_id", `kind = '${of.kind}'`);
  const tags = database.tally("record_values", "record_id", `kind = '${of.kind}' and field = 'tags'`);
  const isSearched = Object.values(of.fields).some(({ search }) => search !== null);
  return database.rows(of.path).flatMap((row) => {
    const there = row["deleted_at"] === null;
    const found = [documents.get(String(row["id"])) ?? 0, tags.get(String(row["id"])) ?? 0];
    const expected = [Number(there && isSearched), there ? (JSON.parse(String(row["tags"])) as string[]).length : 0];
    return JSON.stringify(found) === JSON.stringify(expected) ? [] : [`${of.kind} ${row["id"]} has ${found.join(" documents and ")} tags to be found by, not ${expected.join(" and ")}`];
  });
}

/** The transitions of a field lead from nothing, one after another, to what it is. */
function checkTracked(database: Database, of: AnyEntity): string[] {
  return of.tracked.flatMap(({ field, measure }) => {
    if (measure) return [];
    const transitions = Map.groupBy(database.rows("record_transitions", "kind = ? and field = ?", of.kind, field), (row) => String(row["record_id"]));
    return database.rows(of.path).flatMap((row) => {
      const way = transitions.get(String(row["id"])) ?? [];
      const broken = way.some(({ from_value: from }, at) => from !== (way[at - 1]?.["to_value"] ?? null));
      const end = row["deleted_at"] === null ? row[field] : null;
      return way.length > 0 && !broken && way.at(-1)?.["to_value"] === end ? [] : [`${of.kind} ${row["id"]} has ${field} ${String(row[field])}, and its transitions are ${wayOf(way)}`];
    });
  });
}

export const wayOf = (way: readonly Row[]): string => way.map(({ from_value: from, to_value: to }) => `${from ?? "nothing"} → ${to ?? "nothing"}`).join(", ");
