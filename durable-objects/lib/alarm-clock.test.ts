import { describe, expect, it } from "vitest";
import { AlarmClock } from "./alarm-clock.ts";

function clock() {
  const calls: Array<number | "delete"> = [];
  let next: number | null = null;
  const alarm = new AlarmClock(
    {
      setAlarm: async (at) => void calls.push(at),
      deleteAlarm: async () => void calls.push("delete"),
    },
    () => next,
  );
  return { alarm, calls, due: (at: number | null) => (next = at) };
}

describe("the alarm clock", () => {
  it("is set only when its time changes", () => {
    const { alarm, calls, due } = clock();
    due(100);
    alarm.arm();
    alarm.arm();
    due(50);
    alarm.arm();
    expect(calls).toEqual([100, 50]);
  });

  it("is taken back when nothing is due any more", () => {
    const { alarm, calls, due } = clock();
    due(100);
    alarm.arm();
    due(null);
    alarm.arm();
    expect(calls).toEqual([100, "delete"]);
  });

  it("writes nothing for an object that never had one", () => {
    const { alarm, calls } = clock();
    alarm.arm();
    expect(calls).toEqual([]);
  });

  it("is set again after it rang, even for the same time", () => {
    const { alarm, calls, due } = clock();
    due(100);
    alarm.arm();
    alarm.rang();
    alarm.arm();
    expect(calls).toEqual([100, 100]);
  });
});
