// Rewrites a MicroPython of WebAssembly so that its collector sees every pointer: node spill.mjs FROM TO.
// The collector looks through the stack in memory, but WebAssembly keeps a function's variables elsewhere: what
// only such a variable holds would be collected while in use. This puts pointers on that stack before each call.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

const program = binaryen.readBinary(readFileSync(process.argv[2]));
program.runPasses(["spill-pointers"]);
writeFileSync(process.argv[3], program.emitBinary());
