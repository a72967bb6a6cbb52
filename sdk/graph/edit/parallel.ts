/**
 * The branches of `Promise.all([…])` as items of its list.
 * @module
 */
import type { ParallelNode } from "../model.ts";
import type { Change } from "./changes.ts";
import type { Edit } from "./edit.ts";
import { type List, listAt, removeItem } from "./lists.ts";
import { Refused } from "./result.ts";

export const branchList = ({ source }: Edit, { items }: ParallelNode): List => listAt(source, items);

/** The results' names: `const [a, b] = await Promise.all([…])`. */
export function resultNames({ source }: Edit, { binding }: ParallelNode): List | null {
  if (!binding || source[binding.start] !== "[") return null;
  const end = source.lastIndexOf("]", binding.end - 1) + 1;
  try {
    return listAt(source, { start: binding.start, end });
  } catch {
    // With defaults or types in it.
    return null;
  }
}

/** A branch, and the name of its result. */
export function removeParallelBranch(edit: Edit, node: ParallelNode, index: number): Change[] {
  const names = resultNames(edit, node);
  // Results that are known by their number would be others without a branch before them.
  if (!names && (node.binding || node.returned) && index < node.branches.length - 1) throw new Refused("unsupported", `The results of \`${node.id}\` are used by their place in the list: give them names first.`);
  if (names && names.items.length === node.branches.length) return [...removeItem(edit.source, names, index), ...removeItem(edit.source, branchList(edit, node), index)];
  if (names && index < names.items.length) throw new Refused("unsupported", `The names of \`${node.id}\` do not follow its branches one by one.`);
  return removeItem(edit.source, branchList(edit, node), index);
}
