/**
 * What a turn may ask of its execution.
 * @module
 */
import type { Batch, HostPort, News } from "../schema/journal.ts";
import { type Current, type Execution, type HostPorts, TurnOver } from "./execution.ts";

interface Owner extends Execution {
  readonly ports: HostPorts;
  apply(batch: Batch): void;
  crash(): void;
  startChildren(): void;
}

/** The port of one turn; once the turn is fenced it refuses everything. */
export function hostPort(owner: Owner, current: Current): HostPort {
  const { journal, ports } = owner;
  const check = (): void => {
    current.clock.stir();
    ports.activity();
    if (current.fenced) throw new TurnOver("this turn is over");
  };
  const crashAt = (point: "before-commit" | "after-commit"): void => {
    if (!ports.fault?.(point, owner)) return;
    owner.crash();
    throw new TurnOver("the host has crashed");
  };
  return {
    async commit(_turn: number, batch: Batch) {
      check();
      crashAt("before-commit");
      owner.apply(batch);
      owner.startChildren();
      ports.committed?.(owner);
      crashAt("after-commit");
      return { stop: null };
    },
    async news(_turn, seq): Promise<News> {
      check();
      while (!current.fenced && journal.signals(seq).length === 0) await new Promise<void>((resolve) => current.wake.push(resolve));
      check();
      const signals = journal.signals(seq);
      current.seq = Math.max(current.seq, signals.at(-1)?.seq ?? 0);
      return { signals, now: ports.clock.now(), stop: null };
    },
    async variables() {
      check();
      return ports.variables;
    },
    async spill(_turn, bytes) {
      check();
      const key = `value-${journal.blobs.size + 1}`;
      journal.blobs.set(key, bytes.slice());
      return key;
    },
    async act(_turn, action, params, key) {
      check();
      return ports.act(action, params, key);
    },
    async unspill(key) {
      check();
      const bytes = journal.blobs.get(key);
      if (!bytes) throw new Error(`there is no stored value "${key}"`);
      return bytes.slice();
    },
  };
}
