/**
 * What starts a workflow.
 * @module
 */
import type { Node } from "@babel/types";
import type { TriggerNode } from "../model.ts";
import type { FileNames } from "./reading.ts";
import { meaningOf } from "./scope.ts";
import { bare, keyOf, pathOf, rangeOf, valueOf } from "./values.ts";

const kinds = new Set<string | undefined>(["manual", "api", "webhook", "event", "schedule"] satisfies TriggerNode["kind"][]);

/** `on: [on.manual(), …]` of a workflow's options. */
export function triggersOf(options: Node | null, file: FileNames): TriggerNode[] {
  if (options?.type !== "ObjectExpression") return [];
  const property = options.properties.find((one) => one.type === "ObjectProperty" && keyOf(one.key) === "on");
  if (property?.type !== "ObjectProperty") return [];
  const list = bare(property.value);
  if (list.type !== "ArrayExpression") return [{ kind: "unknown", args: [], ...rangeOf(list) }];
  return list.elements.flatMap((element): TriggerNode[] => {
    if (!element) return [];
    const call = bare(element);
    const meaning = call.type === "CallExpression" ? meaningOf(file.scope, pathOf(call.callee)) : null;
    const kind = meaning?.[0] === "$on" && meaning.length === 2 && kinds.has(meaning[1]) ? (meaning[1] as TriggerNode["kind"]) : "unknown";
    return [{ kind, args: call.type === "CallExpression" ? call.arguments.map((one) => valueOf(one)) : [], ...rangeOf(element) }];
  });
}
