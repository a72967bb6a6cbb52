/**
 * Where a step stands in a list that came in a request.
 * @module
 */
interface Listed {
  id?: string | undefined;
  step_order?: number | undefined;
  config?: unknown;
}

/**
 * @param step its id, or `step3`; of nested lists too
 * @returns a JSON pointer within the list; "" when it is not there
 */
export function pointerIn(steps: readonly Listed[], step: string | number): string {
  const order = typeof step === "number" ? step : Number(/^step(\d+)$/.exec(step)?.[1] ?? Number.NaN);
  const found = steps.findIndex((one, index) => one.id === step || (one.step_order ?? index + 1) === order);
  if (found >= 0) return `/${found}`;
  for (const [index, { config }] of steps.entries()) {
    for (const [path, list] of listsIn(config, "/config")) {
      const inside = pointerIn(list, step);
      if (inside !== "") return `/${index}${path}${inside}`;
    }
  }
  return "";
}

/** Lists of steps in a config, by where they are. */
function listsIn(config: unknown, path: string): [string, Listed[]][] {
  if (typeof config !== "object" || config === null) return [];
  if (Array.isArray(config) && config.length > 0 && config.every((one: unknown) => typeof one === "object" && one !== null && "step_type" in one)) return [[path, config as Listed[]]];
  return Object.entries(config).flatMap(([key, value]) => listsIn(value, `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`));
}
