/**
 * `everstep/graph`: workflows as diagrams, and changes of diagrams as changes of code.
 * @module
 */
export type * from "./model.ts";
export type * from "./value.ts";
export { type ParseOptions, parseSource } from "./parse/source.ts";
export { allNodes, blocksOf, findNode, findWorkflow, type LabelledBlock, nodesOf, type Place, placeOf, within } from "./walk.ts";
