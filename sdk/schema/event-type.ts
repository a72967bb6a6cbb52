/**
 * Names of events.
 * @module
 */
/** `<what>.<happened>`, such as `contract.signed`. */
export const eventTypeForm = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;
export const longestEventType = 100;
export const eventTypeHint = "a type is `<what>.<happened>` in lower case, such as contract.signed";

export const isEventType = (type: string): boolean => type.length <= longestEventType && eventTypeForm.test(type);
