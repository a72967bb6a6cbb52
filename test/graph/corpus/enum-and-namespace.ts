import { workflow } from "everstep";
enum Mode { Fast = 1, Slow = 2 }
namespace Config { export const wait = "1 hour"; }
declare global { interface Env { X: string } }
abstract class Shape<T> { constructor(protected readonly value: T) {} abstract area(): number; }
export type Input = { mode: Mode } & Partial<Record<keyof typeof Config, string>>;
export default workflow({ id: "enums" }, async ({ input, step }) => {
  const { mode } = input as Input;
  if (mode === Mode.Slow) await step.sleep("slow", Config.wait as never);
  using lock = { [Symbol.dispose]() {} };
  class Local extends Shape<number> { area() { return this.value; } }
  type T = number;
  return step.do("area", (): T => new Local(2).area());
});
