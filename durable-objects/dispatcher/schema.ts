/** Tables of the dispatcher. Only ever append to the list. */
export const dispatcherSchema = ["CREATE TABLE owner (tenant TEXT PRIMARY KEY)"] as const;
