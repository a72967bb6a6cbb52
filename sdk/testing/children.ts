/**
 * The children of a test's executions: started for their parent's invoke steps, heard of when
 * they end, cancelled when nobody waits for them any more.
 * @module
 */
import type { Workflow } from "../authoring/workflow.ts";
import { encode } from "../schema/codec.ts";
import type { ErrorRecord } from "../schema/execution.ts";
import type { StepRecord } from "../schema/journal.ts";
import { childEnd } from "./child-end.ts";
import type { Start } from "./execution.ts";
import type { Host } from "./host.ts";
import { refusal, type Steering } from "./steer.ts";

/** A child workflow: the real one, or a function in its place. */
export type Child = Workflow<string, unknown> | ((input: never) => unknown);

export interface Relative {
  host: Host;
  parent: { host: Host; stepKey: string } | null;
}

/** The test around them. */
interface Family {
  readonly members: readonly Relative[];
  start(workflow: unknown, start: Omit<Start, "workflowId" | "createdAt" | "timeoutMs">, parent: Relative["parent"]): Host;
  signal(host: Host, channel: string, payload: string, dedupe: string): boolean;
  steer(host: Host, steering: Steering): void;
}

export class Children {
  readonly #family: Family;
  readonly #workflows: Map<string, Child>;

  constructor(family: Family, workflows: Readonly<Record<string, Child>>) {
    this.#family = family;
    this.#workflows = new Map(Object.entries(workflows));
  }

  /** A child that was asked for by value; the test's own word on its id counts first. */
  offer(child: Workflow<string, unknown>): void {
    if (!this.#workflows.has(child.id)) this.#workflows.set(child.id, child);
  }

  /** Starts the child of an open invoke step; returns its id. */
  start(parent: Host, { key, detail }: StepRecord): string {
    const { workflow = "", input = encode(undefined) } = detail ?? {};
    const { run, generation, retries } = parent.state;
    const id = [`${parent.start.id}/${key}`, ...(run > 1 ? [`run-${run}`] : []), ...(generation > 1 ? [`from-${generation}`] : [])].join(":");
    const end = (outcome: { status: "completed"; output: string } | { status: "failed"; error: ErrorRecord }): void => {
      // A function has no status of its own: what it gives back too late reaches nobody.
      if (waitsFor(parent, key, id)) this.#family.signal(parent, `child:${key}`, encode(outcome), `${id}:${retries}`);
    };
    const fail = (message: string): void => end({ status: "failed", error: { name: "Error", message } });
    const child = this.#workflows.get(workflow);
    if (child !== undefined && (typeof child !== "function" || isClass(child))) {
      this.#family.start(child, { id, input, version: parent.start.version, trigger: { kind: "child", source: parent.start.id }, parent: { stepKey: key } }, { host: parent, stepKey: key });
      return id;
    }
    void Promise.resolve()
      .then(() => {
        if (child === undefined) throw new Error(`there is no workflow "${workflow}" in this test: pass it to testWorkflow in children`);
        return child(parent.journal.read(input) as never);
      })
      .then(
        (output) => end({ status: "completed", output: encode(output) }),
        (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
      );
    return id;
  }

  /** An execution has ended: its parent hears of it, its own children are not waited for any more. */
  ended({ host, parent }: Relative): void {
    if (parent && waitsFor(parent.host, parent.stepKey, host.start.id)) this.#family.signal(parent.host, `child:${parent.stepKey}`, childEnd(host), `${host.start.id}:${host.era}`);
    for (const { key, ended } of host.journal.steps()) {
      const child = host.journal.children.get(key);
      if (ended === null && child !== undefined) this.drop(host, child);
    }
  }

  /** Nobody waits for this child any more. */
  drop(parent: Host, id: string): void {
    const child = this.#find(id);
    if (child && !child.terminal) this.#family.steer(child, { verb: "cancel", rollback: parent.state.mode === "rollback", reason: `the parent execution ${parent.start.id} does not wait for it any more` });
  }

  /** A retried parent waits again: children that ended without success go on too, functions are called again. */
  retry({ journal }: Host): void {
    const again: Steering = { verb: "retry", from: null };
    for (const { key, kind } of journal.openSteps()) {
      const id = journal.children.get(key);
      if (kind !== "invoke" || id === undefined) continue;
      const child = this.#find(id);
      if (!child) journal.children.delete(key);
      else if (refusal(child, again) === null) this.#family.steer(child, again);
    }
  }

  #find(id: string): Host | undefined {
    return this.#family.members.find(({ host }) => host.start.id === id)?.host;
  }
}

function waitsFor(parent: Host, stepKey: string, child: string): boolean {
  return parent.journal.children.get(stepKey) === child && parent.journal.openSteps().some(({ key }) => key === stepKey);
}

function isClass(value: object): boolean {
  return typeof value === "function" && typeof (value.prototype as { run?: unknown } | undefined)?.run === "function";
}
