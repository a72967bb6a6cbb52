/** Executions whose time is over: which they are, and taking them off the index. */
import { terminalStatuses } from "../../sdk/schema/execution.ts";

const ended = terminalStatuses.map((status) => `'${status}'`).join(", ");

/** None begins after it ends, so those that began too late are not looked at. */
export function endedBefore(sql: SqlStorage, before: number, limit: number): string[] {
  return sql
    .exec<{ id: string }>(`SELECT id FROM executions INDEXED BY by_created WHERE created_at < ?1 AND completed_at < ?1 AND status IN (${ended}) ORDER BY created_at, id LIMIT ?2`, before, limit)
    .toArray()
    .map(({ id }) => id);
}

export function forget(sql: SqlStorage, ids: readonly string[]): void {
  sql.exec("DELETE FROM executions WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
}
