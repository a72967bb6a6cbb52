/**
 * `everstep/graph`: workflows as diagrams, and changes of diagrams as changes of code.
 * @module
 */
export type * from "./model.ts";
export type * from "./value.ts";
export { applyChanges, applyEdit, type DiagnosticLike, type EditOptions, type EditResult, invertChanges, type NewNode, type Operation, type Path, type RefusalCode, type Target, type TextChange, type TriggerSpec, type Wrapping, type Written } from "./edit/index.ts";
export { describeBlock, describeNode, describeValue } from "./generate/describe.ts";
export { describeWorkflow } from "./generate/describe-workflow.ts";
export { variableName, workflowId } from "./generate/names.ts";
export { printNode, printNodes } from "./generate/print-node.ts";
export { flatValue, printValue } from "./generate/print-value.ts";
export type { InputFieldSpec, NodeSpec, ValueSpec, WorkflowSpec } from "./generate/spec.ts";
export { generateWorkflow } from "./generate/workflow.ts";
export { type FromSteps, type FromStepsOptions, workflowFromSteps } from "./steps/from-steps.ts";
export { type StepsOf, stepsOf } from "./steps/steps-of.ts";
export type { StepProblem } from "./steps/read-steps.ts";
export { type ParseOptions, parseSource } from "./parse/source.ts";
export { layoutOf } from "./layout/layout.ts";
export type { Box, EdgeKind, Layout, LayoutEdge, LayoutGroup, LayoutOptions, Point, Size } from "./layout/model.ts";
export { allNodes, blocksOf, findNode, findWorkflow, type LabelledBlock, nodesOf, type Place, placeOf, within } from "./walk.ts";
export * from "./expressions/index.ts";
export { type Completion, createTypeService, type TypedName, type TypeService } from "./types/service.ts";
export type { Libraries, ProjectFiles } from "./types/files.ts";
export type { Compiler } from "./types/compiler.ts";
