import { describe, expect, it } from "vitest";
import { dueTimers, nextDue, setTimer, type Timers } from "./timers.ts";

describe("named timers", () => {
  const timers: Timers = { wake: 30, timeout: 90, children: 10 };

  it("ring for the earliest", () => {
    expect(nextDue(timers)).toBe(10);
  });

  it("have no next time when there are none", () => {
    expect(nextDue({})).toBeNull();
  });

  it("are due at their time and after it, earliest first", () => {
    expect(dueTimers(timers, 30)).toEqual(["children", "wake"]);
  });

  it("are set anew under the same name, without touching the map that was given", () => {
    expect(setTimer(timers, "wake", 5)).toEqual({ wake: 5, timeout: 90, children: 10 });
    expect(timers.wake).toBe(30);
  });

  it("are taken away by null", () => {
    expect(setTimer(timers, "children", null)).toEqual({ wake: 30, timeout: 90 });
  });
});
