/**
 * Asks, counts, and holds every answer to what all answers have in common.
 * @module
 */
import { expect } from "vitest";
import { problem, problemCodes } from "../../sdk/schema/problem.ts";
import { address, type Operation } from "./document.ts";
import { bodiesOf, instanceOf } from "./instances.ts";
import type { Answer, Lab } from "./lab.ts";
import type { Hearer, Leaks } from "./leaks.ts";
import { meantBodies, samplesFor } from "./samples.ts";
import type { Ground, Person } from "./ground.ts";

export interface Question {
  operation: Operation;
  path: string;
  /** Of parameters, in the path and in the query. */
  values: Record<string, string>;
  body?: unknown;
  credential: string | null;
  /** For the message. */
  name: string;
  hearer: Hearer;
  /** What they know besides what they send. */
  known?: string;
}

export class Asking {
  readonly #lab: Lab;
  readonly #leaks: Leaks;
  cases = 0;

  constructor(lab: Lab, leaks: Leaks) {
    this.#lab = lab;
    this.#leaks = leaks;
  }

  /** Fails on an answer that no caller may ever get. */
  async ask({ operation, path, values, body, credential, name, hearer, known = "" }: Question): Promise<Answer> {
    this.cases++;
    const at = address(operation, path, values);
    const answer = await this.#lab.call(credential, operation.method, at, body);
    const what = `${name}: ${operation.method} ${at}: ${answer.status} ${answer.text.slice(0, 300)}`;
    expect(answer.headers.get("x-request-id"), what).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.status, what).toBeLessThan(500);
    if (answer.status >= 400) mustBeProblem(answer, what);
    expect(this.#leaks.in(answer, hearer, `${at} ${JSON.stringify(body)} ${known}`), what).toEqual([]);
    return answer;
  }
}

function mustBeProblem({ status, headers, json }: Answer, what: string): void {
  expect(headers.get("content-type"), what).toBe("application/problem+json");
  const told = problem.parse(json);
  expect(told, what).toMatchObject({ status, type: `https://everstep.dev/errors/${told.code}` });
  expect(Object.keys(problemCodes), what).toContain(told.code);
}

/** An answer without what differs between two questions. */
export function sameBut({ status, json }: Answer, sent: string): unknown {
  const { instance: _, ...rest } = json ?? {};
  return { status, ...(JSON.parse(JSON.stringify(rest).replaceAll(sent, "…")) as object) };
}

/** The query a route cannot do without. */
export function neededQuery({ parameters }: Operation): Record<string, string> {
  const needed = parameters.filter((one) => one.in === "query" && one.required);
  return Object.fromEntries(needed.map(({ name, schema }) => [name, String(instanceOf(schema, {}, name))]));
}

/** Answers that say the request was not well formed: behind them nothing else shows. */
const unfit = [400, 415, 422];

type WhoMay = (operation: Operation, ground: Ground) => (() => Promise<{ credential: string | null; person: Person }>)[];
export type BodyIn = (ground: Ground) => Promise<unknown>;

/**
 * Makes bodies that get past the checks of a route: such as somebody who may do it is not
 * refused for.
 * @throws when there is none for a route over records: its 404 could never be seen
 */
export async function fittingBody(operation: Operation, lab: Lab, playground: () => Promise<Ground>, whoMay: WhoMay): Promise<BodyIn> {
  const [path = ""] = operation.paths;
  const schema = operation.body;
  const meant = Object.hasOwn(meantBodies, operation.id) ? meantBodies[operation.id] : undefined;
  if (meant) return meant;
  if (!schema) return async () => undefined;
  let last: Answer | null = null;
  const make = async (ground: Ground, index: number) => bodiesOf(schema, await ground.known())[index];
  for (const index of bodiesOf(schema).keys()) {
    const ground = await playground();
    const { credential = null, person } = (await whoMay(operation, ground)[0]?.()) ?? {};
    const values = { ...neededQuery(operation), ...(person ? await samplesFor(operation, ground, person) : {}) };
    last = await lab.call(credential, operation.method, address(operation, path, values), await make(ground, index));
    if (!unfit.includes(last.status)) return (another) => make(another, index);
  }
  if (path.includes("{")) throw new Error(`${operation.id}: none of the bodies made from its schema gets past its checks: ${last?.text ?? ""}. Add one to \`meantBodies\` (test/matrix/samples.ts), or to \`meant\` (test/matrix/instances.ts) what a property means.`);
  return (ground) => make(ground, 0);
}
