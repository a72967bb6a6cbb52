import { on, workflow } from "everstep";

export default workflow({ id: "faulty", on: [on.event("order.paid", { filter: { amount: { $above: 1 } } })] }, async () => {});
