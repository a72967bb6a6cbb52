import { describe, expect, it } from "vitest";
import { delayAfterDeath } from "./ringing.ts";

describe("after the process died", () => {
  it("an execution begins again at once the first time", () => {
    expect(delayAfterDeath(0, 0.99)).toBe(0);
  });

  it("waits a while of its own from the second time on, longer each time and eight seconds at most", () => {
    expect([1, 2, 3, 4, 5].map((deaths) => delayAfterDeath(deaths, 0.5))).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
    expect(delayAfterDeath(3, 0)).toBe(0);
    expect(delayAfterDeath(3, 0.999)).toBeLessThan(8_001);
  });
});
