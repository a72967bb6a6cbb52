import { workflow } from "everstep";

export default workflow({ id: "crlf" }, async ({ step }) => {
	// above
	await step.do("a", () => 1); // behind

	if (true) {
		await step.sleep("b", 1);
	}
});
