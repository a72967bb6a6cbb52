/**
 * Nested statements → lists of steps that say where they go on.
 * @module
 */
import type { WorkflowStepInput } from "../../schema/workflow-steps.ts";

/** A place in a list: the step that is put there, or the end. */
export interface Mark {
  at: number | "end" | null;
  /** The same place as that one. */
  same: Mark | null;
}

export const mark = (at: Mark["at"] = null): Mark => ({ at, same: null });

export interface Draft {
  json: WorkflowStepInput & { step_order: number };
  onward: { kind: "next"; to: Mark } | { kind: "branch"; yes: Mark; no: Mark } | { kind: "leaves" };
  failed: Mark | null;
}

export class StepList {
  readonly drafts: Draft[] = [];

  /** The next step stands there. */
  place(here: Mark): void {
    here.at = this.drafts.length;
  }

  push(draft: Draft): void {
    this.drafts.push(draft);
  }

  /** With the names of where each goes on. */
  steps(): (WorkflowStepInput & { step_order: number })[] {
    return this.drafts.map(({ json, onward, failed }, index) => {
      const named = (to: Mark): string => this.#name(to);
      const succeeds = onward.kind === "next" && this.#index(onward.to) !== Math.min(index + 1, this.drafts.length) ? { on_success_step_id: named(onward.to) } : {};
      const fails = failed ? { on_failure_step_id: named(failed) } : {};
      const config = onward.kind === "branch" ? { config: { ...json.config, if_true: named(onward.yes), if_false: named(onward.no) } } : {};
      return { ...json, ...config, ...succeeds, ...fails };
    });
  }

  #index(to: Mark): number {
    let at = to;
    while (at.same) at = at.same;
    return at.at === "end" || at.at === null ? this.drafts.length : at.at;
  }

  #name(to: Mark): string {
    const draft = this.drafts[this.#index(to)];
    return draft ? (draft.json.id ?? `step${draft.json.step_order}`) : "end";
  }
}
