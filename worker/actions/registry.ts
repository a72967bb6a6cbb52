/**
 * Every action there is.
 * @module
 */
import type { Action } from "./action.ts";
import { publishEvent } from "./publish-event.ts";

export const actions: ReadonlyMap<string, Action> = new Map([publishEvent].map((one) => [one.id, one]));
