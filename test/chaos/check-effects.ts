/**
 * Did every effect arrive, always under one key and with one text, and never before what it
 * builds on was durable?
 * @module
 */
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import type { Effect } from "../support/recorder.ts";
import { differences } from "./check-journal.ts";
import type { Kind } from "./kinds.ts";

export function checkEffects(kind: Kind, view: ExecutionView, effects: readonly Effect[]): string[] {
  const violations: string[] = [];
  const calls = Map.groupBy(effects, ({ label }) => label);
  for (const label of kind.labels) if (!calls.get(label)?.some(({ status }) => status === 200)) violations.push(`effect "${label}" never arrived`);
  for (const label of calls.keys()) if (!kind.labels.includes(label)) violations.push(`effect "${label}" should not be there`);

  for (const [label, arrivals] of calls) {
    const keys = new Set(arrivals.map(({ key }) => key));
    if (keys.size !== 1 || keys.has(null)) violations.push(`effect "${label}" came with the keys ${[...keys].join(", ")}`);
    const texts = new Set(arrivals.map(({ text }) => text));
    if (texts.size !== 1) violations.push(`effect "${label}" came with different texts: ${[...texts].join(" | ")}`);
    // Ahead of history: it knows what the journal does not hold.
    for (const { body } of arrivals) violations.push(...differences(view, body.known ?? {}).map((text) => `effect "${label}" ran ahead of history: ${text}`));
    if (label.startsWith("undo ")) violations.push(...checkUndo(label, arrivals));
  }
  violations.push(...checkDraws(effects));
  if (kind.ordered) violations.push(...checkOrder(kind, calls));
  for (const { key, output } of view.steps) {
    const arrivals = calls.get(key.replace(/-1$/, ""));
    if (arrivals && typeof output === "string" && !arrivals.some(({ token, status }) => status === 200 && token === output)) violations.push(`step ${key} holds ${output}, which the recorder never answered`);
  }
  if (kind.workflow === "chaos-rounds") violations.push(...checkCarried(view, calls));
  return violations;
}

/** Random numbers, ids and times outside steps: the same in every turn that a later effect was sent from. */
function checkDraws(effects: readonly Effect[]): string[] {
  const seen: string[] = [];
  const violations: string[] = [];
  for (const { label, body } of effects) {
    for (const [index, draw] of ((body.known?.["~draws"] ?? []) as unknown[]).entries()) {
      const text = JSON.stringify(draw);
      if (text !== (seen[index] ??= text)) violations.push(`draw ${index + 1} outside steps was ${seen[index]}, in effect "${label}" it is ${text}`);
    }
  }
  return violations;
}

/** A rollback handler gets what its step returned. */
function checkUndo(label: string, arrivals: readonly Effect[]): string[] {
  return arrivals.every(({ body }) => typeof body.known?.[`${label.slice(5)}-1`] === "string") ? [] : [`"${label}" did not get its step's result`];
}

function checkOrder(kind: Kind, calls: Map<string, Effect[]>): string[] {
  const first = kind.labels.map((label) => calls.get(label)?.find(({ status }) => status === 200)?.seq ?? Number.POSITIVE_INFINITY);
  const wrong = first.findIndex((seq, index) => index > 0 && seq < (first[index - 1] ?? 0));
  return wrong < 0 ? [] : [`effect "${kind.labels[wrong]}" came before "${kind.labels[wrong - 1]}"`];
}

/** Runs of one execution hand on what the recorder told the earlier ones. */
function checkCarried(view: ExecutionView, calls: Map<string, Effect[]>): string[] {
  const carried = (view.output as { carried?: unknown[] } | null)?.carried ?? [];
  const unheard = carried.filter((token, index) => !calls.get(`work ${index + 1}`)?.some((effect) => effect.token === token));
  return unheard.length === 0 ? [] : [`carried ${JSON.stringify(unheard)}, which the recorder never answered`];
}
