/**
 * How many executions began and ended, when, and how long they took: summed up by quarter of
 * an hour and day (UTC) as the index is written, by triggers, and kept when the executions
 * themselves are forgotten.
 * @module
 */
import { terminalStatuses } from "../../sdk/schema/execution.ts";

/** As reports make them (worker/domain/reports/segments.ts): whole days, and quarters of an hour besides. */
export type ActivityBuckets = readonly (readonly [period: number, size: string, from: number, to: number, sign: number])[];

export interface Activity {
  period: number;
  workflow_id: string;
  /** `started`, or how it ended. One that is retried ends again. */
  what: string;
  count: number;
  /** Of those that ended, since they were made, ms in all. */
  duration: number;
}

const ends = terminalStatuses.map((status) => `'${status}'`).join(", ");
const sizes = (at: string) => `(VALUES ('quarter', ${at} - ${at} % 900000), ('day', ${at} - ${at} % 86400000)) AS sizes`;
const add = "ON CONFLICT DO UPDATE SET count = count + excluded.count, duration = duration + excluded.duration";
const ended = `INSERT INTO activity SELECT sizes.column1, sizes.column2, new.workflow_id, new.status, 1, max(0, new.completed_at - new.created_at) FROM ${sizes("new.completed_at")} WHERE true ${add};`;
const began = `INSERT INTO activity SELECT sizes.column1, sizes.column2, new.workflow_id, 'started', 1, 0 FROM ${sizes("new.created_at")} WHERE true ${add};`;
const over = (row: string) => `${row}.completed_at IS NOT NULL AND ${row}.status IN (${ends})`;
const known = (at: string, what: string, duration: string, where: string) =>
  ["900000", "86400000"].map((ms) => `INSERT INTO activity SELECT '${ms === "900000" ? "quarter" : "day"}', ${at} - ${at} % ${ms}, workflow_id, ${what}, count(*), sum(${duration}) FROM executions WHERE ${where} GROUP BY 2, 3, 4;`).join("\n");

/** A step of the hub's schema; it counts what is in the index already. */
export const activitySchema = `CREATE TABLE activity (size TEXT NOT NULL, bucket INTEGER NOT NULL, workflow_id TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, duration INTEGER NOT NULL, PRIMARY KEY (size, bucket, workflow_id, what)) WITHOUT ROWID;
${known("created_at", "'started'", "0", "true")}
${known("completed_at", "status", "max(0, completed_at - created_at)", `completed_at IS NOT NULL AND status IN (${ends})`)}
CREATE TRIGGER activity_began AFTER INSERT ON executions BEGIN ${began} END;
CREATE TRIGGER activity_began_and_ended AFTER INSERT ON executions WHEN ${over("new")} BEGIN ${ended} END;
CREATE TRIGGER activity_ended AFTER UPDATE OF completed_at ON executions WHEN ${over("new")} AND old.completed_at IS NOT new.completed_at BEGIN ${ended} END;`;

export function activity(sql: SqlStorage, buckets: ActivityBuckets): Activity[] {
  const query = `SELECT s.value ->> 0 AS period, a.workflow_id, a.what, sum(a.count * (s.value ->> 4)) AS count, sum(a.duration * (s.value ->> 4)) AS duration
    FROM json_each(?) AS s CROSS JOIN activity AS a WHERE a.size = s.value ->> 1 AND a.bucket >= s.value ->> 2 AND a.bucket < s.value ->> 3
    GROUP BY 1, 2, 3 HAVING sum(a.count * (s.value ->> 4)) <> 0`;
  return sql.exec<Record<keyof Activity, string | number>>(query, JSON.stringify(buckets)).toArray() as unknown as Activity[];
}
