/**
 * The isolate that an object used last: most objects run one bundle, and finding its isolate
 * anew for each turn costs about a tenth of a short turn.
 * @module
 */
import type { TurnInput, HostPort, TurnResult } from "../../sdk/schema/journal.ts";
import type { TurnRunner } from "./bundles.ts";

export class LastRuntime {
  readonly #load: (tenant: string, bundle: string) => TurnRunner;
  #key = "";
  #runner: TurnRunner | null = null;

  constructor(load: (tenant: string, bundle: string) => TurnRunner) {
    this.#load = load;
  }

  async turn(tenant: string, bundle: string, input: TurnInput, host: HostPort): Promise<TurnResult> {
    const key = `${tenant}:${bundle}`;
    if (key !== this.#key || !this.#runner) {
      this.#runner = this.#load(tenant, bundle);
      this.#key = key;
    }
    try {
      return await this.#runner.turn(input, host);
    } catch (error) {
      // The isolate may be gone: the next turn finds a living one.
      this.#runner = null;
      throw error;
    }
  }
}
