/**
 * Operations on a workflow's tree as small changes of its text.
 * @module
 */
export { applyEdit, type DiagnosticLike, type EditOptions } from "./apply.ts";
export { applyChanges, invertChanges } from "./changes.ts";
export type { NewNode, Operation, Path, Target, TriggerSpec, Wrapping, Written } from "./operations.ts";
export type { EditResult, RefusalCode, TextChange } from "./result.ts";
