// The face of store: the history of runs.
export { historyDirectory } from './directory.ts';
export { thisController } from './controller.ts';
export { fileHistory } from './file-history.ts';
export { type Baseline, type History, type Retention, type RunQuery, type RunRecorder } from './port.ts';
