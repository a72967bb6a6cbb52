/** Recorded histories are replayed on a candidate in the real sandbox, before it goes live. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import type { DeploymentRequest, DeploymentView } from "../../sdk/schema/manifest.ts";
import type { Api } from "../support/api.ts";
import { bundle } from "../support/bundle.ts";
import { type Server, startServer } from "../support/server.ts";

interface Preview {
  workflows: { id: string; change: string; triggers_changed: boolean; input_schema_changed: boolean; in_flight: object; ended: object; executions: { id: string; verdict: string; at: { position: number; expected: string; found: string; where: string } | null }[] }[];
}
interface Moves {
  status: string;
  counts: Record<string, number>;
  data: { execution_id: string; result: string; verdict: string | null; from_version: number }[];
}

let server: Server;
let api: Api;
let first: DeploymentRequest;
let second: DeploymentRequest;
let began: DeploymentView;
let plain: string;
let checked: string;
let failed: string;

const waiting = ({ status }: ExecutionView): boolean => status === "waiting";

async function held(kind: string): Promise<string> {
  const id = await api.start("gated", { kind });
  await api.reach(id, waiting);
  return id;
}

/** Polls until nothing is left to do. */
async function movesOf(id: string): Promise<Moves> {
  for (const until = Date.now() + 60_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const moves = await api.expect(api.get<Moves>(`/deployments/${id}/moves`), 200);
    if (moves.data.length >= 2) return moves;
  }
  throw new Error("the moves never came to an end");
}

beforeAll(async () => {
  server = await startServer();
  api = server.api;
  [first, second] = await Promise.all([bundle("./workflows/gate-1.ts", import.meta.url), bundle("./workflows/gate-2.ts", import.meta.url)]);
  began = await api.deploy(first);
  [plain, checked] = [await held("plain"), await held("checked")];
  failed = await api.start("gated", { kind: "plain", fail: true });
  await api.end(failed);
}, 120_000);
afterAll(() => server?.stop());

describe("a preview", () => {
  test("tells of each execution whether the candidate follows its history, and carries nothing out", async () => {
    const before = await api.execution(plain);
    const { workflows } = await api.expect(api.post<Preview>("/deployments/preview", second), 200);
    const [gated] = workflows;
    expect(gated).toMatchObject({ id: "gated", change: "changed", triggers_changed: true, input_schema_changed: false, in_flight: { total: 2, replayed: 2, same: 1, differs: 1 }, ended: { total: 1, replayed: 1, same: 1 } });
    expect(gated?.executions[0]).toMatchObject({ id: checked, status: "waiting", in_flight: true, verdict: "differs", steps: 2, at: { position: 3, expected: 'event step "hold-1"', found: 'do step "check-1"', where: 'after do step "name-1"' } });
    expect(gated?.executions.slice(1).map(({ id, verdict }) => [id, verdict])).toEqual([[plain, "same"], [failed, "same"]]);
    expect(await api.execution(plain)).toEqual(before);
    expect(await api.expect(api.get<{ version: number }>("/workflows/gated"), 200)).toMatchObject({ version: began.version });
  });

  test("of what is deployed already has nothing to replay", async () => {
    const { workflows } = await api.expect(api.post<Preview>("/deployments/preview", first), 200);
    expect(workflows).toMatchObject([{ change: "unchanged", executions: [] }]);
  });

  test("of a bundle that does not load is refused as its deployment would be", async () => {
    const refused = await api.post<{ code: string }>("/deployments/preview", { main: "broken.js", modules: { "broken.js": "\nexport const x = ;\n" } });
    expect([refused.status, refused.body.code]).toEqual([422, "bundle-rejected"]);
  });
});

describe("a deployment that moves what fits", () => {
  let live: DeploymentView;

  beforeAll(async () => {
    live = await api.deploy({ ...second, in_flight: { same: "migrate", differs: "pin" } });
    await movesOf(live.id);
  });

  test("says what became of each", async () => {
    const { counts, data } = await movesOf(live.id);
    expect(counts).toMatchObject({ moved: 1, pinned: 1, cancelled: 0 });
    expect(new Map(data.map(({ execution_id, result, verdict }) => [execution_id, `${result} ${verdict}`]))).toEqual(new Map([[plain, "moved same"], [checked, "pinned differs"]]));
  });

  test("lets the moved one go on with the new code, with the results it had, over a restart too", async () => {
    const before = await api.execution(plain);
    expect(before).toMatchObject({ version: live.version, moved_from: [began.version] });
    await server.restart();
    await api.send(plain, "go", null);
    const { status, output, steps } = await api.end(plain);
    expect([status, output]).toEqual(["completed", { drawn: expect.any(Array), name: before.steps[0]?.output, last: "version 2", version: live.version }]);
    expect(steps.map(({ key }) => key)).toEqual(["name-1", "hold-1", "new-1", "last-1"]);
    const { data } = await api.expect(api.get<{ data: { message: string }[] }>(`/executions/${plain}/logs`), 200);
    expect(data.map(({ message }) => message)).toContain(`moved from version ${began.version} to version ${live.version}`);
  });

  test("leaves the other one on the code it began with", async () => {
    await api.send(checked, "go", null);
    expect((await api.end(checked)).output).toMatchObject({ last: "version 1", version: began.version });
  });
});

test("a deployment that cancels what differs ends those and no others", async () => {
  await api.deploy(first);
  const [stays, ends] = [await held("plain"), await held("checked")];
  const live = await api.deploy({ ...second, in_flight: { differs: "cancel" } });
  const { counts } = await movesOf(live.id);
  expect(counts).toMatchObject({ moved: 0, pinned: 1, cancelled: 1 });
  expect(await api.end(ends)).toMatchObject({ status: "cancelled", error: { message: expect.stringContaining('found do step "check-1"') } });
  expect(await api.execution(stays)).toMatchObject({ status: "waiting" });
});
