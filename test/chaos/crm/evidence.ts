/**
 * What is left of a run, and how it is looked at.
 * @module
 */
import type { ExecutionView } from "../../../sdk/schema/execution.ts";
import type { Views } from "./collect.ts";
import type { Row } from "./database.ts";
import type { Made } from "./driver.ts";
import type { Model } from "./model.ts";
import type { CrmPlan } from "./plan.ts";
import type { Made as MadeByWorkflow } from "./workflows.ts";

export interface Evidence {
  plan: CrmPlan;
  model: Model;
  views: Views;
  /** Ids of the leads that all share, and of the people who are given leads. */
  shared: readonly string[];
  members: readonly string[];
  /** Executions started by the interface: id, and number of the start. */
  started: ReadonlyMap<string, number>;
  /** By clients. */
  made: readonly Made[];
}

/** What is not as it has to be: `what` names it. */
export function differs(what: string, found: unknown, expected: unknown): string[] {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  return one === other ? [] : [`${what}: ${one}, not ${other}`];
}

export const outputOf = ({ output }: ExecutionView): MadeByWorkflow => output as unknown as MadeByWorkflow;
export const numberOf = ({ input }: ExecutionView): number => (input as { n: number }).n;

/** Names of the tags of a record. */
export const tagsOf = (row: Row, names: ReadonlyMap<string, string>): string[] => (JSON.parse(String(row["tags"])) as string[]).map((id) => names.get(id) ?? id).sort();
