export type { ImageSource, ImageSources } from "./images";
export { Tasks, type TasksOptions } from "./tasks";
