// The face of store: the history of runs.
export { historyDirectory } from './directory.ts';
export { thisController } from './controller.ts';
export { fileHistory } from './file-history.ts';
export {
  type Baseline,
  type History,
  type Retention,
  type RunFollower,
  type RunList,
  type RunQuery,
  type RunRecorder,
  type RunView,
  StoreError,
} from './port.ts';
