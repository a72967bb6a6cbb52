/** What an import's object has to know: an alarm does not say whose it is. */
export const schema: readonly string[] = ["CREATE TABLE importer (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, import_id TEXT NOT NULL, failures INTEGER NOT NULL)"];
