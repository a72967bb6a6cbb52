/**
 * Which operation does what.
 * @module
 */
import type { Edit, Plan } from "./edit.ts";
import { removeArgument, renameStep, setArgument, setConfig } from "./operate/arguments.ts";
import { duplicate, insert, move, remove } from "./operate/basic.ts";
import { addBranch, removeBranch, setCondition } from "./operate/branches.ts";
import { setComment } from "./operate/comment.ts";
import { addTrigger, removeInputField, removeOption, removeTrigger, setInputField, setOption, setTrigger } from "./operate/options.ts";
import { renameBinding } from "./operate/rename.ts";
import { unwrap, wrap } from "./operate/wrap.ts";
import type { Operation } from "./operations.ts";

export function planOf(edit: Edit, operation: Operation): Plan {
  switch (operation.op) {
    case "insert":
      return insert(edit, operation.node, operation.at);
    case "delete":
      return remove(edit, operation.node, operation.to);
    case "move":
      return move(edit, operation.node, operation.to);
    case "duplicate":
      return duplicate(edit, operation.node);
    case "wrap":
      return wrap(edit, operation.from, operation.to, operation.in);
    case "unwrap":
      return unwrap(edit, operation.node, operation.branch);
    case "setArgument":
      return setArgument(edit, operation.node, operation.path, operation.value);
    case "removeArgument":
      return removeArgument(edit, operation.node, operation.path);
    case "renameStep":
      return renameStep(edit, operation.node, operation.name);
    case "renameBinding":
      return renameBinding(edit, operation.node, operation.name, operation.from);
    case "setRetries":
      return setConfig(edit, operation.node, "retries", operation.retries);
    case "setTimeout":
      return setConfig(edit, operation.node, "timeout", operation.timeout);
    case "setOption":
      return setOption(edit, operation.path, operation.value);
    case "removeOption":
      return removeOption(edit, operation.path);
    case "addTrigger":
      return addTrigger(edit, operation.trigger, operation.index);
    case "setTrigger":
      return setTrigger(edit, operation.index, operation.trigger);
    case "removeTrigger":
      return removeTrigger(edit, operation.index);
    case "setInputField":
      return setInputField(edit, operation.name, operation.type, operation.rename);
    case "removeInputField":
      return removeInputField(edit, operation.name);
    case "setCondition":
      return setCondition(edit, operation.node, operation.condition, operation.branch);
    case "addBranch":
      return addBranch(edit, operation.node, operation.condition, operation.nodes ?? []);
    case "removeBranch":
      return removeBranch(edit, operation.node, operation.branch);
    case "setComment":
      return setComment(edit, operation.node, operation.comment);
  }
}
