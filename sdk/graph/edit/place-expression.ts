/**
 * Room for statements where there is an expression: `async () => x` becomes `async () => { …; return x; }`.
 * @module
 */
import type { ArrowFunctionExpression, Node } from "@babel/types";
import type { Change } from "./changes.ts";
import { type Edit, freeName, syntaxAt } from "./edit.ts";
import { indentAt, indentMore, skip } from "./lines.ts";
import { Refused } from "./result.ts";
import type { Slot, Writer } from "./slot.ts";

export function intoExpression(edit: Edit, { block, index, parent }: Slot, write: Writer): Change[] {
  const { source, manner, workflow } = edit;
  const { eol, unit, semicolons } = manner;
  const arrow = parent?.kind === "parallel" ? null : arrowOf(edit, block);
  if (!arrow && parent?.kind !== "parallel") throw new Refused("unsupported", parent ? `A branch of \`${parent.id}\` is an expression: make it an \`if\` first.` : `The body of ${workflow.id ?? "the workflow"} is an expression.`);
  const [start, end] = arrow ? [skip(source, arrowEnd(source, arrow)), arrow.end ?? block.end] : [block.start, block.end];
  const outer = indentAt(source, start);
  const indent = outer + unit;
  const stop = semicolons ? ";" : "";
  const text = write(indent);
  const asynchronous: Change[] = arrow && !arrow.async && /\bawait\b/.test(text.text) ? [{ start: arrow.start ?? 0, end: arrow.start ?? 0, text: "async " }] : [];
  const waits = !arrow || arrow.async || asynchronous.length > 0;
  const before = `${arrow ? "" : "(async () => "}{${eol}${indent}`;
  const after = `${eol}${outer}}${arrow ? "" : ")()"}`;
  const more = indentMore(source, { start, end }, unit);
  const kept = (text.kept ?? []).map((one) => ({ ...one, to: one.to + before.length }));
  if (index === 0) {
    const opening: Change = { start, end: start, text: `${before}${text.text}${eol}${indent}return `, kept, mark: before.length + (text.mark ?? 0) };
    return [...asynchronous, opening, ...more, { start: end, end, text: stop + after }];
  }
  const name = freeName(edit, "result");
  const middle = `${stop}${eol}${indent}`;
  const closing: Change = {
    start: end,
    end,
    text: `${middle}${text.text}${eol}${indent}return ${name}${stop}${after}`,
    kept: (text.kept ?? []).map((one) => ({ ...one, to: one.to + middle.length })),
    mark: middle.length + (text.mark ?? 0),
  };
  return [...asynchronous, { start, end: start, text: `${before}const ${name} = ${waits ? "await " : ""}` }, ...more, closing];
}

function arrowOf(edit: Edit, { start, end }: { start: number; end: number }): ArrowFunctionExpression | null {
  let found: ArrowFunctionExpression | null = null;
  syntaxAt(edit, { start, end }, (node: Node): node is ArrowFunctionExpression => {
    if (node.type === "ArrowFunctionExpression" && node.body.start === start && node.body.end === end) found = node;
    return false;
  });
  return found;
}

/** Behind its `=>`. */
function arrowEnd(source: string, { body, params, returnType, start }: ArrowFunctionExpression): number {
  const from = returnType?.end ?? params.at(-1)?.end ?? start ?? 0;
  const at = source.indexOf("=>", from);
  return at < 0 ? (body.start ?? 0) : at + 2;
}
