/**
 * What workflows had the platform do, in a test: carried out in memory, noted, and done once
 * for each key.
 * @module
 */
import { ActionRefusedError } from "../authoring/errors.ts";
import { actionSpecs } from "../schema/actions/index.ts";
import { decode, encode } from "../schema/codec.ts";
import type { ActReply } from "../schema/journal.ts";
import { type Does, testActions, type TestUser } from "./crm/actions.ts";
import { TestRecords } from "./crm/records.ts";
import { outside } from "./environment.ts";

export interface SentEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
  record: { type: string; id: string } | null;
}

/** An action that was carried out. */
export interface Acted {
  action: string;
  params: unknown;
  result: unknown;
}

export interface ActOptions {
  /** Records that are there when the test begins, by path; the tenant's members. */
  crm?: { records?: Readonly<Record<string, readonly Record<string, unknown>[]>>; users?: readonly TestUser[] };
  /** In place of what the kit does, by the action's id: gets the params, gives the result. */
  actions?: Readonly<Record<string, (params: never) => unknown>>;
}

interface Ports {
  now(): number;
  happened(type: string, data: Record<string, unknown>): void;
}

export class Acts {
  readonly events: SentEvent[] = [];
  /** In the order they were carried out. */
  readonly acted: Acted[] = [];
  readonly records: TestRecords;
  readonly #results = new Map<string, Promise<ActReply>>();
  readonly #actions: Map<string, Does>;

  constructor({ now, happened }: Ports, { crm = {}, actions = {} }: ActOptions = {}) {
    this.records = new TestRecords(now, ({ type, data }) => happened(type, data));
    for (const [path, values] of Object.entries(crm.records ?? {})) this.records.seed(path, values);
    this.#actions = testActions(this.records, crm.users ?? []);
    this.#actions.set("events.publish", ({ type, data = {}, record = null }: Pick<SentEvent, "type"> & Partial<SentEvent>) => {
      const sent: SentEvent = { id: `event-${this.events.length + 1}`, type, data, record };
      this.events.push(sent);
      happened(type, data);
      return { id: sent.id };
    });
    for (const [action, does] of Object.entries(actions)) {
      if (!actionSpecs.has(action)) throw new TypeError(`actions: there is no action ${JSON.stringify(action)}`);
      this.#actions.set(action, does);
    }
  }

  /** @param key empty: done whenever it is asked for */
  act(action: string, params: string, key: string): Promise<ActReply> {
    const known = key === "" ? undefined : this.#results.get(key);
    if (known) return known;
    const reply = this.#carryOut(action, decode(params));
    if (key !== "") this.#results.set(key, reply);
    // What was refused is asked for anew by the next attempt.
    void reply.then(({ ok }) => ok || this.#results.delete(key));
    return reply;
  }

  async #carryOut(action: string, params: unknown): Promise<ActReply> {
    const spec = actionSpecs.get(action);
    const does = this.#actions.get(action);
    if (!spec || !does) return refused("bad-request", `there is no action "${action}"`);
    const checked = spec.params.safeParse(params);
    if (!checked.success) return refused("bad-request", checked.error.issues.map(({ path, message }) => `${path.join(".") || action}: ${message}`).join("; "));
    try {
      const result = await outside(() => does(checked.data as never));
      this.acted.push({ action, params, result });
      return { ok: true, value: encode(result) };
    } catch (error) {
      if (error instanceof ActionRefusedError) return refused(error.code, error.message);
      return { ok: false, code: "internal", detail: error instanceof Error ? error.message : String(error), retryable: true };
    }
  }
}

/** The step that a call between steps is; null: it belongs to a step of the workflow. */
export function ownStepOf(action: string, key: string): string | null {
  const escaped = action.replaceAll(".", "\\.");
  return new RegExp(`:(${escaped}-\\d+):${escaped}:`).exec(key)?.[1] ?? null;
}

const refused = (code: string, detail: string): ActReply => ({ ok: false, code, detail, retryable: false });
