/**
 * Setting and removing what is at a path of a value.
 * @module
 */
import type { Range, Value } from "../value.ts";
import type { Change } from "./changes.ts";
import type { Edit } from "./edit.ts";
import { indentAt } from "./lines.ts";
import { addItem, listAt, removeItem } from "./lists.ts";
import type { Path, Written } from "./operations.ts";
import { Refused } from "./result.ts";
import { fieldText, key, writtenText } from "./written.ts";

/** `whole`: the value with what is around it in parentheses. */
export function setAt(edit: Edit, value: Value, path: Path, written: Written): Change[] {
  const { source, manner } = edit;
  const [step, ...rest] = path;
  if (step === undefined) return [{ ...rangeOf(value), text: writtenText(written, manner, indentAt(source, value.start)) }];
  if (value.form === "object") {
    const field = value.fields.findLast((one) => one.key === String(step));
    if (field && field.shorthand) {
      if (rest.length > 0) throw notThere(source, field.value, step);
      return [{ start: field.start, end: field.end, text: fieldText(field.key, written, manner, indentAt(source, field.start)) }];
    }
    if (field) return setAt(edit, field.value, rest, written);
    const list = listAt(source, value);
    const last = list.items.at(-1);
    const indent = last ? indentAt(source, last.start) : indentAt(source, value.start);
    return addItem(source, manner, list, fieldText(String(step), rest.reduceRight<Written>((inner, name) => ({ [name]: inner }), written), manner, indent));
  }
  if (value.form === "array" && typeof step === "number") {
    const item = value.open ? null : value.items[step];
    if (item) return setAt(edit, item, rest, written);
    if (value.open || step > value.items.length || rest.length > 0) throw new Refused("not-found", `There is no item ${step} in this list.`);
    return addItem(source, manner, listAt(source, value), writtenText(written, manner, indentAt(source, value.end)));
  }
  throw notThere(source, value, step);
}

export function removeAt(edit: Edit, value: Value, path: Path): Change[] {
  const { source } = edit;
  const [step, ...rest] = path;
  if (step === undefined) throw new Refused("unsupported", "Say which field or item goes.");
  const inner = value.form === "object" ? value.fields.findLast((one) => one.key === String(step)) : value.form === "array" && typeof step === "number" && !value.open ? value.items[step] : undefined;
  if (!inner) throw value.form === "object" || value.form === "array" ? new Refused("not-found", `There is no \`${step}\` in ${short(source, value)}.`) : notThere(source, value, step);
  if (rest.length > 0) return removeAt(edit, "value" in inner && "key" in inner ? inner.value : (inner as Value), rest);
  const list = listAt(source, value);
  return removeItem(source, list, list.items.findIndex(({ start, end }) => start <= inner.start && inner.end <= end));
}

const rangeOf = ({ start, end }: Range): Range => ({ start, end });

const notThere = (source: string, value: Range, step: string | number): Refused => new Refused("unsupported", `${short(source, value)} is an expression: \`${key(String(step), '"')}\` cannot be set in it.`);

export function short(source: string, { start, end }: Range): string {
  const text = source.slice(start, end).replaceAll(/\s+/g, " ");
  return `\`${text.length > 60 ? `${text.slice(0, 59)}…` : text}\``;
}
