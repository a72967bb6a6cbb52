import type { OutboxEvent } from "../../../durable-objects/dispatcher/contract.ts";
import type { Env } from "../../env.ts";

/** Takes events somewhere. The same event may come again: the second time nothing happens. @throws to have it come again */
export type Sink = (env: Env, event: OutboxEvent) => Promise<void>;
