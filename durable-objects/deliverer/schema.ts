/** The deliverer's own tables: an alarm does not say whose object it rings in. */
export const schema: readonly string[] = ["CREATE TABLE deliverer (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL)"];
