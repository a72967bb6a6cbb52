/**
 * The rules of steps, carried out over the JSON itself: what generated code is held against.
 * As plain as it can be: places are replaced by values, conditions given to the language.
 */
import type { WorkflowStepInput as Step } from "../../sdk/schema/workflow-steps.ts";

export interface World {
  /** Carries an action out. @throws Error for an attempt that fails */
  act(action: string, config: Record<string, unknown>): unknown;
}

export interface Ran {
  status: "completed" | "failed";
  /** Actions and sleeps: when they began and ended, in seconds. */
  steps: { kind: "do" | "sleep"; from: number; to: number }[];
}

class Leave {
  readonly how: "break" | "continue" | "return";
  constructor(how: Leave["how"]) {
    this.how = how;
  }
}
class Failure extends Error {}
/** It goes round and round. */
export class Endless extends Error {}

export function interpret(steps: readonly Step[], trigger: unknown, world: World): Ran {
  const run = new Run(trigger, world);
  try {
    run.list(steps, []);
    return { status: "completed", steps: run.steps };
  } catch (error) {
    if (error instanceof Leave) return { status: "completed", steps: run.steps };
    if (error instanceof Failure) return { status: "failed", steps: run.steps };
    throw error;
  }
}

const defaultRetries = 5;
const mostSteps = 80;

class Run {
  readonly steps: Ran["steps"] = [];
  readonly #results = new Map<Step, unknown>();
  readonly #variables = new Map<string, unknown>();
  readonly #trigger: unknown;
  readonly #world: World;
  readonly #items: Record<string, unknown>[] = [];
  #now = 0;
  #count = 0;

  constructor(trigger: unknown, world: World) {
    this.#trigger = trigger;
    this.#world = world;
  }

  list(steps: readonly Step[], outer: readonly (readonly Step[])[]): void {
    const sorted = [...steps].sort((one, other) => (one.step_order ?? 0) - (other.step_order ?? 0));
    const lists = [...outer, sorted];
    const find = (name: string | null | undefined, otherwise: number): number => {
      if (name == null) return otherwise;
      const found = sorted.findIndex(({ id, step_order: order }) => id === name || `step${order}` === name);
      return found < 0 ? sorted.length : found;
    };
    for (let at = 0; at < sorted.length; ) {
      const step = sorted[at];
      if (!step) return;
      if (++this.#count > mostSteps) throw new Endless();
      if (step.step_type === "condition") {
        const { condition, if_true: yes, if_false: no } = step.config ?? {};
        at = this.#holds(String(condition), lists) ? find((yes as string | undefined) ?? step.on_success_step_id, at + 1) : find((no as string | undefined) ?? step.on_failure_step_id, at + 1);
        continue;
      }
      try {
        this.#step(step, lists);
        at = find(step.on_success_step_id, at + 1);
      } catch (error) {
        if (!(error instanceof Failure) || step.on_failure_step_id == null) throw error;
        at = find(step.on_failure_step_id, at + 1);
      }
    }
  }

  #step(step: Step, lists: readonly (readonly Step[])[]): void {
    const config = step.config ?? {};
    switch (step.step_type) {
      case "break":
      case "continue":
      case "return":
        throw new Leave(step.step_type);
      case "delay": {
        const seconds = Number(config["seconds"]);
        this.steps.push({ kind: "sleep", from: this.#now, to: this.#now + seconds });
        this.#now += seconds;
        return;
      }
      case "loop":
        return this.#loop(step, lists);
      case "switch": {
        const on = this.#filled(config["on"], lists);
        const cases = config["cases"] as { equals: unknown; steps: Step[] }[];
        this.list(cases.find(({ equals }) => equals === on)?.steps ?? (config["default"] as Step[] | undefined) ?? [], lists);
        return;
      }
      case "try":
        try {
          this.list(config["steps"] as Step[], lists);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          this.list((config["catch"] as Step[] | undefined) ?? [], lists);
        }
        return;
      default:
        if (step.action_type === "set_variable") this.#variables.set(String(config["variable_name"]), this.#filled(config["variable_value"], lists));
        else this.#results.set(step, this.#act(step, lists));
    }
  }

  #act(step: Step, lists: readonly (readonly Step[])[]): unknown {
    const config = this.#filled(step.config, lists) as Record<string, unknown>;
    const entry = { kind: "do" as const, from: this.#now, to: this.#now };
    this.steps.push(entry);
    for (let attempt = 1; ; attempt++) {
      try {
        const result = this.#world.act(step.action_type ?? "", config);
        entry.to = this.#now;
        return result;
      } catch (error) {
        entry.to = this.#now;
        if (attempt > (step.retry_count ?? defaultRetries)) throw new Failure(String(error), { cause: error });
        this.#now += step.retry_count == null && step.retry_delay_seconds == null ? 2 ** (attempt - 1) : (step.retry_delay_seconds ?? 60);
      }
    }
  }

  #loop({ config = {} }: Step, lists: readonly (readonly Step[])[]): void {
    const max = typeof config["max"] === "number" ? config["max"] : Infinity;
    const list = config["for_each"] === undefined ? null : (this.#filled(config["for_each"], lists) as unknown[]).slice(0, max);
    for (let index = 0; list ? index < list.length : index < max && this.#holds(String(config["while"]), lists); index++) {
      if (++this.#count > mostSteps) throw new Endless();
      this.#items.push({ [String(config["item"] ?? "item")]: list?.[index], loop: { index } });
      try {
        this.list(config["steps"] as Step[], lists);
      } catch (error) {
        if (error instanceof Leave && error.how === "break") return;
        if (!(error instanceof Leave) || error.how !== "continue") throw error;
      } finally {
        this.#items.pop();
      }
    }
  }

  #value(path: string, lists: readonly (readonly Step[])[]): unknown {
    const [root = "", ...rest] = path.trim().split(".");
    const order = /^step(\d+)$/.exec(root)?.[1];
    const step = order === undefined ? undefined : lists.flat().findLast((one) => one.step_order === Number(order));
    const names = rest[0] === "result" ? rest.slice(1) : rest;
    const from = step ? this.#results.get(step) : root === "trigger" ? this.#trigger : root === "variables" ? Object.fromEntries(this.#variables) : this.#items.findLast((one) => Object.hasOwn(one, root))?.[root];
    return names.reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], from);
  }

  #filled(json: unknown, lists: readonly (readonly Step[])[]): unknown {
    if (typeof json === "string") {
      const whole = /^\{\{([^}]*)\}\}$/.exec(json);
      if (whole) return this.#value(whole[1] ?? "", lists);
      return json.replace(/\{\{([^}]*)\}\}/g, (_all, path: string) => String(this.#value(path, lists) ?? ""));
    }
    if (Array.isArray(json)) return json.map((one) => this.#filled(one, lists));
    if (typeof json === "object" && json !== null) return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, this.#filled(value, lists)]));
    return json;
  }

  #holds(condition: string, lists: readonly (readonly Step[])[]): boolean {
    const text = condition.replace(/\{\{([^}]*)\}\}/g, (_all, path: string) => `(${JSON.stringify(this.#value(path, lists)) ?? "undefined"})`);
    return Boolean(new Function(`return (${text});`)());
  }
}
