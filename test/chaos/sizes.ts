/** How much of it: `npm run chaos` takes the full size, `npm test` the quick one. */
export const full = { kills: 10, executions: 240, patienceMs: 150_000 };
export const quick = { kills: 3, executions: 60, patienceMs: 90_000 };

/** Of what starts and what waits (./bus). */
export const fullBus = { kills: 10, items: 60, patienceMs: 180_000 };
export const quickBus = { kills: 3, items: 15, patienceMs: 120_000 };

/** Of records that workflows and clients change (./crm). */
export const fullCrm = { kills: 10, items: 100, patienceMs: 240_000 };
export const quickCrm = { kills: 3, items: 24, patienceMs: 150_000 };
