/**
 * Whether an answer tells somebody what is not for them.
 * @module
 */
import { idsIn } from "./frozen.ts";
import type { Answer } from "./lab.ts";
import type { World } from "./world.ts";

/**
 * Who hears the answer: `outside`, who does not belong to Ada's tenant; `public`, who sees a
 * sign-in page; `inside`, who belongs to it, or does so and sees addresses masked, or names too.
 */
export type Hearer = "outside" | "public" | "inside" | "without addresses" | "without addresses and names";

export class Leaks {
  readonly #world: World;
  readonly #ids: Set<string>;
  /** Providers, which a sign-in page offers. */
  readonly #offered: Set<unknown>;

  constructor(world: World, kept: Parameters<typeof idsIn>[0]) {
    this.#world = world;
    this.#ids = idsIn(kept);
    this.#offered = new Set((kept["sso_providers"] ?? []).map((row) => row["id"]));
  }

  /**
   * @param sent what the hearer said: that they may hear again
   * @returns what they should not have heard
   */
  in(answer: Answer, hearer: Hearer, sent: string): string[] {
    const heard = `${answer.text} ${JSON.stringify([...answer.headers])}`;
    const said = readable(sent);
    const { secret, address, name, inside, open } = this.#world.marks;
    const hidden: Record<Hearer, string[]> = {
      outside: [secret, address, name, inside, open],
      public: [secret, address, name, inside],
      "without addresses and names": [secret, address, name],
      "without addresses": [secret, address],
      inside: [secret],
    };
    const leaks = hidden[hearer].filter((text) => heard.includes(text) && !said.includes(text));
    if (hearer !== "outside" && hearer !== "public") return leaks;
    const ids = [...heard.matchAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)].map(([id]) => id);
    return [...leaks, ...ids.filter((id) => this.#ids.has(id) && !said.includes(id) && !(hearer === "public" && this.#offered.has(id)))];
  }
}

function readable(sent: string): string {
  return decodeURIComponent(sent.replaceAll(/%(?![0-9a-fA-F]{2})/g, "%25"));
}
