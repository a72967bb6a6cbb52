/**
 * Lists of steps at random, with jumps anywhere.
 */
import fc from "fast-check";
import type { WorkflowStepInput as Step } from "../../sdk/schema/workflow-steps.ts";

const reference = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.integer({ min: 1, max: most }).map((order) => `step${order}.result.round`),
    fc.constantFrom("trigger.number", "trigger.word", "trigger.missing", "variables.v", "variables.w"),
  );

const simple = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: most }), fc.constantFrom("<", ">=", ">", "<="), fc.integer({ min: 1, max: 9 })).map(([order, sign, number]) => `{{step${order}.result.round}} ${sign} ${number}`),
    fc.tuple(fc.integer({ min: 1, max: most }), fc.constantFrom("==", "!=")).map(([order, sign]) => `{{step${order}.result}} ${sign} null`),
    fc.integer({ min: 1, max: most }).map((order) => `{{step${order}.result.even}}`),
    fc.constantFrom("{{trigger.flag}} == true", "{{trigger.word}} == 'b'", "{{trigger.word}} != \"b\"", "{{trigger.number}} > 2", "{{variables.v}} == 2", "{{variables.w}} != null", "{{trigger.missing}} == null"),
  );

const condition = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: simple(most) },
    { weight: 1, arbitrary: fc.tuple(simple(most), fc.constantFrom("&&", "||"), simple(most)).map(([left, sign, right]) => `${left} ${sign} ${right}`) },
    { weight: 1, arbitrary: fc.tuple(simple(most), fc.constantFrom("&&", "||"), simple(most), simple(most)).map(([one, sign, two, three]) => `!(${one} ${sign} ${two}) || (${three} && ${one})`) },
  );

const target = (most: number): fc.Arbitrary<string | undefined> => fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.integer({ min: 1, max: most }).map((order) => `step${order}`) }, { weight: 1, arbitrary: fc.constant("end") });

const optional = <T>(key: string, arbitrary: fc.Arbitrary<T | undefined>): fc.Arbitrary<Record<string, T>> => arbitrary.map((value) => (value === undefined ? {} : { [key]: value }) as Record<string, T>);

function action(most: number, item: string | null): fc.Arbitrary<Step> {
  const places = item === null ? reference(most) : fc.oneof(reference(most), item === "loop" ? fc.constant("loop.index") : fc.constantFrom(`${item}.name`, `${item}.size`, "loop.index"));
  return fc
    .tuple(fc.array(places, { maxLength: 2 }), fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.record({ retry_count: fc.integer({ min: 0, max: 2 }), retry_delay_seconds: fc.integer({ min: 1, max: 90 }) }) }), optional("on_success_step_id", target(most)), optional("on_failure_step_id", target(most)), fc.boolean())
    .map(([found, retries, success, failure, catches]): Step => ({ step_type: "action", action_type: "create_task", config: { title: ["do", ...found.map((one) => `{{${one}}}`), "."].join(" ") }, ...retries, ...success, ...(catches ? failure : {}) }));
}

function step(most: number, depth: number, item: string | null): fc.Arbitrary<Step> {
  const loopOnly: { weight: number; arbitrary: fc.Arbitrary<Step> }[] = item === null ? [] : [{ weight: 1, arbitrary: fc.constantFrom<Step>({ step_type: "break" }, { step_type: "continue" }) }];
  const nested: { weight: number; arbitrary: fc.Arbitrary<Step> }[] =
    depth > 1
      ? []
      : [
          { weight: 1, arbitrary: fc.tuple(list(3, depth + 1, "thing"), fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined })).map(([steps, max]): Step => ({ step_type: "loop", config: { for_each: "{{trigger.list}}", item: "thing", steps: steps as never, ...(max === undefined ? {} : { max }) } })) },
          { weight: 1, arbitrary: fc.tuple(list(3, depth + 1, "loop"), condition(most), fc.integer({ min: 1, max: 3 })).map(([steps, test, max]): Step => ({ step_type: "loop", config: { while: test, max, steps: steps as never } })) },
          { weight: 1, arbitrary: fc.tuple(list(2, depth + 1, item), list(2, depth + 1, item)).map(([steps, caught]): Step => ({ step_type: "try", config: { steps: steps as never, catch: caught as never } })) },
          { weight: 1, arbitrary: fc.tuple(list(2, depth + 1, item), list(2, depth + 1, item), list(1, depth + 1, item)).map(([one, two, other]): Step => ({ step_type: "switch", config: { on: "{{trigger.word}}", cases: [{ equals: "a", steps: one as never }, { equals: "b", steps: two as never }], default: other as never } })) },
        ];
  return fc.oneof(
    { weight: 9, arbitrary: action(most, item) },
    { weight: 5, arbitrary: fc.tuple(condition(most), optional("if_true", target(most)), optional("if_false", target(most))).map(([test, yes, no]): Step => ({ step_type: "condition", config: { condition: test, ...yes, ...no } })) },
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 9000 }), optional("on_success_step_id", target(most))).map(([seconds, on]): Step => ({ step_type: "delay", config: { seconds }, ...on })) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom("v", "w"), fc.oneof(fc.constantFrom<string | number>(1, 2, "x"), reference(most).map((one) => `{{${one}}}`))).map(([name, value]): Step => ({ step_type: "action", action_type: "set_variable", config: { variable_name: name, variable_value: value } })) },
    { weight: depth === 0 ? 0 : 1, arbitrary: fc.constant<Step>({ step_type: "return" }) },
    ...loopOnly,
    ...nested,
  );
}

function list(most: number, depth: number, item: string | null): fc.Arbitrary<Step[]> {
  return fc.array(step(most, depth, item), { minLength: 1, maxLength: most }).map((steps) => steps.map((one, index) => ({ ...one, step_order: index + 1 })));
}

/** With references to steps that have no result made to something else. */
function mended(steps: readonly Step[], outer: readonly (readonly Step[])[]): Step[] {
  const lists = [...outer, steps];
  const text = (json: string): string =>
    json.replace(/step(\d+)\.result(\.\w+)?/g, (all, order: string, field: string | undefined) => {
      const found = lists.flat().findLast(({ step_order: one }) => one === Number(order));
      const acts = found?.step_type === "action" && found.action_type !== "set_variable";
      return acts ? all : field === ".round" ? "trigger.number" : field === ".even" ? "trigger.flag" : "trigger.missing";
    });
  const mend = (json: unknown): unknown => {
    if (typeof json === "string") return text(json);
    if (Array.isArray(json)) return json.some((one) => typeof one === "object" && one !== null && "step_type" in one) ? mended(json as Step[], lists) : json.map(mend);
    return typeof json === "object" && json !== null ? Object.fromEntries(Object.entries(json).map(([key, value]) => [key, /^(?:if_|on_)/.test(key) && key !== "on" ? value : mend(value)])) : json;
  };
  return steps.map((one) => ({ ...one, config: mend(one.config ?? {}) as never }));
}

export const randomSteps = fc.integer({ min: 3, max: 9 }).chain((most) => list(most, 0, null)).map((steps) => mended(steps, []));
