import { workflow } from "everstep";

async function* lines(url: string) {
  const response = await fetch(url);
  yield* (await response.text()).split("\n");
}

export default workflow({ id: "lines" }, async ({ step }) => {
  const rows: string[] = [];
  for await (const line of lines("https://example.com/data.csv")) {
    if (!line) continue;
    rows.push(await step.do(`row ${rows.length}`, async () => line.toUpperCase()));
  }
  for (const key in { a: 1, b: 2 }) await step.do(key, () => key);
  for (;;) {
    const more = await step.do("more?", () => false);
    if (!more) break;
  }
  return rows;
});
