#!/usr/bin/env everstep
'use strict'
import {workflow} from "everstep"
export default workflow({id: "hashbang"}, async (context) => { "use strict"; 'another'; return context.step.do("x", () => process.argv) })
