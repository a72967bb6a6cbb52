/** What imports keep of people, for a month: see places.ts. */
import { and, eq, getTableName, or, type SQL, sql } from "drizzle-orm";
import { importRows, imports } from "../../../db/schema/imports.ts";
import type { Place } from "./place.ts";
import { type Subject, textsOf } from "./subject.ts";

const said = sql`lower(coalesce(${importRows.before}, '') || ' ' || coalesce(${importRows.after}, '') || ' ' || coalesce(${importRows.errors}, ''))`;
const mentions = (subject: Subject): SQL => or(...textsOf(subject).map((text) => sql`instr(${said}, ${text.toLowerCase()}) > 0`)) ?? sql`false`;
const byThem = ({ userId }: Subject): SQL | undefined => and(eq(imports.started_by_kind, "user"), eq(imports.started_by_id, userId ?? ""));

export const importPlaces: readonly Place[] = [
  {
    name: getTableName(imports),
    table: imports,
    holds: "which files the person imported; ids, which mean nobody once the account is gone",
    rows: ({ db }, subject) => db.select(imports, { where: byThem(subject) }),
    // Its file is not in the archive: it cannot go on, or be undone.
    archived: { missing: { file_key: null, expires_at: null } },
  },
  {
    name: getTableName(importRows),
    table: importRows,
    holds: "values that records had before an import, and cells that could not be read, for a month",
    rows: ({ db }, subject) => db.select(importRows, { where: mentions(subject) }),
    erase: ({ db }, subject) => [db.update(importRows, { before: null, after: null, errors: null }, mentions(subject))],
    archived: { not: "without the file nothing is undone" },
  },
];
