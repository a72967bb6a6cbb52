/**
 * So many at once, the others in the order in which they came, and no longer a line than
 * `longest`: who comes then is turned away at once.
 *
 * A place is given up by leaving, or by itself after `holdMs`: a request that its caller has
 * left never gets to leave, and one that waits for an execution no longer computes.
 * @module
 */
export interface GatePorts {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface GateOptions {
  places: number;
  holdMs: number;
  longest: number;
}

interface Place {
  until: number;
}

interface Waiting {
  holdMs: number;
  enter(place: Place): void;
  place: Place | null;
}

interface Line {
  places: number;
  taken: Set<Place>;
  waiting: Waiting[];
}

/** Whoever waits looks by themselves so often, ms: those who should wake them may be gone. */
const lookAgainMs = 200;

export class Gate {
  readonly #ports: GatePorts;
  readonly #lines = new Map<string, Line>();

  constructor(ports: GatePorts) {
    this.#ports = ports;
  }

  /** What gives the place back; null when too many wait already. */
  async enter(name: string, { places, holdMs, longest }: GateOptions): Promise<(() => void) | null> {
    if (places === Number.POSITIVE_INFINITY) return () => {};
    const line = this.#lines.get(name) ?? { places, taken: new Set<Place>(), waiting: [] };
    this.#lines.set(name, line);
    line.places = places;
    this.#admit(line);
    const place = line.taken.size < places && line.waiting.length === 0 ? this.#take(line, holdMs) : await this.#wait(line, holdMs, longest);
    return place && (() => this.#leave(name, line, place));
  }

  async #wait(line: Line, holdMs: number, longest: number): Promise<Place | null> {
    if (line.waiting.length >= longest) return null;
    const { promise, resolve } = Promise.withResolvers<Place>();
    const waiting: Waiting = { holdMs, enter: resolve, place: null };
    line.waiting.push(waiting);
    for (;;) {
      await Promise.race([promise, this.#ports.sleep(lookAgainMs)]);
      this.#admit(line);
      if (!waiting.place) continue;
      // The runtime reads from the network only when nothing else is left to do: a line that
      // moved on at once would keep everybody else's requests from being seen.
      await this.#ports.sleep(0);
      return waiting.place;
    }
  }

  #take(line: Line, holdMs: number): Place {
    const place = { until: this.#ports.now() + holdMs };
    line.taken.add(place);
    return place;
  }

  /** Lets in who is next, as far as there are places. */
  #admit(line: Line): void {
    const now = this.#ports.now();
    if (line.taken.size >= line.places) for (const place of line.taken) if (place.until <= now) line.taken.delete(place);
    while (line.taken.size < line.places) {
      const next = line.waiting.shift();
      if (!next) return;
      next.place = this.#take(line, next.holdMs);
      next.enter(next.place);
    }
  }

  #leave(name: string, line: Line, place: Place): void {
    line.taken.delete(place);
    this.#admit(line);
    if (line.taken.size === 0 && line.waiting.length === 0) this.#lines.delete(name);
  }
}
