import { crm, workflow } from "everstep";

export default workflow({ id: "deep" }, async ({ step }) => {
  for (const company of await crm.companies.find()) {
    if (company.name) {
      try {
        for (const contact of await crm.contacts.find({ filter: { company_id: company.id } })) {
          if (contact.email) {
            while (await step.do(`again ${contact.id}`, () => false)) {
              switch (contact.name.length % 3) {
                case 0:
                  if (contact.phone) {
                    await Promise.all([
                      step.do("a", async () => {
                        for (let n = 0; n < 3; n++) {
                          if (n) { await crm.contacts.addTag(contact.id, String(n)); }
                        }
                      }),
                      (async () => { try { await step.do("b", () => 1); } catch { await step.sleep("c", 1); } })(),
                    ]);
                  }
                  break;
                case 1: do { await step.do("d", () => 1); } while (false); break;
                default: { { { await step.do("e", () => 1); } } }
              }
            }
          }
        }
      } finally { await step.do("f", () => 1); }
    }
  }
});
