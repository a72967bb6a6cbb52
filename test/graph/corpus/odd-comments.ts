// A file with comments where nobody expects them.
import /* what */ { workflow /* how */, crm } from "everstep"; // from where

/* before */ export default /* default */ workflow(/* options */ { id: "odd" /* id */ /* more */ }, /* handler */ async ({ step /* the step */ } /* context */) => /* body */ {
  // first
  // second

  // set apart: belongs to nobody

  /**
   * Above the call.
   * @see nothing
   */
  await /* wait */ step /* the */ . /* dot */ do /* do */ ("a" /* name */, async () => /* nothing */ {} /* end */); // behind it
  /* one */ await crm.leads.count(); /* two */ await crm.leads.count(/* all */); // three
  if /* cond ( */ (/* ( */ true /* ) */) /* then */ {
    // only a comment
  } /* before else */ else /* else */ {
    await step.sleep("b", /* long */ "1 day");
    // the last of the block
  }
  for (/* init */ let n = 0 /* n */; /* test */ n < 2; /* update */ n++ /* ) */) /* do */ await step.do("c", () => n); // after the loop
  switch (/* ( */ 1 /* ) */) {
    // before the first case
    case /* : */ 1 /* : */: // behind the colon
      // above the statement
      await step.do("d", () => 1); // behind the statement
      // before the break
      break; // behind the break
    // before default
    default: /* nothing */
  }
  do { /* x */ } /* y ( */ while /* z */ (/* w */ false /* v */);
  // last
});
// after all
