/**
 * The workflows a client knows by name. `everstep types` writes a file that fills
 * {@link Workflows} in; without it any name and any input are accepted.
 * @module
 */

/** Workflow ids with the type of their input; extended by declaration merging. */
export interface Workflows {}

/** Known ids; any text while none are known. */
export type WorkflowId = keyof Workflows extends never ? string : (keyof Workflows & string) | (string & Record<never, never>);

/** The input of a workflow; `unknown` when its id is not known. */
export type InputOf<Id extends string> = Id extends keyof Workflows ? (Workflows[Id] extends { input: infer Input } ? Input : unknown) : unknown;
