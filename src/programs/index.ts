// Programs of the controller's own machine, run to their end. What needs streams or a terminal spawns for itself.
export {
  lastLine,
  type ProgramEnd,
  type ProgramOptions,
  runProgram,
  runProgramBytes,
} from './run-program.ts';
