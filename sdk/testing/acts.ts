/**
 * What steps had the platform do, in a test: noted, and once for each key.
 * @module
 */
import { decode, encode } from "../schema/codec.ts";
import type { ActReply } from "../schema/journal.ts";

export interface SentEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
  record: { type: string; id: string } | null;
}

export class Acts {
  readonly events: SentEvent[] = [];
  readonly #results = new Map<string, string>();
  readonly #onSent: (event: SentEvent) => void;

  constructor(onSent: (event: SentEvent) => void = () => {}) {
    this.#onSent = onSent;
  }

  act(action: string, params: string, key: string): ActReply {
    const before = this.#results.get(key);
    if (before !== undefined) return { ok: true, value: before };
    if (action !== "events.publish") return { ok: false, code: "bad-request", detail: `the test kit does not know the action "${action}"`, retryable: false };
    const { type, data = {}, record = null } = decode(params) as { type: string; data?: Record<string, unknown>; record?: SentEvent["record"] };
    const id = `event-${this.events.length + 1}`;
    const sent: SentEvent = { id, type, data, record };
    this.events.push(sent);
    const value = encode({ id });
    this.#results.set(key, value);
    this.#onSent(sent);
    return { ok: true, value };
  }
}
