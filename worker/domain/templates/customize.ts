/**
 * A template's source with another id, title and hook: these texts change, nothing else does.
 * @module
 */
import { parseSource, type Range, type Value } from "../../../sdk/graph/index.ts";

export interface Wanted {
  id: string;
  title: string;
  /** By the path of a hook that the template has. */
  path?: (path: string) => string;
}

/** @throws Error for a source that is no template: tests keep all of them such */
export function customize(source: string, { id, title, path = (same) => same }: Wanted): string {
  const { workflow, hooks } = read(source);
  const changes = [
    { ...textAt(workflow.options, "id"), text: id },
    { ...textAt(workflow.options, "title"), text: title },
    ...hooks.map((hook) => ({ ...hook, text: path(hook.value) })),
  ];
  return changes.sort((one, other) => other.start - one.start).reduce((text, { start, end, text: inserted }) => text.slice(0, start) + JSON.stringify(inserted) + text.slice(end), source);
}

/** Paths of the hooks that start it. */
export const hooksOf = (source: string): string[] => read(source).hooks.map(({ value }) => value);

function read(source: string) {
  const workflow = parseSource(source).workflows.find((one) => one.export === "default");
  if (!workflow) throw new Error("no template: it has no workflow() as its default export");
  return { workflow, hooks: workflow.triggers.flatMap(({ kind, args }) => (kind === "webhook" ? [textAt(args[0], "path")] : [])) };
}

function textAt(of: Value | null | undefined, key: string): Range & { value: string } {
  const value = of?.form === "object" ? of.fields.find((field) => field.key === key)?.value : undefined;
  if (value?.form !== "literal" || typeof value.value !== "string") throw new Error(`no template: its ${key} is not written as a text`);
  return { start: value.start, end: value.end, value: value.value };
}
