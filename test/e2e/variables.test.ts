import { afterAll, beforeAll, expect, test } from "vitest";
import type { VariableView } from "../../sdk/schema/variable.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

let server: Server;
let api: Api;

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  await api.deploy(await bundle("./workflows/variables.ts", import.meta.url));
}, 120_000);
afterAll(() => server?.stop());

const set = (name: string, value: unknown, workflow_id: string | null = null): Promise<VariableView> => api.expect(api.post<VariableView>("/variables", { name, type: "json", value, workflow_id }), 201);
const change = (id: string, value: unknown): Promise<VariableView> => api.expect(api.request<VariableView>("PATCH", `/variables/${id}`, { value }), 200);
const waits = (id: string) => api.reach(id, ({ status }) => status === "waiting");

test("an execution keeps the variables that it began with, over a restart too; its next run takes those of then", { timeout: 120_000 }, async () => {
  const colour = await set("COLOUR", "red");
  const size = await set("SIZE", { wide: 1 });
  await set("COLOUR", "own", "other");
  const own = await set("SIZE", "own", "patient");
  const id = await api.start("patient");
  await waits(id);

  await change(colour.id, "blue");
  await api.expect(api.request("DELETE", `/variables/${own.id}`), 204);
  await server.restart();
  await api.send(id, "go", {});
  const second = await api.reach(id, ({ run, status }) => run === 2 && status === "waiting");
  expect(second.input).toEqual({ first: { COLOUR: "red", SIZE: "own" }, second: { COLOUR: "red", SIZE: "own" } });

  await change(colour.id, "green");
  await change(size.id, 2);
  await api.send(id, "go", {});
  expect((await api.end(id)).output).toEqual({ first: { COLOUR: "blue", SIZE: { wide: 1 } }, second: { COLOUR: "blue", SIZE: { wide: 1 } } });
});

test("a variable that was just set is seen by the next execution", async () => {
  const size = await set("FRESH", 1);
  for (const value of [2, 3]) {
    await change(size.id, value);
    const id = await api.start("patient");
    const { steps } = await waits(id);
    expect(steps[0]?.output).toMatchObject({ FRESH: value });
  }
});

test("what code asks for late it sees as it was when the execution began", async () => {
  const [colour] = (await api.get<{ data: VariableView[] }>("/variables?name=COLOUR")).body.data;
  await change(colour?.id ?? "", "begun");
  const id = await api.start("late");
  await waits(id);
  await change(colour?.id ?? "", "later");
  await api.send(id, "go", {});
  expect((await api.end(id)).output).toBe("begun");
});
