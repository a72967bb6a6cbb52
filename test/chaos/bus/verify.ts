/**
 * Holds what is left of a run against what happened. Every line is a broken promise of
 * docs/events.md, docs/schedules.md, docs/approvals.md or docs/webhooks.md.
 * @module
 */
import type { ExecutionView } from "../../../sdk/schema/execution.ts";
import type { Told } from "./driver.ts";
import type { Received } from "./receiver.ts";

export interface Evidence {
  told: readonly Told[];
  /** Every execution, by workflow. */
  executions: ReadonlyMap<string, readonly ExecutionView[]>;
  received: readonly Received[];
}

export function verifyBus({ told, executions, received }: Evidence): string[] {
  const of = (workflow: string): readonly ExecutionView[] => executions.get(workflow) ?? [];
  return [
    ...[...executions].flatMap(([workflow, all]) => all.filter(({ status }) => status !== "completed").map(({ id, status, error }) => `${workflow} ${id} is ${status}${error ? `: ${error.message}` : ""}`)),
    ...once("bus-heard", of("bus-heard"), told),
    ...once("bus-echoed", of("bus-echoed"), told),
    ...once("bus-hooked", of("bus-hooked"), told),
    ...once("bus-waiting", of("bus-waiting"), told),
    ...once("bus-asked", of("bus-asked"), told),
    ...checkOutputs(of("bus-waiting"), of("bus-asked"), told),
    ...checkTicks(of("bus-tick")),
    ...checkReceived(received, told),
  ];
}

const numberOf = ({ input }: ExecutionView): number => (input as { n: number }).n;

/** Exactly one execution for each number. */
function once(workflow: string, all: readonly ExecutionView[], told: readonly Told[]): string[] {
  const counts = new Map<number, number>();
  for (const view of all) counts.set(numberOf(view), (counts.get(numberOf(view)) ?? 0) + 1);
  const wrong = told.filter(({ n }) => counts.get(n) !== 1).map(({ n }) => `${workflow} ran ${counts.get(n) ?? 0} times for ${n}`);
  const strangers = [...counts.keys()].filter((n) => !told.some((one) => one.n === n)).map((n) => `${workflow} ran for ${n}, which nobody asked for`);
  return [...wrong, ...strangers];
}

function checkOutputs(waiting: readonly ExecutionView[], asked: readonly ExecutionView[], told: readonly Told[]): string[] {
  const outputs = new Map([...waiting, ...asked].map(({ id, output }) => [id, output]));
  return told.flatMap(({ n, waiting: id, asked: execution, taken, refused, uncertain }) => {
    const outcome = outputs.get(execution) as { decision: string; comment: string } | null | undefined;
    const found: string[] = [];
    if (outputs.get(id) !== n) found.push(`who waited for the echo of ${n} got ${JSON.stringify(outputs.get(id))}`);
    if (taken.length > 1) found.push(`${taken.length} decisions about ${n} were taken: ${taken.join(", ")}`);
    if (taken.length === 0 && !uncertain) found.push(`no decision about ${n} was taken`);
    if (taken[0] !== undefined && outcome?.comment !== taken[0]) found.push(`"${taken[0]}" was taken, and the execution got ${JSON.stringify(outcome)}`);
    if (refused.some((status) => status !== 409)) found.push(`decisions about ${n} were refused with ${refused.join(", ")}`);
    return found;
  });
}

/** One for each second between the first and the last. */
function checkTicks(ticks: readonly ExecutionView[]): string[] {
  const times = ticks.map(({ input }) => Date.parse((input as { scheduled_at: string }).scheduled_at)).sort((a, b) => a - b);
  if (times.length < 5) return [`only ${times.length} ticks`];
  return times.flatMap((at, index) => {
    const before = times[index - 1];
    if (before === undefined || at - before === 1_000) return [];
    return [at === before ? `the tick of ${new Date(at).toISOString()} came twice` : `between ${new Date(before).toISOString()} and ${new Date(at).toISOString()} ticks are missing`];
  });
}

/** Each event at least once, always under one id and with one text. */
function checkReceived(received: readonly Received[], told: readonly Told[]): string[] {
  const found = received.filter(({ genuine }) => !genuine).map(({ id }) => `the delivery ${id} is not signed by its secret`);
  const byId = Map.groupBy(received, ({ id }) => id);
  for (const [id, all] of byId) if (new Set(all.map(({ body }) => body)).size !== 1) found.push(`the delivery ${id} came with different texts`);
  for (const { n } of told) {
    const ids = new Set(received.filter((one) => one.type === "chaos.echoed" && one.n === n).map(({ id }) => id));
    if (ids.size !== 1) found.push(`the echo of ${n} was delivered under ${ids.size} ids`);
  }
  return found;
}
