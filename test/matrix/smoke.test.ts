import { it } from "vitest";
import { openLab } from "./lab.ts";
import { openWorld } from "./world.ts";
import { readOperations, address } from "./document.ts";
import { entitled } from "./callers.ts";
import { bodiesOf } from "./instances.ts";
import { samplesFor } from "./samples.ts";
it("world", async () => {
  let s = Date.now();
  const lab = openLab();
  const ops = await readOperations(lab);
  const w = await openWorld(lab);
  console.log("@@ world", Date.now() - s); s = Date.now();
  for (const op of ops) {
    const out: string[] = [];
    for (const body of op.body ? bodiesOf(op.body) : [undefined]) {
      const p = await w.playground();
      const [who] = await entitled(op, p);
      const v = await samplesFor(op, p, who!.person);
      const a = await lab.call(who!.credential, op.method, address(op, op.paths[0]!, v), body);
      out.push(a.status + (a.status >= 400 ? " " + String(a.json?.["detail"]).slice(0, 150) : ""));
      if (a.status < 400 || (a.status !== 400 && a.status !== 422)) break;
    }
    console.log("@@", op.method, op.paths[0], out.join(" | "));
  }
  console.log("@@ all", Date.now() - s);
}, 100000);
