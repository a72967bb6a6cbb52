/**
 * What may be asked of the object that decides which starts of a workflow go ahead, and when.
 * @module
 */
export interface FlowObject {
  /** An execution that went through here has ended. May be repeated. */
  released(executionId: string): Promise<void>;
}
