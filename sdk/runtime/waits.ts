/**
 * Steps that end from outside: sleeps, events, approvals, children, retries that are due.
 *
 * Invariants
 * 1. A signal is consumed by one wait: the first that was asked for on its channel.
 * 2. A signal that arrived before a wait's timeout wins over the timeout.
 * @module
 */
import type { HostPort, Signal } from "../schema/journal.ts";
import type { TurnCore as Turn, Wait } from "./core.ts";

export class Waits {
  readonly #turn: Turn;
  readonly #host: HostPort;
  readonly #waits = new Map<string, Wait>();
  #signals: Signal[];
  #seq: number;
  #timer: (() => void) | null = null;
  #listening = false;

  constructor(turn: Turn, host: HostPort, signals: Signal[]) {
    this.#turn = turn;
    this.#host = host;
    this.#signals = [...signals].sort((a, b) => a.seq - b.seq);
    this.#seq = this.#signals.at(-1)?.seq ?? 0;
  }

  add(wait: Wait): void {
    if (this.#check(wait)) return;
    this.#waits.set(wait.open.step.key, wait);
    this.#arm();
  }

  /** True when the wait has ended. */
  #check(wait: Wait): boolean {
    const now = this.#turn.clock.now();
    const index = wait.channel === null ? -1 : this.#signals.findIndex((signal) => signal.channel === wait.channel);
    const signal = this.#signals[index];
    if (signal && (wait.due === null || signal.receivedAt <= wait.due)) {
      this.#signals.splice(index, 1);
      wait.onSignal(signal);
      return true;
    }
    if (wait.due !== null && wait.due <= now) {
      wait.onDue();
      return true;
    }
    return false;
  }

  /** Looks at all waits again, in the order they were asked for. */
  wake(): void {
    for (const [key, wait] of [...this.#waits].sort((a, b) => a[1].open.step.started - b[1].open.step.started)) {
      if (this.#turn.finished) return;
      if (this.#check(wait)) this.#waits.delete(key);
    }
    this.#arm();
  }

  /** While other steps run, time goes on here; a suspended turn leaves it to the host's alarm. */
  #arm(): void {
    this.#timer?.();
    this.#timer = null;
    if (this.#turn.finished || this.#turn.running.count === 0) return;
    const due = this.#nextDue();
    if (due === null) return;
    this.#timer = this.#turn.clock.timer(Math.max(0, Math.min(due - this.#turn.clock.now(), 0x7fffffff)), () => this.wake());
  }

  #nextDue(): number | null {
    let due: number | null = null;
    for (const wait of this.#waits.values()) if (wait.due !== null && (due === null || wait.due < due)) due = wait.due;
    return due;
  }

  /** Asks the host for what arrives while steps of this turn are still running. */
  listen(): void {
    this.#arm();
    if (this.#listening || this.#turn.finished) return;
    this.#listening = true;
    void this.#poll();
  }

  async #poll(): Promise<void> {
    try {
      const news = await this.#host.news(this.#turn.input.turn, this.#seq, this.#nextDue());
      this.#listening = false;
      if (this.#turn.finished) return;
      for (const signal of news.signals) {
        this.#signals.push(signal);
        this.#seq = Math.max(this.#seq, signal.seq);
      }
      this.#turn.stop(news.stop);
      this.wake();
    } catch (error) {
      this.#turn.abort(error);
    }
  }

  /** Nobody waits for this step any more. */
  drop(key: string): void {
    this.#waits.delete(key);
  }

  close(): void {
    this.#timer?.();
    this.#timer = null;
    this.#waits.clear();
  }
}
